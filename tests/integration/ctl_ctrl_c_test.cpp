// Ctrl-C in every moment in which xenhactl waits for an answer, and whatever changes while it asks a person:
// before anything was written, and around the one write of a pause on the pool. Real answers, virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace xenha::test
