#include "lib/base/reloads.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace xenha {
namespace {

using std::chrono::seconds;

class ReloadsTest : public testing::Test {
 protected:
  test::ManualClock clock_;
  Reloads reloads_{"xenha.yml", clock_};
};

TEST_F(ReloadsTest, TheStartCountsAsAGoodOne) {
  const WallTime started = clock_.wall();
  clock_.advance(seconds(5));
  EXPECT_TRUE(reloads_.last().successful);
  EXPECT_EQ(reloads_.last().success, started);
}

TEST_F(ReloadsTest, AGoodOneCountsFromItsEnd) {
  clock_.advance(seconds(5));
  EXPECT_TRUE(reloads_.run([&] {
    clock_.advance(seconds(2));
    return Status(Nothing{});
  }));
  EXPECT_TRUE(reloads_.last().successful);
  EXPECT_EQ(reloads_.last().success, clock_.wall());
}

TEST_F(ReloadsTest, ABadOneIsToldAndTheLastGoodOneStays) {
  const WallTime started = clock_.wall();
  clock_.advance(seconds(5));
  const Status done = reloads_.run([] { return Status(Error{ErrorCode::kBadConfig, "no pools"}); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "no pools");
  EXPECT_FALSE(reloads_.last().successful);
  EXPECT_EQ(reloads_.last().success, started);
  EXPECT_TRUE(reloads_.run([] { return Status(Nothing{}); }));
  EXPECT_TRUE(reloads_.last().successful);
  EXPECT_EQ(reloads_.last().success, clock_.wall());
}

}  // namespace
}  // namespace xenha
