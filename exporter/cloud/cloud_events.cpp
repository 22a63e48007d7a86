#include "exporter/cloud/cloud_events.h"

#include <algorithm>
#include <string>

namespace xenha::exporter {
namespace {

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// The first UUID in a sentence: before 4.17 it is the only thing that names the VM.
std::string uuid_in(std::string_view text) {
  constexpr std::size_t kLength = 36;
  for (std::size_t begin = 0; begin + kLength <= text.size(); ++begin) {
    if (begin > 0 && is_hex(text[begin - 1])) continue;
    const std::string_view candidate = text.substr(begin, kLength);
    bool good = true;
    for (std::size_t at = 0; at < kLength && good; ++at) {
      const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
      good = dash ? candidate[at] == '-' : is_hex(candidate[at]);
    }
    if (good) return std::string(candidate);
  }
  return {};
}

}  // namespace

std::optional<CloudEventSnapshot> read_event(const model::CloudEvent& event) {
  if (!among(kUserVmEvents, event.type) && !among(kRouterEvents, event.type) &&
      !among(kSystemVmEvents, event.type))
    return std::nullopt;
  CloudEventSnapshot out;
  out.id = event.id;
  out.start = event.type.ends_with(".START");
  out.by_system = event.username == "system";
  out.failed = event.level == "ERROR";
  out.completed = event.state == "Completed";
  out.vm_id = event.resource_id.empty() ? uuid_in(event.description) : event.resource_id;
  out.created = event.created;
  return out;
}

}  // namespace xenha::exporter
