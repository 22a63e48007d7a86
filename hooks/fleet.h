// What the pools' workers know of each other: who else wants HA back, and whose turn it is to act. Any
// thread.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "hooks/journal/journal.h"
#include "hooks/situation/situation.h"

namespace xenha::hooks {

class Fleet {
 public:
  explicit Fleet(journal::Journal& journal) : journal_(journal) {}

  /// Others, of whom the journal may know from a former config, neither count nor hold anybody up.
  void set_configured(std::set<std::string> pools);

  /// Held while an action runs; one at a time in this daemon. An attempt that an earlier life left without
  /// outcome may still run on its pool: until it is settled, it is that pool's turn.
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
  Result<std::string> unsettled_besides(const std::string& pool);  ///< a pool; empty: none

  journal::Journal& journal_;
  std::mutex mutex_;
  std::set<std::string> configured_;
  std::string acting_;  ///< pool; empty = none
};

}  // namespace xenha::hooks
