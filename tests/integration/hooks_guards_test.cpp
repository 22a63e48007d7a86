// Every guard, through the real daemon: a world in which it alone objects. An alert comes by HTTP, the
// decision is written down, `explain` names that guard and no other, and the simulator's log of writes stays
// as it was. Then the world is mended, and HA comes back: by itself where the daemon waits, after a word of
// the operator where it gave up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "hooks/decision/reason.h"
#include "tests/integration/operator_call.h"
#include "tests/integration/running_hooks.h"
#include "tests/integration/spoiled_facts.h"
#include "tests/sim/world/storage_builder.h"
#include "tests/sim/world/world.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using hooks::Reason;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Words = std::vector<std::string>;

const Decided kActs{"act", "safe_to_enable"};
const std::string kEnable = "pool1 Async.pool.enable_ha operator";

struct Row {
  std::string name;
  Decided decided;
  Words objectors;            ///< as explain has them: the first gives the reason, or latched it
  std::string together = {};  ///< why more than one
  RunningHooks::Setup setup = {};
  bool loses_ha = true;  ///< in silence, before it is spoiled
  std::function<void(RunningHooks&)> spoil = {};
  Words writes = {};  ///< what the spoiling itself did to pools
  std::function<void(RunningHooks&)> mend = {};
  int looks_again = 2;  ///< evaluations after the first
};
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

std::function<std::string(std::string)> replacing(const std::string& what, const std::string& by) {
  return [=](std::string text) { return replaced(std::move(text), what, by); };
}

std::string as_written(std::string text) {
  return text;
}

/// One attempt that XenServer refused, and whatever made it refuse is gone again.
void one_refused_attempt(RunningHooks& hooks, const std::string& code) {
  command("enable-fails", R"({"phase": "check", "code": ")" + code + "\"}")(hooks.sim());
  hooks.alert();
  hooks.until_acted();
  command("enable-fails", R"({"phase": ""})")(hooks.sim());
}

/// Put back by us, and gone again; the alert is a new one.
void lose_it_again(RunningHooks& hooks) {
  hooks.alert();
  hooks.hurry();
  hooks.until_acted();
  hooks.lose_ha(1);
  hooks.alert({"pool1"}, 2);
}

/// The guard's usual verdict; a fact can say another, and then its row does.
Decided usual(const std::string& reason) {
  for (const hooks::ReasonText& text : hooks::reason_texts())
    if (text.word == reason) return {std::string(word(text.verdict)), reason};
  throw std::invalid_argument(reason);
}

/// Those of the observer's table: here they go all the way to the journal.
std::vector<Row> rows_of_the_world() {
  std::vector<Row> out;
  for (const SpoiledFact& fact : spoiled_facts()) {
    if (fact.hangs && fact.name != "host_hangs") continue;  // one is enough: each takes most of a minute
    Row row{.name = fact.name,
            .decided = usual(fact.objectors.front()),
            .objectors = fact.objectors,
            .together = fact.together,
            .spoil = [spoil = fact.spoil](RunningHooks& hooks) { spoil(hooks.sim()); }};
    if (fact.objectors.front() == "settling") row.setup.guards["settle"] = "5m";
    if (fact.hangs) row.looks_again = 1;
    row.mend = [mend = fact.mend](RunningHooks& hooks) { mend ? mend(hooks.sim()) : hooks.pass(25h); };
    // Once the work in CloudStack is over, whoever did it may still be at it.
    if (row.decided.reason == "cloud_maintenance" || row.decided.reason == "cloud_unmanaged")
      row.mend = [mend = fact.mend](RunningHooks& hooks) {
        mend(hooks.sim());
        hooks.until_decided({"wait", "cloud_quiet"});
        hooks.pass(11min);
      };
    out.push_back(std::move(row));
  }
  return out;
}

const std::vector<Row>& rows() {
  static const std::vector<Row> all = [] {
    std::vector<Row> out = rows_of_the_world();
    const std::vector<Row> more{
        {.name = "policy_is_gone",
         .decided = {"ignored", "no_policy"},
         .objectors = {"no_policy"},
         .spoil =
             [](RunningHooks& hooks) {
               EXPECT_EQ(hooks.pause(), 200);  // or it would act before the policy is gone
               hooks.alert();
               hooks.until_decided({"wait", "paused"});
               hooks.rewrite(replacing("alert: XenHAPoolHADisabled", "alert: XenHAHostDisarmed"));
               EXPECT_EQ(hooks.resume(), 200);
             },
         .mend = [](RunningHooks& hooks) { hooks.rewrite(as_written); }},
        {.name = "kill_switch",
         .decided = {"refuse", "kill_switch"},
         .objectors = {"kill_switch"},
         .spoil = [](RunningHooks& hooks) { std::ofstream(hooks.directory() / "STOP") << ""; },
         .mend = [](RunningHooks& hooks) { std::filesystem::remove(hooks.directory() / "STOP"); }},
        {.name = "kill_switch_cannot_be_told",
         .decided = {"refuse", "kill_switch"},
         .objectors = {"kill_switch"},
         .spoil =
             [](RunningHooks& hooks) {
               std::filesystem::create_symlink("STOP", hooks.directory() / "STOP");  // a link to itself
             },
         .mend = [](RunningHooks& hooks) { std::filesystem::remove(hooks.directory() / "STOP"); }},
        {.name = "paused_here",
         .decided = {"wait", "paused"},
         .objectors = {"paused"},
         .spoil = [](RunningHooks& hooks) { EXPECT_EQ(hooks.pause(), 200); },
         .mend = [](RunningHooks& hooks) { EXPECT_EQ(hooks.resume(), 200); }},
        {.name = "paused_here_and_forgotten",
         .decided = {"wait", "paused"},
         .objectors = {"paused"},
         .spoil = [](RunningHooks& hooks) { EXPECT_EQ(hooks.pause(), 200); },
         .mend = [](RunningHooks& hooks) { hooks.pass(61min); }},
        {.name = "gave_up",
         .decided = {"refuse", "gave_up"},
         .objectors = {"gave_up"},
         .spoil = [](RunningHooks& hooks) { one_refused_attempt(hooks, "LICENCE_RESTRICTION"); },
         .writes = {kEnable},
         .mend = [](RunningHooks& hooks) { EXPECT_EQ(hooks.clear(), 200); }},
        {.name = "settles_after_it_went_off",
         .decided = {"wait", "settling"},
         .objectors = {"settling"},
         .setup = {.guards = {{"settle", "5m"}}},
         .spoil = [](RunningHooks&) {},
         .mend = [](RunningHooks& hooks) { hooks.pass(6min); }},
        {.name = "cloud_does_not_know_the_pin",
         .decided = {"wait", "cloud_unknown"},
         .objectors = {"cloud_unknown", "cloud_maintenance", "cloud_host_state", "cloud_unmanaged",
                       "cloud_quiet"},
         .together = "without the cluster nothing of it is known",
         .setup = {.config = replacing("    cloudstack: cloud1\n",
                                       "    cloudstack: cloud1\n    cloudstack_cluster: other\n")},
         .spoil = [](RunningHooks&) {},
         .mend = [](RunningHooks& hooks) { hooks.rewrite(as_written); }},
        {.name = "operator_switched_it_off",
         .decided = {"refuse", "operator_intent"},
         .objectors = {"operator_intent"},
         .loses_ha = false,
         .spoil =
             [](RunningHooks& hooks) {
               hooks.until_remembered();
               EXPECT_EQ(call_as_operator(hooks.sim(), "pool.disable_ha"), "");
             },
         .writes = {"pool1 pool.disable_ha root"},
         .mend = [](RunningHooks& hooks) { hooks.pass(8h + 10min); }},
        {.name = "configured_sr_is_not_there",
         .decided = {"wait", "sr_unknown"},
         .objectors = {"sr_unknown", "sr_not_plugged", "sr_unexpected", "sr_not_shared", "sr_no_room"},
         .together = "of an SR that is not there nothing is known",
         .setup = {.config = replacing("heartbeat_sr: MGMT-HA", "heartbeat_sr: no such SR")},
         .spoil = [](RunningHooks&) {},
         .mend = [](RunningHooks& hooks) { hooks.rewrite(as_written); }},
        {.name = "pbd_missing",
         .decided = {"wait", "sr_not_plugged"},
         .objectors = {"sr_not_plugged"},
         .spoil = [](RunningHooks& hooks) { command("detach-pbd", R"({"host": 2})")(hooks.sim()); }},
        {.name = "configured_sr_is_another",
         .decided = {"refuse", "sr_unexpected"},
         .objectors = {"sr_unexpected"},
         .setup = {.config = replacing("heartbeat_sr: MGMT-HA", "heartbeat_sr: MGMT-HA-2"),
                   .before =
                       [](hooks::journal::Journal&, sim::Simulation& sim) {
                         sim.run([](sim::World& world) {
                           sim::Site& site = *world.sites.front();
                           add_shared_sr(site, *site.master()->db, "MGMT-HA-2", "nfs", sim::Json::object());
                         });
                       }},
         .spoil = [](RunningHooks&) {},
         .mend = [](RunningHooks& hooks) { hooks.rewrite(as_written); }},
        {.name = "cool_down",
         .decided = {"wait", "cool_down"},
         .objectors = {"cool_down"},
         .setup = {.guards = {{"cool_down", "15m"}}},
         .spoil = [](RunningHooks& hooks) { one_refused_attempt(hooks, "HOST_OFFLINE"); },
         .writes = {kEnable},
         .mend = [](RunningHooks& hooks) { hooks.pass(16min); }},
        {.name = "too_many_attempts",
         .decided = {"refuse", "too_many_attempts"},
         .objectors = {"too_many_attempts"},
         .setup = {.guards = {{"max_attempts_per_day", "1"}}},
         .spoil = [](RunningHooks& hooks) { one_refused_attempt(hooks, "HOST_OFFLINE"); },
         .writes = {kEnable},
         .mend = [](RunningHooks& hooks) { hooks.pass(25h); }},
        {.name = "storm_that_gathers",
         .decided = {"wait", "storm"},
         .objectors = {"storm"},
         .setup = {.pools = 2, .guards = {{"storm_pools", "1"}}},
         .spoil =
             [](RunningHooks& hooks) {
               hooks.alert({"pool1", "pool2"});
             },
         .mend = [](RunningHooks& hooks) { hooks.pass(11min); }},
        {.name = "storm_of_most_pools",
         .decided = {"refuse", "storm"},
         .objectors = {"gave_up", "storm"},
         .together = "it latches",
         .setup = {.pools = 4},
         .spoil =
             [](RunningHooks& hooks) {
               hooks.alert({"pool1", "pool2", "pool3", "pool4"});
             },
         .mend =
             [](RunningHooks& hooks) {
               hooks.alert({"pool2", "pool3", "pool4"}, 1, true);
               hooks.pass(11min);
               hooks.eventually("only the latch is left",
                                [&] { return hooks.objectors() == Words{"gave_up"}; });
               hooks.until_looked_again(2);
               EXPECT_THAT(hooks.writes(), IsEmpty());
               EXPECT_EQ(hooks.clear(), 200);
             }},
        {.name = "another_pool_has_its_turn",
         .decided = {"wait", "other_action"},
         .objectors = {"other_action"},
         .setup = {.pools = 2},
         .spoil =
             [](RunningHooks& hooks) {
               hooks.alert({"pool2"});
               hooks.eventually("the call for pool2", [&] { return !hooks.writes().empty(); });
             },
         .writes = {"pool2 Async.pool.enable_ha operator"},
         .mend = [](RunningHooks&) {}},  // it ends
        {.name = "flap",
         .decided = {"refuse", "flap"},
         .objectors = {"gave_up", "flap"},
         .together = "it latches",
         .setup = {.guards = {{"flap_window", "1h"}}},
         .spoil = lose_it_again,
         .writes = {kEnable},
         .mend =
             [](RunningHooks& hooks) {
               hooks.pass(2h);
               hooks.eventually("only the latch is left",
                                [&] { return hooks.objectors() == Words{"gave_up"}; });
               hooks.until_looked_again(2);
               EXPECT_THAT(hooks.writes(), ElementsAre(kEnable));
               EXPECT_EQ(hooks.clear(), 200);
             }},
        {.name = "flap_and_the_operator_clears_it_at_once",
         .decided = {"refuse", "flap"},
         .objectors = {"gave_up", "flap"},
         .together = "it latches",
         .setup = {.guards = {{"flap_window", "1h"}}},
         .spoil = lose_it_again,
         .writes = {kEnable},
         .mend = [](RunningHooks& hooks) { EXPECT_EQ(hooks.clear(), 200); }},
    };
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }();
  return all;
}

class OneGuardObjects : public testing::TestWithParam<Row> {};

TEST_P(OneGuardObjects, AndNothingIsWrittenUntilItIsMended) {
  const Row& row = GetParam();
  RunningHooks hooks(row.setup);
  if (row.loses_ha) hooks.lose_ha();
  row.spoil(hooks);
  hooks.alert();
  hooks.until_decided(row.decided);
  hooks.eventually("the guards that object", [&] { return hooks.objectors() == row.objectors; });
  hooks.until_looked_again(row.looks_again);
  EXPECT_EQ(hooks.objectors(), row.objectors) << hooks.explained();
  EXPECT_EQ(hooks.writes(), row.writes);
  EXPECT_EQ(row.objectors.size() > 1, !row.together.empty());
  if (!row.mend || HasFailure()) return;
  row.mend(hooks);
  hooks.hurry();
  const auto enables = [](const Words& writes) { return std::count(writes.begin(), writes.end(), kEnable); };
  hooks.eventually("HA is put back", [&] { return enables(hooks.writes()) > enables(row.writes); });
  EXPECT_THAT(hooks.decisions(), Contains(kActs));
}

INSTANTIATE_TEST_SUITE_P(Hooks, OneGuardObjects, testing::ValuesIn(rows()),
                         [](const auto& made) { return made.param.name; });

/// What needs a test of its own, below.
const std::set<Reason> kElsewhere{Reason::kAlreadyEnabled, Reason::kUnfinishedAttempt, Reason::kSafeToEnable};

TEST(OneGuardObjects, EveryReasonHasARow) {
  for (const hooks::ReasonText& text : hooks::reason_texts()) {
    const bool has = std::any_of(rows().begin(), rows().end(), [&](const Row& row) {
      return row.decided.reason == text.word && row.decided.verdict == word(text.verdict);
    });
    EXPECT_NE(has, kElsewhere.contains(text.reason)) << text.word;
  }
}

TEST(Hooks, NobodyObjectsAndItActs) {
  RunningHooks hooks({});
  hooks.lose_ha();
  hooks.hurry();
  hooks.alert();
  hooks.until_acted();
  EXPECT_EQ(hooks.attempts().front().outcome->result, hooks::journal::AttemptResult::kSuccess);
  EXPECT_THAT(hooks.writes(), ElementsAre(kEnable));
  EXPECT_THAT(hooks.decisions(), ElementsAre(kActs));
}

TEST(Hooks, WhatIsOnIsDoneAndNotSwitchedOnAgain) {
  RunningHooks hooks({});
  hooks.alert();
  hooks.until_decided({"done", "already_enabled"});
  EXPECT_THAT(hooks.objectors(), ElementsAre("already_enabled"));
  hooks.alert({"pool1"}, 2);  // again: as much
  hooks.eventually("done twice", [&] { return hooks.decisions().size() == 2; });
  EXPECT_THAT(hooks.decisions(), testing::Each(Decided{"done", "already_enabled"}));
  EXPECT_THAT(hooks.writes(), IsEmpty());
}

TEST(Hooks, AHostThatIsNotArmedIsWaitedFor) {
  RunningHooks hooks({});
  command("disarm-host", R"({"host": 2})")(hooks.sim());
  hooks.alert();
  hooks.until_decided({"wait", "already_enabled"});
  hooks.until_looked_again(3);
  EXPECT_THAT(hooks.objectors(), ElementsAre("already_enabled"));
  EXPECT_THAT(hooks.writes(), IsEmpty());
  command("arm-host", R"({"host": 2})")(hooks.sim());
  hooks.until_decided({"done", "already_enabled"});
  EXPECT_THAT(hooks.writes(), IsEmpty());
}

/// The first look of an evaluation finds a pause, the second does not: that is no certain fact. The next
/// evaluation, with two equal looks, acts.
TEST(Hooks, TwoLooksThatDifferAreNotActedOn) {
  RunningHooks hooks({.guards = {{"read_gap", "3s"}}});
  hooks.lose_ha();
  const auto looks = [&hooks] {  // each reads the master's audit log once
    const std::vector<sim::CallEntry> calls = hooks.sim().calls();
    return std::count_if(calls.begin(), calls.end(), [](const sim::CallEntry& call) {
      return call.method.find("/audit_log") != std::string::npos && call.outcome != "pending";
    });
  };
  other_config("xenha:paused", "reason=disks")(hooks.sim());
  hooks.alert();
  hooks.until_decided({"wait", "paused"});
  const auto before = looks();
  hooks.eventually("the first look of an evaluation", [&] { return looks() > before && looks() % 2 == 1; });
  no_other_config("xenha:paused")(hooks.sim());
  hooks.until_decided({"wait", "facts_unknown"});
  hooks.hurry();
  hooks.until_decided(kActs);
  EXPECT_THAT(hooks.decisions(),
              ElementsAre(kActs, Decided{"wait", "facts_unknown"}, Decided{"wait", "paused"}));
  hooks.eventually("the call", [&] { return hooks.writes() == Words{kEnable}; });
}

/// The operator looked what the pools share, mended it, and says so for each: they get it one after the
/// other.
TEST(Hooks, AfterAStormEachPoolThatIsClearedGetsItBack) {
  const Words pools{"pool1", "pool2", "pool3", "pool4"};
  RunningHooks hooks({.pools = 4});
  hooks.lose_ha();
  hooks.alert(pools);
  for (const std::string& pool : pools) hooks.until_decided({"refuse", "gave_up"}, pool);
  EXPECT_THAT(hooks.writes(), IsEmpty());
  for (const std::string& pool : pools) EXPECT_EQ(hooks.clear(pool), 200);
  hooks.until_decided({"wait", "storm"});
  hooks.pass(11min);
  hooks.hurry();
  for (const std::string& pool : pools) hooks.until_acted(pool);
  for (const std::string& pool : pools)
    EXPECT_EQ(hooks.attempts(pool).front().outcome->result, hooks::journal::AttemptResult::kSuccess) << pool;
  EXPECT_EQ(hooks.writes().size(), pools.size());
}

/// An earlier life sent the call, or was about to, and died.
void leave_an_attempt(hooks::journal::Journal& journal, Duration ago) {
  const WallTime then =
      std::chrono::system_clock::now() - std::chrono::duration_cast<WallTime::duration>(ago);
  const auto receipts = journal.receive({{.fingerprint = "0123456789abcde1",
                                          .starts_at = then,
                                          .pool = "pool1",
                                          .alertname = "XenHAPoolHADisabled",
                                          .action = "enable-pool-ha"}},
                                        then);
  ASSERT_TRUE(receipts) << receipts.error().message;
  const hooks::journal::EntryId alert = *receipts->front().alert;
  const auto decision = journal.decide({.alert = alert,
                                        .pool = "pool1",
                                        .action = "enable-pool-ha",
                                        .verdict = "act",
                                        .reason = "safe_to_enable",
                                        .guards = "[]",
                                        .situation = "{}"},
                                       then);
  ASSERT_TRUE(decision) << decision.error().message;
  const auto attempt = journal.begin_attempt({.alert = alert,
                                              .decision = decision->id,
                                              .pool = "pool1",
                                              .action = "enable-pool-ha",
                                              .sr_uuid = "of MGMT-HA",
                                              .sr_name = "MGMT-HA",
                                              .timeout = 90s},
                                             then);
  ASSERT_TRUE(attempt) << attempt.error().message;
}

/// The daemon looks what came of it before it decides anything, and says so to whoever asks. Only once that
/// is written down is the pool like any other.
TEST(Hooks, AnUnfinishedAttemptIsSettledBeforeAnythingElse) {
  RunningHooks hooks({.guards = {{"cool_down", "15m"}},
                      .before = [](hooks::journal::Journal& journal, sim::Simulation& sim) {
                        command("silent-disarm")(sim);
                        leave_an_attempt(journal, 20min);
                      }});
  hooks.eventually("it says what it waits for",
                   [&] { return hooks.objectors() == Words{"unfinished_attempt"}; });
  EXPECT_FALSE(hooks.attempts().front().outcome);
  EXPECT_THAT(hooks.writes(), IsEmpty());
  hooks.until_acted();
  EXPECT_EQ(hooks.attempts().back().outcome->result, hooks::journal::AttemptResult::kUnknown);
  EXPECT_TRUE(hooks.attempts().back().outcome->counts);
  hooks.hurry();
  hooks.until_acted("pool1", 2);
  EXPECT_THAT(hooks.writes(), ElementsAre(kEnable));
}

}  // namespace
}  // namespace xenha::test
