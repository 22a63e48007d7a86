// The edges of the collectors that a golden alone would not explain.
#include <gtest/gtest.h>

#include <limits>

#include "exporter/metrics/collect.h"
#include "exporter/metrics/heartbeat.h"
#include "lib/metrics/exposition.h"
#include "tests/support/pool_builder.h"
#include "tests/support/strict_exposition.h"

namespace xenha::exporter {
namespace {

using test::StrictExposition;
using Labels = std::vector<std::pair<std::string, std::string>>;

StrictExposition read(const PoolSnapshot& pool) {
  StrictExposition exposition = test::parse_strictly(metrics::to_text(collect(pool)));
  EXPECT_TRUE(exposition.problems.empty()) << exposition.problems[0];
  return exposition;
}

/// The value of a series, or -1000 if there is none.
double value(const StrictExposition& exposition, const std::string& name, Labels labels) {
  labels.emplace_back("pool", "cluster1");
  const test::StrictSample* sample = exposition.sample(name, labels);
  return sample ? sample->value : -1000;
}
constexpr double kNone = -1000;

TEST(HaOff, DisarmsEveryHostAndLeavesOutWhatIsStale) {
  PoolSnapshot pool = test::healthy_pool();  // as XenServer leaves it: old values everywhere
  pool.facts->ha_enabled = false;
  const StrictExposition exposition = read(pool);
  EXPECT_EQ(value(exposition, "xenha_pool_ha_enabled", {}), 0);
  for (const char* host : {"xs1", "xs2", "xs3", "xs4"})
    EXPECT_EQ(value(exposition, "xenha_host_ha_armed", {{"host", host}}), 0) << host;
  for (const char* family :
       {"xenha_host_ha_peers", "xenha_pool_ha_plan_exists_for", "xenha_pool_ha_overcommitted",
        "xenha_heartbeat_margin_ratio", "xenha_heartbeat_statefile_latency_seconds",
        "xenha_heartbeat_network_latency_seconds", "xenha_heartbeat_xapi_latency_seconds",
        "xenha_heartbeat_latency_recorded"})
    EXPECT_FALSE(exposition.family(family)) << family;
  EXPECT_EQ(value(exposition, "xenha_heartbeat_statefile_resolves", {}), 1)
      << "a dangling one breaks the next enable";
}

TEST(HaUnknown, SaysNothingOfHa) {
  PoolSnapshot pool = test::healthy_pool();
  pool.facts->ha_enabled.reset();
  const StrictExposition exposition = read(pool);
  EXPECT_FALSE(exposition.family("xenha_pool_ha_enabled"));
  EXPECT_FALSE(exposition.family("xenha_host_ha_armed"));
  EXPECT_FALSE(exposition.family("xenha_heartbeat_margin_ratio"));
}

TEST(PoolMaster, EveryKnownHostIsOneOrZeroOnceARoundHasEnded) {
  PoolSnapshot pool = test::healthy_pool(3);
  test::host_of(pool, "xs3").claims_master.reset();
  EXPECT_EQ(value(read(pool), "xenha_pool_master", {{"host", "xs1"}}), 1);
  EXPECT_EQ(value(read(pool), "xenha_pool_master", {{"host", "xs2"}}), 0);
  EXPECT_EQ(value(read(pool), "xenha_pool_master", {{"host", "xs3"}}), 0);

  pool.masters.reset();
  EXPECT_EQ(value(read(pool), "xenha_pool_master", {{"host", "xs3"}}), kNone) << "nobody has asked it yet";
  EXPECT_EQ(value(read(pool), "xenha_pool_masters", {}), kNone);
}

TEST(HostState, IsExactlyOneOfAll) {
  PoolSnapshot pool = test::healthy_pool(1);
  for (std::size_t i = 0; i < kHostStateWords.size(); ++i) {
    pool.hosts[0].state = static_cast<HostState>(i);
    const StrictExposition exposition = read(pool);
    for (std::size_t k = 0; k < kHostStateWords.size(); ++k)
      EXPECT_EQ(value(exposition, "xenha_host_state", {{"host", "xs1"}, {"state", kHostStateWords[k]}}),
                k == i);
  }
  pool.hosts[0].state.reset();
  EXPECT_FALSE(read(pool).family("xenha_host_state"));
}

TEST(EmergencyReason, OnlyWhileInEmergency) {
  PoolSnapshot pool = test::healthy_pool(2);
  test::make_emergency(pool, "xs2", "HOST_BROKEN");
  EXPECT_EQ(value(read(pool), "xenha_host_emergency_reason", {{"host", "xs2"}, {"reason", "HOST_BROKEN"}}),
            1);
  test::host_of(pool, "xs2").emergency = false;
  EXPECT_FALSE(read(pool).family("xenha_host_emergency_reason"));
  test::host_of(pool, "xs2").emergency.reset();
  EXPECT_FALSE(read(pool).family("xenha_host_emergency_reason"));
}

TEST(HaOperation, BothAreThereWhenKnown) {
  PoolSnapshot pool = test::healthy_pool(1);
  pool.facts->ha_enable_running = true;
  EXPECT_EQ(value(read(pool), "xenha_pool_ha_operation", {{"operation", "ha_enable"}}), 1);
  EXPECT_EQ(value(read(pool), "xenha_pool_ha_operation", {{"operation", "ha_disable"}}), 0);
  pool.facts->ha_enable_running.reset();
  pool.facts->ha_disable_running.reset();
  EXPECT_FALSE(read(pool).family("xenha_pool_ha_operation"));
}

TEST(CallSeconds, BucketsBecomeCumulative) {
  PoolSnapshot pool = test::healthy_pool(1);
  const StrictExposition exposition = read(pool);
  const auto bucket = [&](const char* le) {
    return value(exposition, "xenha_exporter_xapi_call_seconds_bucket", {{"le", le}});
  };
  EXPECT_EQ(bucket("0.005"), 0);
  EXPECT_EQ(bucket("0.01"), 400);
  EXPECT_EQ(bucket("0.025"), 400);
  EXPECT_EQ(bucket("1.0"), 480);
  EXPECT_EQ(bucket("60.0"), 480);
  EXPECT_EQ(bucket("+Inf"), 481);
  EXPECT_EQ(value(exposition, "xenha_exporter_xapi_call_seconds_count", {}), 481);
  EXPECT_EQ(value(exposition, "xenha_exporter_xapi_call_seconds_sum", {}), 77.125);
}

TEST(HeartbeatSr, TwoOfOneNameAreToldApart) {
  PoolSnapshot pool = test::healthy_pool(1);
  pool.facts->heartbeat_srs.push_back(pool.facts->heartbeat_srs[0]);
  pool.facts->heartbeat_srs[1].uuid = "77777777-1111-4222-8333-0123456789ab";
  const StrictExposition exposition = read(pool);
  EXPECT_EQ(value(exposition, "xenha_heartbeat_sr_expected", {{"sr", "MGMT-HA (5f1a9c02)"}}), 1);
  EXPECT_EQ(value(exposition, "xenha_heartbeat_sr_expected", {{"sr", "MGMT-HA (77777777)"}}), 1);
}

TEST(ProbeFamilies, SuccessIsPoolUp) {
  PoolSnapshot pool = test::healthy_pool(1);
  EXPECT_EQ(
      metrics::to_text(collect_probe(&pool)),
      "# HELP probe_duration_seconds Duration of the last full round of direct probes of the pool's hosts.\n"
      "# TYPE probe_duration_seconds gauge\n"
      "probe_duration_seconds 0.031\n"
      "# HELP probe_success 1 if the pool's master answered the last exchange, 0 if not; the same as "
      "xenha_pool_up.\n"
      "# TYPE probe_success gauge\n"
      "probe_success 1\n");
  pool.up = false;
  EXPECT_NE(metrics::to_text(collect_probe(&pool)).find("\nprobe_success 0\n"), std::string::npos);
  const std::string never = metrics::to_text(collect_probe(nullptr));
  EXPECT_NE(never.find("\nprobe_success 0\n"), std::string::npos);
  EXPECT_EQ(never.find("probe_duration_seconds"), std::string::npos);
}

HostSnapshot latencies(std::optional<double> network, std::optional<double> statefile,
                       std::optional<double> xapi) {
  HostSnapshot host;
  host.network.seconds = network;
  host.statefile.seconds = statefile;
  host.xapi.seconds = xapi;
  return host;
}

TEST(HeartbeatMargin, TheWorstSourceCounts) {
  EXPECT_DOUBLE_EQ(*heartbeat_margin(latencies(9, 18, 12), 90), 1 - 18.0 / 90);
  EXPECT_DOUBLE_EQ(*heartbeat_margin(latencies(45, 18, 12), 90), 0.5);
  EXPECT_DOUBLE_EQ(*heartbeat_margin(latencies(9, 9, 60), 90), 0.5)
      << "xapi against 120 s whatever the timeout";
  EXPECT_DOUBLE_EQ(*heartbeat_margin(latencies(180, {}, {}), 90), -1) << "past the timeout is below 0";
}

TEST(HeartbeatMargin, NegativeLatenciesAreNoBonus) {
  EXPECT_EQ(*heartbeat_margin(latencies(-5, {}, {}), 90), 1);
  EXPECT_EQ(*heartbeat_margin(latencies(-5, -1, 60), 90), 0.5);
}

TEST(HeartbeatMargin, UnknownIsLeftOut) {
  EXPECT_FALSE(heartbeat_margin(latencies({}, {}, {}), 90));
  EXPECT_FALSE(heartbeat_margin(latencies(5, 5, {}), std::nullopt)) << "nothing to compare with";
  EXPECT_DOUBLE_EQ(*heartbeat_margin(latencies(5, 5, 30), std::nullopt), 0.75);
  EXPECT_FALSE(heartbeat_margin(latencies(5, {}, {}), 0.0));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_DOUBLE_EQ(*heartbeat_margin(latencies(nan, 45, {}), 90), 0.5);
  EXPECT_FALSE(heartbeat_margin(latencies(nan, {}, {}), 90));
}

}  // namespace
}  // namespace xenha::exporter
