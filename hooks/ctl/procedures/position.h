// How far a procedure has come: what the journal keeps on this machine, and, as far as it fits, what the mark
// xenha:intent on the pool tells any other machine.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "hooks/ctl/procedures/procedure.h"

namespace xenha::ctl {

/// The mark's name in pool.other_config. xenha-hooks does nothing to a pool while it holds.
inline constexpr char kIntentKey[] = "xenha:intent";
inline constexpr std::chrono::hours kIntentHolds{8};

struct Position {
  Form form;
  std::string pool;                    ///< as configured
  std::string host_uuid, host_label;   ///< empty for ha enable and ha disable
  std::string by, at;                  ///< who began it, and on which machine
  std::string id;                      ///< tells this run from any other
  std::set<std::string> risks;         ///< flags that were given, such as "another-host-down"
  std::string new_master;              ///< uuid; chosen when it began
  std::optional<std::int64_t> booted;  ///< the host's boot time when it began
  std::string sr_uuid, sr_name;        ///< what carried the heartbeat when HA was last seen on
  std::optional<int> ha_timeout;       ///< seconds, of then

  std::size_t step = 0;           ///< index into steps_of(form)
  std::optional<WallTime> since;  ///< when the step began
  std::optional<WallTime> sent;   ///< when its call left, last; absent: it did not yet
  std::string task;               ///< XenServer task or CloudStack job that it began; may be empty
  std::string error;              ///< how its call was refused; empty = it was not
  bool operator==(const Position&) const = default;

  bool over() const { return step >= steps_of(form).size(); }
  /// Of a position that is not over.
  StepId current() const { return steps_of(form)[step]; }
  bool risks_it(std::string_view flag) const { return risks.contains(std::string(flag)); }
  /// Onto that step, which then has not been begun.
  void go_to(std::size_t index, WallTime now);
};

/// `by=USER;host=NAME;step=N;until=EPOCH`, and behind it what another machine needs to go on.
std::string mark_text(const Position& position, WallTime now);
/// Absent: the mark is not of a procedure of xenhactl's, or misses what is needed to go on.
std::optional<Position> position_of_mark(const std::string& mark, std::string_view pool);

/// JSON, for the journal. Reading: absent when it is not understood.
std::string journal_text(const Position& position);
std::optional<Position> position_of_journal(std::string_view text);

}  // namespace xenha::ctl
