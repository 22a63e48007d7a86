// Whatever reason is taken, every reader of the mark sees that reason and that end.
#include "hooks/ctl/pause_mark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/model/pool_reading.h"

namespace xenha::ctl {
namespace {

const WallTime kUntil{std::chrono::seconds(1800000000)};

TEST(PauseMark, IsReadBackAsItWasWritten) {
  for (const std::string reason :
       {"new switches", "a=b, until=5 and reason=c", "\"quoted\" <&> 'x'", "=", "?"}) {
    EXPECT_EQ(problem_of_reason(reason), "") << reason;
    const std::string mark = pause_mark(reason, kUntil);
    EXPECT_EQ(model::mark_entry(mark, "reason"), reason);
    EXPECT_EQ(model::mark_until(mark), kUntil);
  }
}

TEST(PauseMark, RefusesWhatReadersWouldTakeForSomethingElse) {
  // The first until= counts: this pause would be over before it began.
  EXPECT_LT(*model::mark_until(pause_mark("x;until=5", kUntil)), kUntil);
  for (const std::string reason :
       {"x;until=5", ";", "two\nlines", "tab\t", "Umbau S\u00fcd", "\x7f", " x", "x "})
    EXPECT_NE(problem_of_reason(reason), "") << reason;
}

TEST(PauseMark, IsShownWhole) {
  const std::string longest(180, 'x');
  EXPECT_EQ(problem_of_reason(longest), "");
  EXPECT_LE(pause_mark(longest, kUntil).find(';'), 200u);  // what the situation keeps of a mark
  EXPECT_THAT(problem_of_reason(longest + "x"), testing::HasSubstr("180"));
}

}  // namespace
}  // namespace xenha::ctl
