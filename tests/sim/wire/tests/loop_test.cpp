#include "tests/sim/wire/loop.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace xenha::sim {
namespace {

using namespace std::chrono_literals;

TEST(Loop, RunsTimersInTheOrderOfTheirTimesAndThenOfSetting) {
  Loop loop;
  std::string order;
  const SteadyTime start = loop.now();
  loop.at(start + 2ms, [&] { order += 'c'; });
  loop.at(start + 1ms, [&] { order += 'a'; });
  loop.at(start + 1ms, [&] { order += 'b'; });
  loop.at(start + 3ms, [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(order, "abc");
}

TEST(Loop, NeverRunsATimerEarly) {
  Loop loop;
  const SteadyTime due = loop.now() + 5ms;
  SteadyTime ran{};
  loop.at(due, [&] {
    ran = loop.now();
    loop.stop();
  });
  loop.run();
  EXPECT_GE(ran, due);
}

TEST(Loop, CancelledTimersDoNotRun) {
  Loop loop;
  bool ran = false;
  const TimerId id = loop.after(1ms, [&] { ran = true; });
  loop.cancel(id);
  loop.cancel(0);
  loop.cancel(id);
  loop.after(3ms, [&] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(ran);
}

TEST(Loop, ATimerMayCancelTheNextOne) {
  Loop loop;
  bool ran = false;
  TimerId second = 0;
  const SteadyTime when = loop.now();
  loop.at(when, [&] { loop.cancel(second); });
  second = loop.at(when, [&] { ran = true; });
  loop.after(2ms, [&] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(ran);
}

TEST(Loop, TimersThatSetTimersForNowDoNotStarvePostedWork) {
  Loop loop;
  std::function<void()> again = [&] { loop.after(0ns, again); };
  again();
  std::thread other([&] { loop.post([&] { loop.stop(); }); });
  loop.run();  // would never return
  other.join();
}

TEST(Loop, RunsWhatOtherThreadsPostInTheirOrder) {
  Loop loop;
  std::vector<int> seen;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop.post([&seen, i] { seen.push_back(i); });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  other.join();
  ASSERT_EQ(seen.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST(Loop, StopsFromAnotherThreadAndBeforeRun) {
  Loop loop;
  loop.stop();
  loop.run();  // returns at once
  std::thread other([&] { loop.stop(); });
  loop.run();
  other.join();
}

// The handler of one descriptor removes the other, which is ready in the same round.
TEST(Loop, ARemovedDescriptorIsNotServedAnyMore) {
  struct Reader : IoHandler {
    Loop* loop = nullptr;
    int fd = -1, other = -1, calls = 0;
    void on_io(std::uint32_t) override {
      ++calls;
      loop->unwatch(other);
      loop->unwatch(fd);
      loop->after(1ms, [this] { loop->stop(); });
    }
  };
  Loop loop;
  int first[2];
  int second[2];
  ASSERT_EQ(pipe(first), 0);
  ASSERT_EQ(pipe(second), 0);
  Reader a;
  Reader b;
  a.loop = b.loop = &loop;
  a.fd = b.other = first[0];
  b.fd = a.other = second[0];
  loop.watch(first[0], EPOLLIN, &a);
  loop.watch(second[0], EPOLLIN, &b);
  ASSERT_EQ(write(first[1], "x", 1), 1);
  ASSERT_EQ(write(second[1], "x", 1), 1);
  loop.run();
  EXPECT_EQ(a.calls + b.calls, 1);
  for (const int fd : {first[0], first[1], second[0], second[1]}) close(fd);
}

}  // namespace
}  // namespace xenha::sim
