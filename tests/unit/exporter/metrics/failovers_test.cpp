// The edges of the stop-watch's families that a golden alone would not explain.
#include <gtest/gtest.h>

#include "exporter/metrics/collect.h"
#include "lib/metrics/exposition.h"
#include "tests/support/failover_builder.h"
#include "tests/support/pool_builder.h"
#include "tests/support/strict_exposition.h"

namespace xenha::exporter {
namespace {

using namespace std::chrono_literals;
using test::StrictExposition;
using test::test_now;
using Labels = std::vector<std::pair<std::string, std::string>>;
constexpr double kNone = -1000;

StrictExposition read(std::shared_ptr<const FailoverBook> book) {
  PoolSnapshot pool = test::healthy_pool(2);
  pool.failovers = std::move(book);
  StrictExposition exposition = test::parse_strictly(metrics::to_text(collect_failovers(pool)));
  EXPECT_TRUE(exposition.problems.empty()) << exposition.problems[0];
  return exposition;
}

double value(const StrictExposition& exposition, const std::string& name, Labels labels) {
  labels.emplace_back("pool", "cluster1");
  const test::StrictSample* sample = exposition.sample(name, labels);
  return sample ? sample->value : kNone;
}

TEST(Failovers, WithoutABookThereIsNothing) {
  EXPECT_TRUE(read(nullptr).families.empty());
}

TEST(Failovers, AnEmptyBookHasEverySeriesThatCounts) {
  const StrictExposition page = read(std::make_shared<FailoverBook>());
  for (const char* role : kFailoverRoleWords) {
    for (const char* outcome : {"recovered", "partial", "expired", "false_alarm"})
      EXPECT_EQ(value(page, "xenha_failovers_total", {{"role", role}, {"outcome", outcome}}), 0) << outcome;
    for (const std::string phase : kFailoverPhaseWords) {
      const bool applies = phase != "master_elected" || std::string("master") == role;
      EXPECT_EQ(value(page, "xenha_failover_phase_seconds_count", {{"role", role}, {"phase", phase}}),
                applies ? 0 : kNone)
          << role << " " << phase;
    }
  }
  for (const char* kind : model::kCloudVmKindWords) {
    for (const char* view : {"xenserver", "cloudstack"})
      EXPECT_EQ(value(page, "xenha_vm_restart_latency_seconds_count", {{"vm_kind", kind}, {"seen_by", view}}),
                0);
    EXPECT_EQ(value(page, "xenha_vm_restart_pending", {{"vm_kind", kind}}), 0) << kind;
  }
  EXPECT_EQ(value(page, "xenha_failover_suspicions_total", {}), 0);
  EXPECT_FALSE(
      page.sample("xenha_failovers_total", {{"pool", "cluster1"}, {"role", "master"}, {"outcome", "open"}}));
  for (const char* family : {"xenha_failover_in_progress", "xenha_failover_last_phase_seconds",
                             "xenha_failover_start_uncertainty_seconds",
                             "xenha_vm_restart_pending_oldest_timestamp_seconds", "xenha_vm_not_protected"})
    EXPECT_FALSE(page.family(family)) << family;
}

TEST(Failovers, ThePublishedOneReadsAsItWasPublished) {
  const StrictExposition page = read(test::book_of({}, {test::published_failover(test_now())}));
  const auto phase = [&](const char* word) {
    return value(page, "xenha_failover_last_phase_seconds", {{"phase", word}});
  };
  EXPECT_EQ(phase("detected"), 75);
  EXPECT_EQ(phase("master_elected"), 180);
  EXPECT_EQ(phase("cloudstack_host_down"), 195);
  EXPECT_EQ(phase("cloudstack_ha_started"), 210);
  EXPECT_EQ(phase("all_vms_running"), 330);
  EXPECT_EQ(value(page, "xenha_failover_start_uncertainty_seconds", {}), 5);
  EXPECT_EQ(value(page, "xenha_vm_not_protected", {}), 1);
  EXPECT_EQ(value(page, "xenha_failovers_total", {{"role", "master"}, {"outcome", "recovered"}}), 1);
  const auto bucket = [&](const char* le) {
    return value(page, "xenha_vm_restart_latency_seconds_bucket",
                 {{"vm_kind", "user"}, {"seen_by", "cloudstack"}, {"le", le}});
  };
  EXPECT_EQ(bucket("240.0"), 0);
  EXPECT_EQ(bucket("300.0"), 6) << "at 250, 259, ..., 295 s";
  EXPECT_EQ(bucket("330.0"), 9);
  EXPECT_EQ(bucket("420.0"), 10);
  EXPECT_EQ(bucket("+Inf"), 10);
  EXPECT_EQ(value(page, "xenha_failover_phase_seconds_bucket",
                  {{"role", "master"}, {"phase", "detected"}, {"le", "75.0"}}),
            1)
      << "a bound belongs to its bucket";
}

TEST(Failovers, BeyondTheLastBoundCountsInInfAlone) {
  FailoverBook book;
  book.phase_seconds[{FailoverRole::kSlave, FailoverPhase::kDetected}].observe(10801);
  const StrictExposition page = read(std::make_shared<FailoverBook>(book));
  const auto bucket = [&](const char* le) {
    return value(page, "xenha_failover_phase_seconds_bucket",
                 {{"role", "slave"}, {"phase", "detected"}, {"le", le}});
  };
  EXPECT_EQ(bucket("10800.0"), 0);
  EXPECT_EQ(bucket("+Inf"), 1);
  EXPECT_EQ(value(page, "xenha_failover_phase_seconds_sum", {{"role", "slave"}, {"phase", "detected"}}),
            10801);
}

TEST(Failovers, WhatPendsIsCountedInAllOpenOnes) {
  FailoverRecord second = test::open_failover(test_now() - 1min, 1min);
  second.role = FailoverRole::kSlave;
  second.host = "xs3";
  const StrictExposition page = read(test::book_of({test::open_failover(test_now() - 4min, 4min), second},
                                                   {test::published_failover(test_now() - 24h)}));
  EXPECT_EQ(value(page, "xenha_failover_in_progress", {{"host", "xs1"}, {"role", "master"}}), 1);
  EXPECT_EQ(value(page, "xenha_failover_in_progress", {{"host", "xs3"}, {"role", "slave"}}), 1);
  EXPECT_EQ(value(page, "xenha_vm_restart_pending", {{"vm_kind", "user"}}), 20);
  EXPECT_EQ(value(page, "xenha_vm_restart_pending", {{"vm_kind", "router"}}), 2) << "the first two run again";
  EXPECT_EQ(value(page, "xenha_vm_restart_pending_oldest_timestamp_seconds", {}),
            unix_seconds(test_now() - 4min));
  EXPECT_EQ(value(page, "xenha_failover_last_phase_seconds", {{"phase", "detected"}}), kNone)
      << "the newest has reached nothing yet";
}

TEST(Failovers, AnExpiredOnePendsNoMore) {
  FailoverRecord expired = test::open_failover(test_now() - 4h, 4min);
  expired.outcome = FailoverOutcome::kExpired;
  expired.closed = test_now() - 1h;
  const StrictExposition page = read(test::book_of({}, {expired}));
  EXPECT_EQ(value(page, "xenha_vm_restart_pending", {{"vm_kind", "user"}}), 0);
  EXPECT_FALSE(page.family("xenha_vm_restart_pending_oldest_timestamp_seconds"));
  EXPECT_FALSE(page.family("xenha_failover_in_progress"));
}

TEST(Failovers, AFalseAlarmIsNotTheNewest) {
  FailoverRecord false_alarm = test::failover_of(test_now() - 1h, 0);
  false_alarm.outcome = FailoverOutcome::kFalseAlarm;
  const StrictExposition page =
      read(test::book_of({}, {false_alarm, test::published_failover(test_now() - 24h)}));
  EXPECT_EQ(value(page, "xenha_vm_not_protected", {}), 1);
}

TEST(Failovers, TwoHostsOfOneLabelShareNoSeries) {
  const FailoverRecord one = test::open_failover(test_now() - 4min, 4min);
  FailoverRecord other = one;
  other.host_uuid = "another";
  EXPECT_EQ(read(test::book_of({one, other})).family("xenha_failover_in_progress")->samples.size(), 1u);
}

}  // namespace
}  // namespace xenha::exporter
