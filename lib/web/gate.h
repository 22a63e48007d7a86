// A door that lets in so many at once.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>

#include "lib/base/clock.h"

namespace xenha::web {

/// How many of something go on at once: never more than a limit, and in the order of their coming. Any
/// thread.
class Gate {
 public:
  explicit Gate(unsigned most) : most_(most) {}

  /// One place, held for a scope. False: there was none.
  class Pass {
   public:
    /// Waits for a place up to `patience`.
    explicit Pass(Gate& gate, Duration patience = {}) : gate_(gate), inside_(gate.enter(patience)) {}
    ~Pass() { leave(); }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    explicit operator bool() const { return inside_; }
    void leave() {
      if (std::exchange(inside_, false)) gate_.leave();
    }

   private:
    Gate& gate_;
    bool inside_;
  };

  void close();                              ///< nobody enters any more, those who wait are sent away
  bool wait_until_empty(Duration patience);  ///< false when somebody is still inside then

 private:
  bool enter(Duration patience);
  void leave();

  const unsigned most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::uint64_t> waiting_;  ///< tickets
  std::uint64_t last_ticket_ = 0;
  unsigned inside_ = 0;
  bool open_ = true;
};

}  // namespace xenha::web
