#include "exporter/poll/isolation.h"

#include <gtest/gtest.h>

#include <string>

namespace xenha::exporter {
namespace {

using namespace std::chrono_literals;
constexpr SteadyTime kNow{10000s};

/// Two pools of four hosts that all answer.
struct World {
  World() {
    for (const char* pool : {"a", "b"}) {
      for (int host = 1; host <= 4; ++host) isolation.saw(pool, std::to_string(host), std::nullopt);
    }
  }
  void lose(const char* pool, int hosts, SteadyTime last_contact) {
    for (int host = 1; host <= hosts; ++host) isolation.saw(pool, std::to_string(host), last_contact);
  }
  Isolation isolation{5s};
};

TEST(Isolation, NobodyLost) {
  EXPECT_FALSE(World().isolation.isolated());
}

TEST(Isolation, MoreThanHalfOfAllInTwoPoolsAtOnce) {
  World world;
  world.lose("a", 4, kNow);
  world.lose("b", 1, kNow + 4s);
  EXPECT_TRUE(world.isolation.isolated());
}

TEST(Isolation, ExactlyHalfIsNotEnough) {
  World world;
  world.lose("a", 3, kNow);
  world.lose("b", 1, kNow);
  EXPECT_FALSE(world.isolation.isolated());
}

TEST(Isolation, OnePoolAloneIsThatPoolsTrouble) {
  World world;
  for (int host = 5; host <= 9; ++host) world.isolation.saw("a", std::to_string(host), std::nullopt);
  world.lose("a", 9, kNow);
  EXPECT_FALSE(world.isolation.isolated());
}

TEST(Isolation, OneAfterTheOtherIsNoCutLine) {
  World world;
  world.lose("a", 4, kNow);
  world.lose("b", 4, kNow + 1min);
  EXPECT_FALSE(world.isolation.isolated());
}

TEST(Isolation, EndsWhenHostsAnswerAgain) {
  World world;
  world.lose("a", 4, kNow);
  world.lose("b", 4, kNow);
  ASSERT_TRUE(world.isolation.isolated());
  for (int host = 1; host <= 4; ++host) world.isolation.saw("a", std::to_string(host), std::nullopt);
  EXPECT_FALSE(world.isolation.isolated());
}

TEST(Isolation, PoolsThatAreGoneDoNotCount) {
  World world;
  world.lose("a", 4, kNow);
  world.lose("b", 4, kNow);
  world.isolation.forget_pool("b");
  EXPECT_FALSE(world.isolation.isolated());
}

}  // namespace
}  // namespace xenha::exporter
