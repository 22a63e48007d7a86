#include "exporter/poll/history.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace xenha::exporter {
namespace {

using namespace std::chrono_literals;
const WallTime kNow{1'800'000'000s};

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    char name[] = "/tmp/xenha-history-XXXXXX";
    dir_ = mkdtemp(name);
  }
  ~HistoryTest() override { std::filesystem::remove_all(dir_); }
  History history(WallTime now = kNow) { return {dir_, "cluster1", now}; }
  std::filesystem::path dir_;
};

TEST_F(HistoryTest, TheFirstMasterIsNoChange) {
  History history = this->history();
  history.master_is("a", kNow);
  history.master_is("a", kNow + 1min);
  EXPECT_EQ(history.state().master_changes, 0u);
  EXPECT_EQ(history.state().master_since, kNow);
}

TEST_F(HistoryTest, AChangeWhileTheExporterWasDownCountsOnce) {
  {
    History history = this->history();
    history.master_is("a", kNow);
    history.save();
  }
  History history = this->history(kNow + 1h);
  history.master_is("b", kNow + 1h);
  EXPECT_EQ(history.state().master_changes, 1u);
  EXPECT_EQ(history.state().master_since, kNow + 1h);
}

TEST_F(HistoryTest, DisabledSinceNeedsHaToHaveBeenSeenOn) {
  History history = this->history();
  history.ha_is(false, kNow);
  EXPECT_FALSE(history.state().ha_disabled_since);
  EXPECT_FALSE(history.state().ha_enabled_since);
  history.ha_is(true, kNow + 1min);
  EXPECT_FALSE(history.state().ha_disabled_since);
  history.ha_is(true, kNow + 90s);
  EXPECT_EQ(history.state().ha_enabled_since, kNow + 1min);
  history.ha_is(false, kNow + 2min);
  history.ha_is(false, kNow + 3min);
  EXPECT_EQ(history.state().ha_disabled_since, kNow + 2min);
  EXPECT_FALSE(history.state().ha_enabled_since);
  history.save();
  History again = this->history(kNow + 1h);
  again.ha_is(false, kNow + 1h);
  EXPECT_EQ(again.state().ha_disabled_since, kNow + 2min);
  again.ha_is(true, kNow + 2h);
  EXPECT_EQ(again.state().ha_enabled_since, kNow + 2h);
  EXPECT_FALSE(again.state().ha_disabled_since);
}

// Trap 20 and 22 of the messages: they come twice after a failover; the uuid tells.
TEST_F(HistoryTest, AMessageCountsOnceAcrossRestarts) {
  const HaMessage failed{"m1", "HA_HOST_FAILED", kNow + 1min};
  {
    History history = this->history();
    history.count_messages({failed, failed}, kNow + 2min);
    history.save();
  }
  History history = this->history(kNow + 3min);
  history.count_messages({failed, {"m2", "HA_HOST_FAILED", kNow + 3min}}, kNow + 4min);
  EXPECT_EQ(history.state().messages.at("HA_HOST_FAILED").count, 2u);
  EXPECT_EQ(history.state().messages.at("HA_HOST_FAILED").last, kNow + 3min);
  EXPECT_EQ(history.state().messages.at("HA_STATEFILE_LOST").count, 0u);
}

TEST_F(HistoryTest, MessagesFromBeforeTheFirstRunDoNotCount) {
  History history = this->history();
  history.count_messages({{"old", "HA_HOST_FAILED", kNow - 1s}}, kNow);
  EXPECT_EQ(history.state().messages.at("HA_HOST_FAILED").count, 0u);
}

TEST_F(HistoryTest, MembersAreRememberedWithTheirLabels) {
  {
    History history = this->history();
    history.members_are({{"10.0.0.11", {"uuid-1", "xs1 \"quoted\" \xC3\xA4"}}});
    history.save();
  }
  const KnownMember expected{"uuid-1", "xs1 \"quoted\" \xC3\xA4"};
  EXPECT_EQ(history().state().members.at("10.0.0.11"), expected);
}

TEST_F(HistoryTest, AFileThatCannotBeReadIsKeptAside) {
  std::ofstream(state_file(dir_, "cluster1")) << "{ not json";
  History history = this->history();
  EXPECT_EQ(history.state().master_uuid, "");
  EXPECT_TRUE(std::filesystem::exists(state_file(dir_, "cluster1").string() + ".unreadable"));
}

TEST_F(HistoryTest, WrongTypesInTheFileAreNoCrash) {
  for (const char* text :
       {"[]", "null", R"({"members": 3})", R"({"master_changes": "x"})", R"({"messages": {"A": 1}})",
        R"({"counted_messages": {"u": "v"}})", R"({"first_run": 1e300})"}) {
    std::ofstream(state_file(dir_, "cluster1")) << text;
    EXPECT_EQ(history().state().master_uuid, "") << text;
  }
}

TEST_F(HistoryTest, ACountThatIsNoneIsDamage) {
  for (const char* text : {R"({"master_changes": 1e300})", R"({"master_changes": -1})",
                           R"({"messages": {"A": {"count": 1.5}}})"}) {
    const Result<PersistentState> state = parse_state(text);
    ASSERT_FALSE(state) << text;
    EXPECT_EQ(state.error().code, ErrorCode::kBadConfig) << text;
  }
}

TEST_F(HistoryTest, ATimeBeyondReasonIsMissing) {
  const Result<PersistentState> state =
      parse_state(R"({"master_since": 9e10, "first_run": -9e10, "counted_messages": {"u": 1e11, "v": 5}})");
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->master_since);
  EXPECT_FALSE(state->first_run);
  EXPECT_EQ(state->counted_messages, (std::map<std::string, WallTime>{{"v", WallTime(5s)}}));
}

TEST_F(HistoryTest, AnUnchangedStateIsNotWritten) {
  History history = this->history();
  history.master_is("a", kNow);
  history.save();
  std::filesystem::remove(state_file(dir_, "cluster1"));
  history.save();
  EXPECT_FALSE(std::filesystem::exists(state_file(dir_, "cluster1")));
}

TEST_F(HistoryTest, AnUnwritableDirectoryIsAnErrorWithTheReason) {
  const Status saved = save_state(dir_ / "no" / "such" / "file.json", {});
  ASSERT_FALSE(saved);
  EXPECT_NE(saved.error().message.find("No such file or directory"), std::string::npos)
      << saved.error().message;
}

RejoinTracker::Sight away() {
  return {.reachable = false, .live = false, .enabled = true};
}
RejoinTracker::Sight back(bool live, bool enabled) {
  return {.reachable = true, .live = live, .enabled = enabled};
}

TEST(RejoinTracker, FromReachableAgainToLiveAndEnabled) {
  RejoinTracker tracker;
  tracker.see("h", back(true, true), kNow);
  EXPECT_FALSE(tracker.newest("h"));
  tracker.see("h", away(), kNow + 1min);
  tracker.see("h", back(false, false), kNow + 5min);
  tracker.see("h", back(true, false), kNow + 6min);
  EXPECT_FALSE(tracker.newest("h"));
  tracker.see("h", back(true, true), kNow + 7min);
  EXPECT_EQ(tracker.newest("h"), Duration(2min));
  tracker.see("h", back(true, true), kNow + 9min);
  EXPECT_EQ(tracker.newest("h"), Duration(2min));
}

TEST(RejoinTracker, ABlipOfOurNetworkIsNoRejoin) {
  RejoinTracker tracker;
  tracker.see("h", back(true, true), kNow);
  tracker.see("h", {.reachable = false, .live = true, .enabled = true}, kNow + 10s);
  tracker.see("h", back(true, true), kNow + 20s);
  EXPECT_FALSE(tracker.newest("h"));
}

// live stays true for up to 1800 s after a failover (trap 9): the new boot time gives the reboot away.
TEST(RejoinTracker, ARebootThatTheMasterNeverNoticed) {
  RejoinTracker tracker;
  tracker.see("h", {.reachable = true, .live = true, .enabled = true, .boot_time = kNow - 24h}, kNow);
  tracker.see("h", {.reachable = false, .live = true, .enabled = true, .boot_time = kNow - 24h}, kNow + 1min);
  tracker.see("h", {.reachable = true, .live = true, .enabled = true, .boot_time = kNow - 24h}, kNow + 4min);
  tracker.see("h", {.reachable = true, .live = true, .enabled = true, .boot_time = kNow + 3min}, kNow + 5min);
  EXPECT_EQ(tracker.newest("h"), Duration(1min));
}

}  // namespace
}  // namespace xenha::exporter
