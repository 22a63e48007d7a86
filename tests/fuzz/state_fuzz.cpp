// The exporter's state file over any bytes: a disk can return anything, and a start must survive it. What was
// read can be written, and reads the same again.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "exporter/poll/persistent_state.h"

using namespace xenha;
using namespace xenha::exporter;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

bool same(const std::optional<WallTime>& left, const std::optional<WallTime>& right) {
  if (!left || !right) return left == right;
  return std::fabs(unix_seconds(*left) - unix_seconds(*right)) < 1e-5;  // the file holds doubles
}

void check_round_trip(const PersistentState& state) {
  const Result<PersistentState> again = parse_state(state_text(state));
  expect(bool(again));
  expect(again->pool_uuid == state.pool_uuid && again->master_uuid == state.master_uuid);
  expect(again->master_changes == state.master_changes && again->ha_seen_on == state.ha_seen_on);
  expect(same(again->master_since, state.master_since) && same(again->first_run, state.first_run));
  expect(same(again->ha_disabled_since, state.ha_disabled_since));
  expect(same(again->ha_enabled_since, state.ha_enabled_since));
  expect(again->members == state.members && again->messages.size() == state.messages.size());
  for (const auto& [name, seen] : state.messages) {
    const auto found = again->messages.find(name);
    expect(found != again->messages.end() && found->second.count == seen.count &&
           same(found->second.last, seen.last));
  }
  expect(again->counted_messages.size() == state.counted_messages.size());
}

/// What the exporter does with every time it read: none may be so far away that a difference overflows.
void check_times(const PersistentState& state) {
  const WallTime now{std::chrono::seconds(1'700'000'000)};
  for (const auto& when :
       {state.master_since, state.ha_disabled_since, state.ha_enabled_since, state.first_run})
    if (when) expect(std::fabs(std::chrono::duration<double>(now - *when).count()) < 1e10);
  for (const auto& [uuid, when] : state.counted_messages)
    expect(std::fabs(std::chrono::duration<double>(now - when).count()) < 1e10);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<PersistentState> state = parse_state({reinterpret_cast<const char*>(data), size});
  if (!state) {
    expect(!state.error().message.empty() && state.error().message.find('\n') == std::string::npos);
    return 0;
  }
  check_times(*state);
  check_round_trip(*state);
  return 0;
}
