// The stop-watch's state file over any bytes: a disk can return anything. What was read can be written and
// reads the same again, and a stop-watch can go on from it.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "exporter/failover/history.h"

using namespace xenha;
using namespace xenha::exporter;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

const WallTime kNow{std::chrono::seconds(1'760'000'700)};

XenSight xen_sight(WallTime when) {
  XenSight sight;
  sight.at = when;
  sight.master_uuid = "h3-uuid";
  sight.hosts = {{"h1-uuid", "h1", false, true, when, {}, false},
                 {"h2-uuid", "h2", true, true, when, {}, false}};
  sight.vms = {{"a1-again", "a1", true, "h2-uuid", false}};
  return sight;
}

CloudSnapshot cloud_snapshot(WallTime when) {
  CloudSnapshot cloud;
  cloud.facts.emplace();
  cloud.facts->hosts.emplace_back().host_uuid = "h2-uuid";
  cloud.facts->hosts[0].pool = "pool1";
  CloudVmSnapshot& vm = cloud.facts->vms["a1-id"];
  vm.id = "a1-id";
  vm.instance_name = "a1";
  vm.state = "Running";
  vm.host_uuid = "h2-uuid";
  vm.last_updated = vm.seen_at = when;
  return cloud;
}

void go_on(StopwatchState state) {
  Stopwatch watch({.pool = "pool1", .has_cloudstack = true}, std::move(state));
  WallTime now = kNow;
  for (int round = 0; round < 4; ++round) {
    for (const char* host : {"h1-uuid", "h2-uuid", "h3-uuid"})
      watch.see(ProbeSight{host, host, now, now, ProbeSight::Life::kSilent});
    watch.see(ProbeSight{"h3-uuid", "h3", now, now, ProbeSight::Life::kAnswers, true, ""});
    watch.see(xen_sight(now));
    watch.see(cloud_snapshot(now), now);
    watch.tick(now += std::chrono::minutes(70));
    watch.focus();
  }
  expect(bool(parse_failovers(failovers_text(watch.state()))));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Result<StopwatchState> state = parse_failovers({reinterpret_cast<const char*>(data), size});
  if (!state) {
    expect(!state.error().message.empty() && state.error().message.find('\n') == std::string::npos);
    return 0;
  }
  const Result<StopwatchState> again = parse_failovers(failovers_text(*state));
  expect(again && *again == *state);
  go_on(*std::move(state));
  return 0;
}
