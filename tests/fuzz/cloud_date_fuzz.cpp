// Any bytes as a date of CloudStack's: no undefined behaviour, and what is a date reads the same once
// written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/cloudstack/dates.h"

namespace {

using namespace xenha;

void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::optional<WallTime> when = cloudstack::parse_date(text);
  if (!when) return 0;
  expect(size >= 20 && size <= 25 && text[10] == 'T');
  expect(when->time_since_epoch() % std::chrono::seconds(1) == Duration{});
  constexpr WallTime kFirst{std::chrono::sys_days{std::chrono::January / 1 / 1970}};
  constexpr WallTime kEnd{std::chrono::sys_days{std::chrono::January / 1 / 2200}};
  expect(*when >= kFirst && *when < kEnd);
  expect(cloudstack::parse_date(cloudstack::expires_text(*when)) == when);
  return 0;
}
