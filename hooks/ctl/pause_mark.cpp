#include "hooks/ctl/pause_mark.h"

#include <algorithm>

namespace xenha::ctl {
namespace {

/// Readers show 200 bytes of a mark, "reason=" among them.
constexpr std::size_t kLongestReason = 180;

}  // namespace

std::string problem_of_reason(const std::string& reason) {
  if (reason.size() > kLongestReason)
    return "--reason is longer than " + std::to_string(kLongestReason) +
           " characters, which a mark on the pool does not show";
  if (reason.find(';') != std::string::npos)
    return "--reason holds a ; which ends the reason in a mark on the pool: write a comma";
  const bool plain = std::all_of(reason.begin(), reason.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain)
    return "--reason holds a character that a mark on the pool cannot: write it in plain ASCII, in one line";
  if (reason.front() == ' ' || reason.back() == ' ') return "--reason begins or ends with a blank";
  return {};
}

std::string pause_mark(const std::string& reason, WallTime until) {
  const auto epoch = std::chrono::floor<std::chrono::seconds>(until.time_since_epoch()).count();
  return "reason=" + reason + ";until=" + std::to_string(epoch);
}

}  // namespace xenha::ctl
