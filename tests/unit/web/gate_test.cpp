#include "lib/web/gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <thread>
#include <vector>

namespace xenha::web {
namespace {

using namespace std::chrono_literals;

TEST(Gate, LetsInSoManyAndNoMore) {
  Gate gate(2);
  Gate::Pass first(gate);
  std::optional<Gate::Pass> second(gate);
  EXPECT_TRUE(first);
  EXPECT_TRUE(*second);
  EXPECT_FALSE(Gate::Pass(gate));
  EXPECT_FALSE(gate.wait_until_empty(0s));
  second.reset();
  EXPECT_TRUE(Gate::Pass(gate));
  first.leave();
  EXPECT_FALSE(first);
  EXPECT_TRUE(gate.wait_until_empty(0s));
}

TEST(Gate, AWaitingOneEntersWhenAnotherLeaves) {
  Gate gate(1);
  std::optional<Gate::Pass> first(gate);
  auto second = std::async(std::launch::async, [&] { return static_cast<bool>(Gate::Pass(gate, 60s)); });
  first.reset();
  EXPECT_TRUE(second.get());
}

TEST(Gate, ClosingSendsTheWaitingAway) {
  Gate gate(1);
  const Gate::Pass first(gate);
  auto second = std::async(std::launch::async, [&] { return static_cast<bool>(Gate::Pass(gate, 60s)); });
  gate.close();
  EXPECT_FALSE(second.get());
  EXPECT_TRUE(first);  // who is inside stays
}

TEST(Gate, NeverOverTheLimitUnderLoad) {
  Gate gate(3);
  std::atomic<int> inside = 0, most = 0, entered = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        for (int j = 0; j < 200; ++j) {
          const Gate::Pass pass(gate, 60s);
          if (!pass) continue;
          const int here = ++inside;
          for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) continue;
          ++entered;
          --inside;
        }
      });
  }
  EXPECT_EQ(entered, 1600);
  EXPECT_LE(most, 3);
}

}  // namespace
}  // namespace xenha::web
