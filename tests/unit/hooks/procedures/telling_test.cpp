// The last line, whatever happened.
#include "hooks/ctl/procedures/telling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/hooks/procedures/good_pool.h"

namespace xenha::ctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(Closing, SaysThatHaIsOnAndOnHowManyHosts) {
  Facts facts = good_pool();
  EXPECT_EQ(closing_words(facts, begun(Procedure::kRestart, facts), false),
            "HA is on: 3 of 3 hosts of cluster1 are armed.");
  target(facts).live = target(facts).reachable = false;  // what it said last is no fact any more
  EXPECT_THAT(closing_words(facts, begun(Procedure::kShutdown, facts), false), HasSubstr("2 of 3"));
}

TEST(Closing, SaysHowToPutItBack) {
  Facts facts = good_pool(kMaster);
  const Position restart = begun(Procedure::kRestart, facts);
  facts.ha_enabled = false;
  EXPECT_EQ(closing_words(facts, restart, true),
            "HA is OFF on cluster1. To put it back: xenhactl host resume cluster1 xs1");
  EXPECT_THAT(closing_words(facts, restart, false), EndsWith("xenhactl ha enable cluster1"));
  const Facts no_host = good_pool("");
  EXPECT_THAT(closing_words(facts, begun(Procedure::kHaDisable, no_host), true),
              EndsWith("xenhactl ha enable cluster1"));
  host(facts, kOther).live = false;
  EXPECT_THAT(closing_words(facts, restart, false),
              HasSubstr("return or remove xs3, then xenhactl ha enable cluster1"));
}

TEST(Closing, SaysThatNobodyKnows) {
  Facts facts = good_pool();
  facts.ha_enabled.reset();
  EXPECT_THAT(closing_words(facts, begun(Procedure::kRestart, facts), true), HasSubstr("could not be read"));
}

TEST(Truth, NamesHostPoolAndCloudStack) {
  Facts facts = good_pool();
  target(facts).enabled = false;
  target(facts).cloud->resource_state = "Maintenance";
  EXPECT_THAT(truth_words(facts, begun(Procedure::kRestart, facts)),
              ElementsAre("xs2 is up, disabled: no VM starts on it, 2 VMs on it.",
                          "In CloudStack it is Up, Maintenance.", "xs1 is master."));
}

TEST(Names, ArePutIntoTheTextsOfSteps) {
  const Facts facts = good_pool(kMaster);
  EXPECT_EQ(named("give HOST's role to MASTER", facts, begun(Procedure::kRestart, facts)),
            "give xs1's role to xs2");
}

}  // namespace
}  // namespace xenha::ctl::test
