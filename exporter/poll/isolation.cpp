#include "exporter/poll/isolation.h"

#include <algorithm>
#include <set>
#include <vector>

namespace xenha::exporter {

void Isolation::saw(const std::string& pool, const std::string& address,
                    std::optional<SteadyTime> last_contact) {
  const std::lock_guard lock(mutex_);
  hosts_[{pool, address}] = last_contact;
}

void Isolation::set_probe_interval(Duration probe_interval) {
  const std::lock_guard lock(mutex_);
  window_ = probe_interval + std::chrono::seconds(1);
}

void Isolation::forget(const std::string& pool, const std::string& address) {
  const std::lock_guard lock(mutex_);
  hosts_.erase({pool, address});
}

void Isolation::forget_pool(const std::string& pool) {
  const std::lock_guard lock(mutex_);
  std::erase_if(hosts_, [&](const auto& entry) { return entry.first.first == pool; });
}

bool Isolation::isolated() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<SteadyTime, const std::string*>> lost;
  for (const auto& [host, last_contact] : hosts_) {
    if (last_contact) lost.emplace_back(*last_contact, &host.first);
  }
  if (lost.size() * 2 <= hosts_.size()) return false;
  std::sort(lost.begin(), lost.end());
  // Slide a window of one probe interval over the moments of the last contact.
  std::size_t begin = 0;
  for (std::size_t end = 0; end < lost.size(); ++end) {
    while (lost[end].first - lost[begin].first > window_) ++begin;
    if ((end - begin + 1) * 2 <= hosts_.size()) continue;
    std::set<std::string> pools;
    for (std::size_t i = begin; i <= end; ++i) pools.insert(*lost[i].second);
    if (pools.size() >= 2) return true;
  }
  return false;
}

}  // namespace xenha::exporter
