// Ctrl-C in every moment in which xenhactl waits for an answer, and whatever changes while it asks a person:
// before anything was written, and around the one write of a pause on the pool. Real answers, virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/integration/virtual_terminal.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using ctl::ExitCode;
using ctl::Procedure;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const ctl::PoolHold kHold{.reason = "new switches", .span = 4h};
constexpr char kKey[] = "xenha:paused";

std::string all_said(const VirtualTerminal::Ended& end) {
  std::string out;
  for (const auto& line : end.said) out += line.text + " ";
  return out;
}

// Neither more nor less than what is true: nothing was changed; or it may have been, look.
TEST(PauseOnThePool, EndedByCtrlCInAnyMomentSaysWhetherItWasWritten) {
  std::size_t untouched = 0, unread = 0, too_late = 0;
  for (int moment = 0;; ++moment) {
    SCOPED_TRACE("at wait " + std::to_string(moment));
    VirtualTerminal terminal;
    int waits = 0;
    bool begun = false;
    terminal.interrupt_when([&] {
      if (waits++ != moment) return false;
      begun = !terminal.names_of_writes(true).empty();
      return true;
    });
    const VirtualTerminal::Ended end = terminal.hold(kHold);
    const bool written = !terminal.names_of_writes(true).empty();
    if (end.code == ExitCode::kDone) {
      EXPECT_TRUE(written);
      break;
    }
    ASSERT_EQ(end.code, ExitCode::kInterrupted) << all_said(end);
    EXPECT_EQ(terminal.other_config(kKey).has_value(), written);  // never half
    if (written) {
      ++unread;
      too_late += begun ? 0 : 1;
      EXPECT_THAT(all_said(end),
                  HasSubstr("cluster1: interrupted before the mark was read back; see xenhactl "
                            "status cluster1"));
    } else {
      ++untouched;
      EXPECT_THAT(all_said(end), HasSubstr("nothing was changed"));
    }
  }
  EXPECT_GT(untouched, 5u);
  EXPECT_GT(unread, 5u);
  EXPECT_LE(too_late, 3u);  // the login for the write, and the write on its way
}

TEST(PauseOnThePool, IsRefusedWhenTheMarkChangedWhileThePersonWasAsked) {
  VirtualTerminal terminal;
  ASSERT_EQ(terminal.hold(kHold).code, ExitCode::kDone);
  const std::vector<std::string> before = terminal.names_of_writes(true);
  terminal.person([&] {
    terminal.command("set-other-config",
                     R"({"key": "xenha:paused", "value": "reason=disks;until=1790009999"})");
    return "y";
  });
  const VirtualTerminal::Ended end = terminal.hold(std::nullopt);
  EXPECT_EQ(end.code, ExitCode::kRefused);
  EXPECT_THAT(all_said(end),
              HasSubstr("cluster1: the mark is another one now: reason=disks;until=1790009999; "
                        "nothing was changed, type the command again"));
  EXPECT_EQ(terminal.names_of_writes(true), before);
  EXPECT_EQ(terminal.other_config(kKey), "reason=disks;until=1790009999");
}

TEST(PauseOnThePool, IsRefusedWhenTheMarkWasRemovedWhileThePersonWasAsked) {
  VirtualTerminal terminal;
  ASSERT_EQ(terminal.hold(kHold).code, ExitCode::kDone);
  const std::vector<std::string> before = terminal.names_of_writes(true);
  terminal.person([&] {
    terminal.command("set-other-config", R"({"key": "xenha:paused"})");
    return "y";
  });
  const VirtualTerminal::Ended end = terminal.hold(ctl::PoolHold{.reason = "disks", .span = 1h});
  EXPECT_EQ(end.code, ExitCode::kRefused);
  EXPECT_THAT(all_said(end), HasSubstr("the mark is another one now: none; nothing was changed"));
  EXPECT_EQ(terminal.names_of_writes(true), before);
}

struct Early {
  const char* name;
  std::optional<Procedure> procedure;  ///< absent: resume
  const char* host;
  bool ha_off;
  const char* next;
  const char* ha;  ///< what the last line says once the pool was read
};
const Early kEarly[] = {
    {"restart", Procedure::kRestart, "cluster1-xs2", false, "xenhactl host restart cluster1 cluster1-xs2",
     "HA is on: 3 of 3 hosts of cluster1 are armed."},
    {"ha_enable", Procedure::kHaEnable, "", true, "xenhactl ha enable cluster1",
     "HA is OFF on cluster1. To put it back: xenhactl ha enable cluster1"},
    {"resume", std::nullopt, "cluster1-xs1", true, "xenhactl host resume cluster1 cluster1-xs1",
     "HA is OFF on cluster1. To put it back: xenhactl host resume cluster1 cluster1-xs1"},
};
struct BeforeTheFirstStep : ::testing::TestWithParam<Early> {
  static void prepare(VirtualTerminal& terminal) {
    if (!GetParam().procedure) {
      terminal.interrupt_when([&] { return !terminal.ha_enabled(); });
      ASSERT_EQ(terminal.run(Procedure::kRestart, GetParam().host).code, ExitCode::kInterrupted);
      ASSERT_FALSE(terminal.ha_enabled());
      terminal.pass(3min);
    } else if (GetParam().ha_off) {
      terminal.command("silent-disarm");
      terminal.pass(1min);
    }
  }
};

TEST_P(BeforeTheFirstStep, CtrlCInAnyMomentSaysThatNothingChangedAndWhetherHaIsOn) {
  const Early& early = GetParam();
  constexpr char kUnread[] = "Whether HA is on could not be read. Look: xenhactl status cluster1";
  std::size_t unread = 0, read = 0;
  for (int moment = 0;; moment += 3) {
    SCOPED_TRACE("at wait " + std::to_string(moment));
    VirtualTerminal terminal;
    prepare(terminal);
    const auto before = terminal.names_of_writes(true);
    int waits = 0;
    terminal.interrupt_when([&] { return waits++ == moment; });
    const VirtualTerminal::Ended end = terminal.run(early.procedure, early.host);
    if (!end.said.empty()) break;  // a step was begun
    ASSERT_EQ(end.code, ExitCode::kInterrupted) << end.out;
    EXPECT_EQ(terminal.names_of_writes(true), before);
    EXPECT_THAT(end.out, HasSubstr("Interrupted: nothing was changed. Next: " + std::string(early.next)));
    EXPECT_THAT(end.last, ::testing::AnyOf(kUnread, early.ha));
    (end.last == kUnread ? unread : read) += 1;
  }
  EXPECT_GT(unread, 5u);
  EXPECT_GT(read, 5u);
}

INSTANTIATE_TEST_SUITE_P(Procedures, BeforeTheFirstStep, ::testing::ValuesIn(kEarly),
                         [](const auto& each) { return each.param.name; });

TEST(BeforeTheFirstStepOf, ResumeAScriptIsToldOnlyWhatIsKnown) {
  VirtualTerminal terminal;
  terminal.interrupt_when([] { return true; });
  terminal.wants_json();
  const VirtualTerminal::Ended end = terminal.run(std::nullopt, "cluster1-xs1");
  EXPECT_EQ(end.code, ExitCode::kInterrupted);
  const auto json = nlohmann::json::parse(end.out);
  EXPECT_EQ(json, nlohmann::json::parse(R"({
    "pool": "cluster1", "host": "cluster1-xs1", "procedure": null, "outcome": "interrupted", "step": null,
    "text": "nothing was changed", "next": "xenhactl host resume cluster1 cluster1-xs1", "truth": [],
    "ha_enabled": null,
    "closing": "Whether HA is on could not be read. Look: xenhactl status cluster1"})"))
      << end.out;
}

TEST(BeforeTheFirstStepOf, APersonWhoSaysNoIsToldWhetherHaIsOn) {
  VirtualTerminal terminal;
  terminal.person([] { return "n"; });
  const VirtualTerminal::Ended end = terminal.run(Procedure::kRestart, "cluster1-xs2");
  EXPECT_EQ(end.code, ExitCode::kRefused);
  EXPECT_THAT(all_said(end), HasSubstr("nothing was changed"));
  EXPECT_EQ(end.out.find("Next: "), std::string::npos);
  EXPECT_EQ(end.last, "HA is on: 3 of 3 hosts of cluster1 are armed.");
  EXPECT_THAT(terminal.names_of_writes(true), IsEmpty());
}

}  // namespace
}  // namespace xenha::test
