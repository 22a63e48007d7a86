#include "exporter/cloud/clock_offset.h"

#include <gtest/gtest.h>

namespace xenha::exporter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ClockOffset, NothingIsKnownBeforeTheFirstSample) {
  ClockOffset offset;
  EXPECT_FALSE(offset.value());
  const WallTime printed{seconds(1'700'000'000)};
  EXPECT_EQ(offset.ours(printed), printed);
}

TEST(ClockOffset, TheMedianOfTheLastFiveCounts) {
  ClockOffset offset;
  for (const int ms : {-9000, 400, 100, 300, 200, 900}) offset.see(milliseconds(ms));
  // The first was far from the second, and then the odd one.
  for (const int ms : {100, 200, 300, 400, 500}) offset.see(milliseconds(ms));
  EXPECT_EQ(offset.value(), milliseconds(300));
  offset.see(milliseconds(600));
  EXPECT_EQ(offset.value(), milliseconds(400));
}

TEST(ClockOffset, AStraySampleChangesNothing) {
  ClockOffset offset;
  for (int i = 0; i < 5; ++i) offset.see(milliseconds(100));
  offset.see(seconds(60));
  EXPECT_EQ(offset.value(), milliseconds(100));
  offset.see(milliseconds(100));
  offset.see(seconds(60));
  EXPECT_EQ(offset.value(), milliseconds(100)) << "the two did not follow one another";
}

TEST(ClockOffset, AClockThatWasSetIsBelievedAtTheSecondSample) {
  ClockOffset offset;
  for (int i = 0; i < 5; ++i) offset.see(milliseconds(100));
  offset.see(seconds(60));
  offset.see(seconds(61));
  EXPECT_EQ(offset.value(), milliseconds(60'500));
  EXPECT_EQ(offset.ours(WallTime(seconds(1000))), WallTime(milliseconds(939'500)));
}

TEST(ClockOffset, TwoStraySamplesThatDisagreeAreNoClock) {
  ClockOffset offset;
  offset.see(milliseconds(0));
  offset.see(seconds(60));
  offset.see(seconds(-60));
  EXPECT_EQ(offset.value(), milliseconds(0));
}

}  // namespace
}  // namespace xenha::exporter
