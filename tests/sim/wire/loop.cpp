#include "tests/sim/wire/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace xenha::sim {
namespace {

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

}  // namespace

Loop::Loop()
    : epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wakeup_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = static_cast<std::uint32_t>(wakeup_);  // generation 0 is nobody else's
  checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, wakeup_, &event), "epoll_ctl");
}

Loop::~Loop() {
  close(wakeup_);
  close(epoll_);
}

void Loop::run() {
  std::array<epoll_event, 256> ready;
  while (!stop_.exchange(false)) {
    const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), wait_time());
    for (int i = 0; i < count && !stop_; ++i) {
      const auto fd = static_cast<int>(ready[i].data.u64 & 0xffffffffu);
      const auto generation = static_cast<std::uint32_t>(ready[i].data.u64 >> 32);
      if (fd == wakeup_) {
        drain_wakeups();
        continue;
      }
      // An earlier handler of this round may have removed this one, and even reused its descriptor.
      const auto it = watches_.find(fd);
      if (it != watches_.end() && it->second.generation == generation)
        it->second.handler->on_io(ready[i].events);
    }
    if (stop_) continue;
    run_posted();
    run_due_timers();
  }
}

void Loop::stop() noexcept {
  stop_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wakeup_, &one, sizeof one);  // full counter wakes as well
}

TimerId Loop::at(SteadyTime when, Task task) {
  const TimerId id = ++last_timer_;
  timer_index_[id] = timers_.emplace(when, Timer{id, std::move(task)});
  return id;
}

void Loop::cancel(TimerId id) {
  const auto it = timer_index_.find(id);
  if (it == timer_index_.end()) return;
  timers_.erase(it->second);
  timer_index_.erase(it);
}

void Loop::post(Task task) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wakeup_, &one, sizeof one);
}

void Loop::watch(int fd, std::uint32_t events, IoHandler* handler) {
  const auto known = watches_.find(fd);
  const bool add = known == watches_.end();
  if (add && ++last_generation_ == 0) ++last_generation_;
  const std::uint32_t generation = add ? last_generation_ : known->second.generation;
  epoll_event event{};
  event.events = events;
  event.data.u64 = (static_cast<std::uint64_t>(generation) << 32) | static_cast<std::uint32_t>(fd);
  checked(epoll_ctl(epoll_, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event), "epoll_ctl");
  watches_[fd] = {handler, generation};
}

void Loop::unwatch(int fd) {
  if (watches_.erase(fd) != 0) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

void Loop::drain_wakeups() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(wakeup_, &count, sizeof count);
}

void Loop::run_posted() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(posted_mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) task();
}

void Loop::run_due_timers() {
  const SteadyTime now_is = now();  // timers set by a timer wait for the next round: no starving of sockets
  const TimerId newest = last_timer_;
  while (!stop_) {
    auto it = timers_.begin();
    while (it != timers_.end() && it->first <= now_is && it->second.id > newest) ++it;
    if (it == timers_.end() || it->first > now_is) return;
    const Task task = std::move(it->second.task);
    timer_index_.erase(it->second.id);
    timers_.erase(it);
    task();
  }
}

int Loop::wait_time() const {
  if (timers_.empty()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

}  // namespace xenha::sim
