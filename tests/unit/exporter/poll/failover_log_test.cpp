#include "exporter/poll/failover_log.h"

#include <gtest/gtest.h>

namespace xenha::exporter {
namespace {

using namespace std::chrono_literals;

FailoverRecord record() {
  FailoverRecord out;
  out.id = "cluster1-1700000000-aaaaaaaa";
  out.pool = "cluster1";
  out.host = "xs1";
  out.role = FailoverRole::kMaster;
  out.last_contact = WallTime(1'700'000'000s);
  out.first_failure = out.last_contact + 7s;
  out.at(FailoverPhase::kDetected) = out.last_contact + 13s;
  for (const char* name : {"i-2-1-VM", "i-2-2-VM"}) out.victims.push_back({.name = name});
  return out;
}

FailoverLine line(bool warning, std::string message, std::string detail) {
  return {warning,          std::move(message), "cluster1", "xs1", "master", "cluster1-1700000000-aaaaaaaa",
          std::move(detail)};
}

TEST(FailoverLog, OneLineWhenItOpensOneForEachPhaseOneWhenItIsOver) {
  FailoverBook before, after;
  after.open = {record()};
  EXPECT_EQ(lines_of(before, after),
            (std::vector{line(true, "a host is lost, its failover is timed",
                              "2 VMs ran there; lost within 7 s after its last answer"),
                         line(false, "a failover goes on", "detected after 13 s")}));
  EXPECT_TRUE(lines_of(after, after).empty());

  before = after;
  after.open[0].at(FailoverPhase::kMasterElected) = record().last_contact + 178s;
  EXPECT_EQ(lines_of(before, after),
            (std::vector{line(false, "a failover goes on", "master_elected after 178 s")}));

  before = after;
  FailoverRecord over = after.open[0];
  over.closed = over.last_contact + 400s;
  over.outcome = FailoverOutcome::kRecovered;
  for (Victim& victim : over.victims) victim.state = VictimState::kRunning;
  after.open.clear();
  after.closed = {over};
  EXPECT_EQ(lines_of(before, after),
            (std::vector{line(false, "a failover is over", "recovered: 2 VMs running again")}));
  EXPECT_TRUE(lines_of(after, after).empty());
}

TEST(FailoverLog, WhatDidNotEndWellIsAWarning) {
  FailoverBook before, after;
  before.open = {record()};
  FailoverRecord over = record();
  over.closed = over.last_contact + 3h;
  over.outcome = FailoverOutcome::kExpired;
  over.victims[0].state = VictimState::kNotProtected;
  after.closed = {over};
  EXPECT_EQ(lines_of(before, after),
            (std::vector{line(true, "a failover is over",
                              "expired: 0 VMs running again, 1 VM not, 1 VM stopped without HA")}));
}

TEST(FailoverLog, OldRecordsAreNotToldAgain) {
  FailoverBook before, after;
  FailoverRecord old = record();
  old.closed = old.last_contact + 400s;
  old.outcome = FailoverOutcome::kRecovered;
  before.closed = {old};
  FailoverRecord fresh = record();
  fresh.id = "cluster1-1700009999-aaaaaaaa";
  after.closed = {old};
  after.open = {fresh};
  EXPECT_EQ(lines_of(before, after).size(), 2u);
}

}  // namespace
}  // namespace xenha::exporter
