// How long xenhactl waits, and what it says when that was too long: minutes and hours of virtual time, with
// the real runner. And Ctrl-C in the moment before a call leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/integration/virtual_terminal.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using ctl::ExitCode;
using ctl::Procedure;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kMaster[] = "cluster1-xs1", kSlave[] = "cluster1-xs2";
/// Between two looks, and what a look takes.
constexpr Duration kALook = 15s;
constexpr auto kResume = std::nullopt;

struct World : ::testing::Test {
  VirtualTerminal terminal;
};

// S12, S13: a host enables itself after its start; only after five minutes it is done for it.
struct EnableHost : World {
  VirtualTerminal::Ended restarted(const char* host, bool enables_itself_late) {
    terminal.when("wait until " + std::string(host) + " is back", [=, this] {
      ASSERT_TRUE(terminal.pass_until_joined(host));
      terminal.pass(10s);  // it has met its master, and would enable itself in a moment
      terminal.command("maintenance", R"({"on": true, "host": ")" + std::string(host) + "\"}");
    });
    if (enables_itself_late)
      terminal.when("is still disabled", [=, this] {
        terminal.pass(3min + 30s);
        terminal.command("maintenance", R"({"on": false, "host": ")" + std::string(host) + "\"}");
      });
    return terminal.run(Procedure::kRestart, host);
  }
  void is_enabled_after_five_minutes(const char* host) {
    const VirtualTerminal::Ended end = restarted(host, false);
    ASSERT_EQ(end.code, ExitCode::kDone) << end.out;
    const auto writes = terminal.writes();
    const auto enabled = std::find_if(writes.begin(), writes.end(),
                                      [](const auto& write) { return write.second == "host.enable"; });
    ASSERT_NE(enabled, writes.end());
    const Duration waited = enabled->first - end.when("let VMs start on");
    EXPECT_GE(waited, 5min);
    EXPECT_LE(waited, 5min + kALook);
    EXPECT_EQ(terminal.unwell(), "");
  }
};

TEST_F(EnableHost, OfASlaveOnlyAfterFiveMinutes) {
  is_enabled_after_five_minutes(kSlave);
}

TEST_F(EnableHost, OfTheOldMasterOnlyAfterFiveMinutes) {
  is_enabled_after_five_minutes(kMaster);
}

TEST_F(EnableHost, IsLeftToTheHostThatTakesNearlyFour) {
  const VirtualTerminal::Ended end = restarted(kSlave, true);
  ASSERT_EQ(end.code, ExitCode::kDone) << end.out;
  EXPECT_THAT(terminal.names_of_writes(), Not(Contains("host.enable")));
  EXPECT_GE(end.when("6/8 done") - end.when("6/8 waits"), 3min + 30s);
}

// S14: it joins by itself, or has to be recovered.
struct Return : World {
  void SetUp() override { ASSERT_EQ(terminal.run(Procedure::kShutdown, kSlave).code, ExitCode::kDone); }
  /// It answers, and does not come out of emergency mode.
  VirtualTerminal::Ended stays_out(const std::string& code) {
    terminal.when("to be powered on", [=, this] {
      terminal.command("power-on", R"({"host": 2})");
      terminal.pass(108s);  // its toolstack has just begun
      terminal.command("emergency", R"({"host": 2, "code": ")" + code + "\"}");
    });
    return terminal.run(Procedure::kReturn, kSlave);
  }
  void says_recover(const VirtualTerminal::Ended& end, Duration after) {
    EXPECT_EQ(end.code, ExitCode::kNotMet) << end.out;
    EXPECT_THAT(end.out, HasSubstr("Next: xenhactl host recover cluster1 cluster1-xs2"));
    EXPECT_THAT(end.last, HasSubstr("HA is on: "));
    const Duration waited = end.at - end.when("is back in the pool");
    EXPECT_GE(waited, after);
    EXPECT_LE(waited, after + kALook);
  }
};

TEST_F(Return, SaysRecoverWhenItHasNotJoinedForTenMinutes) {
  const VirtualTerminal::Ended end = stays_out("HOST_MASTER_CANNOT_TALK_BACK");
  EXPECT_THAT(end.out, HasSubstr("cluster1-xs2 answers and has not joined the pool for 10 min "
                                 "(HOST_MASTER_CANNOT_TALK_BACK)"));
  says_recover(end, 10min);
}

TEST_F(Return, SaysRecoverSoonerWhenItsOwnHaKeepsItOut) {
  const VirtualTerminal::Ended end = stays_out("HA_HOST_CANNOT_ACCESS_STATEFILE");
  EXPECT_THAT(end.out, HasSubstr("cannot join before its HA is disarmed"));
  says_recover(end, 3min);
  // And what it says to type helps.
  const VirtualTerminal::Ended recovered = terminal.run(Procedure::kRecover, kSlave);
  EXPECT_EQ(recovered.code, ExitCode::kDone) << recovered.out;
  EXPECT_EQ(recovered.last, "HA is on: 3 of 3 hosts of cluster1 are armed.");
}

// What never comes: after the step's deadline it says so, and what to type; that goes on once it has come.
struct Late {
  const char* name;
  Procedure procedure;
  const char* host;
  const char* step;    ///< as it stands where it stopped
  const char* begins;  ///< part of the line with which the step begins
  Duration deadline;
  const char* when;  ///< part of a line; empty: before the program begins
  std::vector<std::pair<const char*, const char*>> spoil, mend;
  const char* says;
  std::vector<std::pair<const char*, const char*>> before = {};  ///< the pool as the program finds it
};

const Late kLate[] = {
    {"maintenance",
     Procedure::kRestart,
     kSlave,
     "1/8, enter-maintenance",
     "1/8 put",
     2h,
     "1/8 put",
     {{"cs-network", R"({"mode": "refuse"})"}},
     {{"cs-network", R"({"mode": "up"})"}},
     "CloudStack was not read"},
    {"disable_ha",
     Procedure::kRestart,
     kMaster,
     "2/11, disable-ha",
     "2/11 switch",
     15min,
     "2/11 switch",
     {{"enable-fails", R"({"phase": "", "rollback_hangs": true})"}},
     {{"enable-fails", R"({"phase": ""})"}},
     "runs on the pool: ha_disable"},
    {"new_master",  // it was told, and its toolstack does not come back
     Procedure::kRestart,
     kMaster,
     "3/11, new-master",
     "3/11 give",
     5min,
     "3/11 waits",
     {{"advance", R"({"seconds": 15})"}, {"stop-toolstack", R"({"host": 2})"}},
     {{"start-toolstack", R"({"host": 2})"}},
     "no host gave a session as master of this pool"},
    {"settle",
     Procedure::kRestart,
     kMaster,
     "4/11, settle",
     "4/11 wait",
     20min,
     "sends pool.designate_new_master",
     {{"network", R"({"host": 3, "mode": "refuse"})"}},
     {{"network", R"({"host": 3, "mode": "up"})"}},
     "not yet live and enabled: cluster1-xs3"},
    {"disable_host",
     Procedure::kRestart,
     kSlave,
     "2/8, disable-host",
     "2/8 let",
     2min,
     "2/8 let",
     {{"network", R"({"host": 1, "mode": "refuse"})"}},
     {{"network", R"({"host": 1, "mode": "up"})"}},
     "no host gave a session as master of this pool"},
    {"evacuate",
     Procedure::kRestart,
     kSlave,
     "3/8, evacuate",
     "3/8 move",
     4h,
     "1/8 put",
     {{"set-field",
       R"({"class": "host", "host": 2, "field": "current_operations", "value": {"of-another": "evacuate"}})"}},
     {{"set-field", R"({"class": "host", "host": 2, "field": "current_operations", "value": {}})"}},
     "moving VMs away, 1 left",
     {{"vm-create", R"({"vm": "left", "host": 2})"}}},
    {"reboot",
     Procedure::kRestart,
     kSlave,
     "4/8, reboot",
     "4/8 restart",
     10min,
     "3/8 sends",
     {{"set-field",
       R"({"class": "host", "host": 2, "field": "current_operations", "value": {"of-another": "reboot"}})"}},
     {{"set-field", R"({"class": "host", "host": 2, "field": "current_operations", "value": {}})"}},
     "it took longer than it may: shutting down",
     {{"vm-create", R"({"vm": "left", "host": 2})"}}},
    {"shutdown",
     Procedure::kShutdown,
     kSlave,
     "4/4, shutdown",
     "4/4 shut",
     20min,
     "3/4 sends",
     {{"set-field",
       R"({"class": "host", "host": 2, "field": "current_operations", "value": {"of-another": "shutdown"}})"}},
     {{"set-field", R"({"class": "host", "host": 2, "field": "current_operations", "value": {}})"}},
     "it took longer than it may: shutting down",
     {{"vm-create", R"({"vm": "left", "host": 2})"}}},
    {"rejoin",
     Procedure::kRestart,
     kSlave,
     "5/8, rejoin",
     "5/8 wait",
     30min,
     "5/8 wait",
     {{"power-off", R"({"host": 2})"}},
     {{"power-on", R"({"host": 2})"}},
     "cluster1-xs2 does not answer, it restarts"},
    {"enable_host",
     Procedure::kRestart,
     kSlave,
     "6/8, enable-host",
     "6/8 let",
     15min,
     "6/8 let",
     {{"maintenance", R"({"host": 2, "on": true})"},
      {"emergency", R"({"host": 2, "code": "HOST_MASTER_CANNOT_TALK_BACK"})"}},
     {{"maintenance", R"({"host": 2, "on": false})"}, {"clear-emergency", R"({"host": 2})"}},
     "HOST_STILL_BOOTING"},
    {"armed",
     Procedure::kRestart,
     kSlave,
     "7/8, armed",
     "7/8 wait",
     15min,
     "5/8 wait",
     {{"disarm-host", R"({"host": 2})"}},
     {{"arm-host", R"({"host": 2})"}},
     "cluster1-xs2 does not take part in HA yet"},
    {"leave_maintenance",
     Procedure::kRestart,
     kSlave,
     "8/8, leave-maintenance",
     "8/8 take",
     15min,
     "8/8 take",
     {{"cs-state", R"({"host": 2, "state": "Alert", "silent": true, "hold": true})"}},
     {{"cs-state", R"({"host": 2, "state": "Up"})"}},
     "CloudStack has it in Alert"},
    {"enable_ha",
     Procedure::kHaEnable,
     "",
     "1/1, enable-ha",
     "1/1 switch",
     30min,
     "",
     {{"silent-disarm", "{}"},
      {"enable-fails", R"({"phase": "queue", "code": "OTHER_OPERATION_IN_PROGRESS"})"}},
     {{"enable-fails", R"({"phase": ""})"}},
     "runs on the pool: pool.enable_ha"},
    {"console",
     Procedure::kRecover,
     kSlave,
     "2/7, console",
     "2/7 wait",
     2h,
     "",
     {{"power-off", R"({"host": 2})"}},
     {{"power-on", R"({"host": 2})"}},
     "at the console of cluster1-xs2"},
    {"emergency_disable",
     Procedure::kRecover,
     kSlave,
     "2/6, emergency-disable",
     "2/6 disarm",
     5min,
     "1/6 sends",
     {{"power-off", R"({"host": 2})"}},
     {{"power-on", R"({"host": 2})"}},
     "cluster1-xs2 does not answer",
     {{"emergency", R"({"host": 2, "code": "HA_HOST_CANNOT_ACCESS_STATEFILE"})"}}},
    {"up_in_cloud",
     Procedure::kRecover,
     kSlave,
     "5/5, up-in-cloud",
     "5/5 wait",
     20min,
     "",
     {{"emergency", R"({"host": 2, "code": "HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED"})"},
      {"cs-state", R"({"host": 2, "state": "Alert", "silent": true, "hold": true})"}},
     {{"cs-state", R"({"host": 2, "state": "Up"})"}},
     "CloudStack has cluster1-xs2 in Alert"},
};

struct Deadline : ::testing::TestWithParam<Late> {
  VirtualTerminal terminal;
  void all(const std::vector<std::pair<const char*, const char*>>& commands) {
    for (const auto& [name, arguments] : commands) terminal.command(name, arguments);
  }
};

TEST_P(Deadline, IsToldAndGoneOnWith) {
  const Late& late = GetParam();
  all(late.before);
  if (!late.before.empty()) terminal.pass(30s);
  if (*late.when == '\0') {
    all(late.spoil);
    terminal.pass(5min);
  } else {
    terminal.when(late.when, [&] { all(late.spoil); });
  }
  const VirtualTerminal::Ended end = terminal.run(late.procedure, late.host);
  ASSERT_EQ(end.code, ExitCode::kNotMet) << end.out;
  EXPECT_THAT(end.out,
              HasSubstr("Stopped at step " + std::string(late.step) + ": it took longer than it may: "));
  EXPECT_THAT(end.out, HasSubstr(late.says));
  const Duration waited = end.at - end.when(late.begins);
  EXPECT_GE(waited, late.deadline);
  EXPECT_LE(waited, late.deadline + 2 * kALook + (late.deadline >= 2h ? 30s : 0s));
  const bool of_pool = *late.host == '\0';
  const std::string next =
      of_pool ? "xenhactl ha enable cluster1" : "xenhactl host resume cluster1 " + std::string(late.host);
  EXPECT_THAT(end.out, HasSubstr("Next: " + next));
  if (end.out.find("No host answers as master.") != std::string::npos)
    EXPECT_EQ(end.last, "Whether HA is on could not be read. Look: xenhactl status cluster1");
  else if (terminal.ha_enabled())
    EXPECT_THAT(end.last, HasSubstr("HA is on: "));
  else
    EXPECT_EQ(end.last, "HA is OFF on cluster1. To put it back: " + next);

  all(late.mend);
  terminal.pass(3min);
  const VirtualTerminal::Ended resumed =
      terminal.run(of_pool ? std::optional(late.procedure) : kResume, late.host);
  EXPECT_EQ(resumed.code, ExitCode::kDone) << resumed.out;
  if (late.procedure == Procedure::kShutdown) {
    terminal.command("power-on", R"({"host": 2})");
    EXPECT_EQ(terminal.run(Procedure::kReturn, late.host).code, ExitCode::kDone);
  }
  EXPECT_EQ(terminal.unwell(), "");
}

INSTANTIATE_TEST_SUITE_P(Steps, Deadline, ::testing::ValuesIn(kLate),
                         [](const auto& each) { return each.param.name; });

TEST(Deadlines, EachStepHasItsRow) {
  for (std::size_t i = 0; i < ctl::kSteps; ++i) {
    const std::string word(ctl::text_of(static_cast<ctl::StepId>(i)).word);
    if (word == "power-on") continue;  // NobodyPowersItOnForAnHour
    EXPECT_TRUE(std::any_of(std::begin(kLate), std::end(kLate), [&](const Late& late) {
      return std::string(late.step).ends_with(", " + word);
    })) << word;
  }
}

// Somebody, or a toolstack that restarts again and again, enables it each time: that is no reason to ask for
// it without a pause, nor for ever.
TEST_F(World, AHostThatIsEnabledAgainAtOnceIsNotDisabledForEver) {
  bool sent = false;
  terminal.when("2/8 sends", [&] { sent = true; });
  terminal.interrupt_when([&] {
    if (sent) terminal.command("maintenance", R"({"host": 2, "on": false})");
    return terminal.names_of_writes().size() > 20;
  });
  const VirtualTerminal::Ended end = terminal.run(Procedure::kRestart, kSlave);
  EXPECT_EQ(end.code, ExitCode::kNotMet) << end.out;
  EXPECT_THAT(end.out,
              HasSubstr("Stopped at step 2/8, disable-host: it took longer than it may: cluster1-xs2 "
                        "is still enabled"));
  const Duration waited = end.at - end.when("2/8 let");
  EXPECT_GE(waited, 2min);
  EXPECT_LE(waited, 2min + kALook);
  EXPECT_EQ(terminal.names_of_writes(),
            (std::vector<std::string>{"cloud prepareHostForMaintenance", "host.disable", "host.disable"}));
  EXPECT_EQ(terminal.run(kResume, kSlave).code, ExitCode::kDone);
  EXPECT_EQ(terminal.unwell(), "");
}

// S12: what the pool says of a host's part in HA is of before its restart until the master has looked, which
// it does every 20 s. XenServer 6.2 has the host live before that, as soon as it says hello.
struct Armed : ::testing::TestWithParam<const char*> {};

TEST_P(Armed, IsNotTakenFromBeforeTheRestart) {
  VirtualTerminal terminal(GetParam());
  bool had_part = false;
  terminal.when("5/8 wait", [&] {
    terminal.pass(30s);  // it is down
    terminal.command("power-off", R"({"host": 2})");
    terminal.pass(40s - (terminal.now() + 105500ms) % 20s + 1s);
    terminal.command("power-on", R"({"host": 2})");
    terminal.pass(105500ms);  // its HA daemon has just begun, a second after the master looked
    terminal.command("lose-statefile", R"({"host": 2})");
  });
  terminal.when("6/8 let", [&] { terminal.command("maintenance", R"({"host": 2, "on": false})"); });
  terminal.when("7/8 waits: cluster1-xs2 does not take part in HA yet",
                [&] { terminal.command("restore-statefile", R"({"host": 2})"); });
  terminal.when("7/8 done", [&] { had_part = terminal.takes_part_in_ha(kSlave); });
  const VirtualTerminal::Ended end = terminal.run(Procedure::kRestart, kSlave);
  ASSERT_EQ(end.code, ExitCode::kDone) << end.out;
  EXPECT_TRUE(had_part);
  EXPECT_EQ(terminal.unwell(), "");
}

INSTANTIATE_TEST_SUITE_P(Releases, Armed, ::testing::Values("6.2", "8.2"),
                         [](const auto& each) { return each.param[0] == '6' ? "old" : "new"; });

// Nothing was sent and nothing is left to go on with: the command itself is what to type.
TEST_F(World, NobodyPowersItOnForAnHour) {
  ASSERT_EQ(terminal.run(Procedure::kShutdown, kSlave).code, ExitCode::kDone);
  const VirtualTerminal::Ended end = terminal.run(Procedure::kReturn, kSlave);
  EXPECT_EQ(end.code, ExitCode::kNotMet);  // nobody refused anything
  EXPECT_THAT(end.out, HasSubstr("it took longer than it may: power cluster1-xs2 on"));
  EXPECT_THAT(end.out, HasSubstr("Next: xenhactl host return cluster1 cluster1-xs2"));
  EXPECT_GE(end.at - end.when("1/5 wait"), 1h);
  terminal.command("power-on", R"({"host": 2})");
  EXPECT_EQ(terminal.run(kResume, kSlave).code, ExitCode::kNotMet);
  EXPECT_EQ(terminal.run(Procedure::kReturn, kSlave).code, ExitCode::kDone);
  EXPECT_EQ(terminal.unwell(), "");
}

// Ctrl-C when a step begins, and in the moment before its call leaves: where no process can be cut in from
// outside.
struct Cut {
  const char* name;
  Procedure procedure;
  const char* host;
  std::vector<std::pair<const char*, const char*>> before;
};
const Cut kCuts[] = {
    {"restart_of_the_master", Procedure::kRestart, kMaster, {{"vm-create", R"({"vm": "left", "host": 1})"}}},
    {"recover_by_its_own_root",
     Procedure::kRecover,
     kSlave,
     {{"emergency", R"({"host": 2, "code": "HA_HOST_CANNOT_ACCESS_STATEFILE"})"}}},
    {"recover_of_a_host_without_ha",
     Procedure::kRecover,
     kSlave,
     {{"emergency", R"({"host": 2, "code": "HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED"})"}}},
    {"ha_enable", Procedure::kHaEnable, "", {{"silent-disarm", "{}"}}},
};

struct CtrlC : ::testing::TestWithParam<Cut> {
  static void prepare(VirtualTerminal& terminal) {
    for (const auto& [name, arguments] : GetParam().before) terminal.command(name, arguments);
    terminal.pass(30s);
  }
};

TEST_P(CtrlC, AtEveryBeginningAndBeforeEveryCallChangesNothingOfWhatIsWritten) {
  const Cut& cut = GetParam();
  VirtualTerminal whole;
  prepare(whole);
  const VirtualTerminal::Ended done = whole.run(cut.procedure, cut.host);
  ASSERT_EQ(done.code, ExitCode::kDone) << done.out;
  ASSERT_EQ(whole.unwell(), "");
  ASSERT_GT(done.said.size(), 3u);
  std::size_t interrupted = 0;
  std::size_t begun = 0;
  for (std::size_t lines = 1; lines <= done.said.size(); ++lines) {
    // A step begins with the end of the one before, and waits more than once.
    const std::string& line = done.said[lines - 1].text;
    if (line.find(" done: ") != std::string::npos || line.find(" waits: ") != std::string::npos) continue;
    ++begun;
    SCOPED_TRACE("after \"" + line + "\"");
    VirtualTerminal terminal;
    prepare(terminal);
    terminal.interrupt_after(lines);
    const VirtualTerminal::Ended end = terminal.run(cut.procedure, cut.host);
    ++interrupted;
    ASSERT_EQ(end.code, ExitCode::kInterrupted) << end.out;
    const bool of_pool = *cut.host == '\0';
    EXPECT_THAT(end.out,
                HasSubstr("Next: xenhactl " + (of_pool ? "ha enable cluster1"
                                                       : "host resume cluster1 " + std::string(cut.host))));
    EXPECT_THAT(end.last,
                ::testing::MatchesRegex("HA is on: . of 3 hosts.*|HA is OFF on cluster1. To put it back: .*|"
                                        "Whether HA is on could not be read.*"));
    const VirtualTerminal::Ended resumed =
        terminal.run(of_pool ? std::optional(cut.procedure) : kResume, cut.host);
    EXPECT_EQ(resumed.code, ExitCode::kDone) << resumed.out;
    EXPECT_EQ(terminal.names_of_writes(), whole.names_of_writes());
    EXPECT_EQ(terminal.unwell(), "");
    // Nobody has to wait for what was never sent.
    EXPECT_LE(resumed.at, done.at + 90s);
  }
  EXPECT_EQ(interrupted, begun);
}

INSTANTIATE_TEST_SUITE_P(Procedures, CtrlC, ::testing::ValuesIn(kCuts),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace xenha::test
