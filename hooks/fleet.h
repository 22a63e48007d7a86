// What the pools' workers know of each other: who else wants HA back, and whose turn it is to act. Any
// thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "hooks/journal/journal.h"
#include "hooks/situation/situation.h"

namespace xenha::hooks {

class Fleet {
 public:
  explicit Fleet(journal::Journal& journal) : journal_(journal) {}

  void set_configured(int pools);

  /// Held while an action runs; one at a time in this daemon.
  class Turn {
   public:
    explicit Turn(Fleet& fleet) : fleet_(&fleet) {}
    Turn(Turn&& other) noexcept : fleet_(std::exchange(other.fleet_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    Fleet* fleet_;
  };
  /// Absent: another pool has it.
  std::optional<Turn> take_turn(const std::string& pool);

  /// For a decision about `pool`. `window`: hooks.guards.storm_window. Errors: the journal's.
  Result<FleetSituation> situation(const std::string& pool, Duration window, WallTime now);

 private:
  journal::Journal& journal_;
  std::mutex mutex_;
  int configured_ = 1;
  std::string acting_;  ///< pool; empty = none
};

}  // namespace xenha::hooks
