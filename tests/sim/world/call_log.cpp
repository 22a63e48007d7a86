#include "tests/sim/world/call_log.h"

#include <utility>

namespace xenha::sim {
namespace {
constexpr std::size_t kKept = 100'000;
}

std::uint64_t CallLog::start(CallEntry entry) {
  entry.number = ++last_;
  ++counts_[entry.method];
  entries_.push_back(std::move(entry));
  if (entries_.size() > kKept) entries_.pop_front();
  return last_;
}

void CallLog::describe(std::uint64_t number, std::string session, std::string user, std::string originator) {
  if (entries_.empty() || number < entries_.front().number) return;
  CallEntry& entry = entries_[number - entries_.front().number];
  entry.session = std::move(session);
  entry.user = std::move(user);
  entry.originator = std::move(originator);
}

void CallLog::finish(std::uint64_t number, std::string outcome) {
  if (entries_.empty() || number < entries_.front().number) return;
  entries_[number - entries_.front().number].outcome = std::move(outcome);
}

std::vector<CallEntry> CallLog::after(std::uint64_t number, bool only_writes) const {
  std::vector<CallEntry> out;
  for (const CallEntry& entry : entries_)
    if (entry.number > number && (entry.write || !only_writes)) out.push_back(entry);
  return out;
}

}  // namespace xenha::sim
