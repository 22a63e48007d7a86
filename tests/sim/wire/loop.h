// Single-threaded event loop over epoll: timers, posted work, sockets. The whole simulator runs on one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::sim {

class VirtualNetwork;

using TimerId = std::uint64_t;  ///< never 0 for a timer that was set, so 0 can mean "none"

/// Who wants to know that a descriptor is ready.
class IoHandler {
 public:
  virtual ~IoHandler() = default;
  virtual void on_io(std::uint32_t epoll_events) = 0;
};

/// All members belong to the thread that runs the loop (before run(): to the one that made it), except `post`
/// and `stop`.
class Loop {
 public:
  using Task = std::function<void()>;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Until stop(). May be called again afterwards.
  void run();
  /// From any thread and from a signal handler: run() returns after the task at hand. A stop before run()
  /// counts.
  void stop() noexcept;

  /// Runs `task` once at `when`, or soon if that has passed; equal times in the order of setting.
  TimerId at(SteadyTime when, Task task);
  TimerId after(Duration span, Task task) { return at(now() + span, std::move(task)); }
  /// Unknown, elapsed and 0 ids are ignored.
  void cancel(TimerId id);

  /// From any thread: runs `task` on the loop's thread, in the order of posting.
  void post(Task task);

  SteadyTime now() const { return std::chrono::steady_clock::now(); }

  /// Set: listeners open there, without sockets (virtual time). It must outlive them.
  void use(VirtualNetwork* network) { virtual_network_ = network; }
  VirtualNetwork* virtual_network() const { return virtual_network_; }

  /// Watches `fd` (EPOLLIN, EPOLLOUT ...); a second call changes the events. Remove it before closing the fd.
  /// A handler may remove or destroy itself or others inside on_io.
  void watch(int fd, std::uint32_t events, IoHandler* handler);
  void unwatch(int fd);

 private:
  struct Timer {
    TimerId id;
    Task task;
  };
  struct Watch {
    IoHandler* handler;
    std::uint32_t generation;
  };

  void drain_wakeups();
  void run_posted();
  void run_due_timers();
  int wait_time() const;  // milliseconds, -1 for ever

  int epoll_ = -1;
  int wakeup_ = -1;
  std::atomic<bool> stop_{false};
  std::multimap<SteadyTime, Timer> timers_;
  std::unordered_map<TimerId, std::multimap<SteadyTime, Timer>::iterator> timer_index_;
  TimerId last_timer_ = 0;
  std::unordered_map<int, Watch> watches_;
  std::uint32_t last_generation_ = 0;
  VirtualNetwork* virtual_network_ = nullptr;
  std::mutex posted_mutex_;
  std::vector<Task> posted_;
};

}  // namespace xenha::sim
