// From signs to a verdict: is a host in trouble, is it lost? Pure.
#pragma once

#include "exporter/failover/baseline.h"

namespace xenha::exporter {

/// What the verdict on one host depends on beside its own signs.
struct Circumstances {
  /// The master is in trouble or was just replaced: the others restart their toolstacks and look dead.
  bool election = false;
  /// The VMs of its baseline were seen stopped, or it booted anew.
  bool stopped_or_rebooted = false;
};

/// Silence that proves a loss even during an election.
inline constexpr std::chrono::seconds kElectionSilence{150};
/// So long a host must answer well before it counts as back.
inline constexpr std::chrono::seconds kBackAfter{60};
/// The same while no master speaks of it.
inline constexpr std::chrono::minutes kBackWithoutWord{5};

/// XenServer declared it dead, lately: what has been so for long while the host answers is a condition, no
/// sign.
bool dead_in_xenserver(const Baseline& host);
/// CloudStack declared it down, lately.
bool down_in_cloudstack(const Baseline& host);
/// CloudStack lost it (Alert, Disconnected), just now.
bool unwell_in_cloudstack(const Baseline& host);
/// Maintenance, and nothing runs there: whatever it does now is in order.
bool leaves_in_order(const Baseline& host);

/// Its boot time is another than when all was well; absent unknown.
std::optional<bool> booted_anew(const Baseline& host);
/// It answers as a member, and has done so for long enough; the master, if there is one, calls it live.
bool is_back(const Baseline& host, WallTime now);

/// Any sign of any source.
bool in_trouble(const Baseline& host);
/// The sources agree. `now`: time of the newest sight.
bool is_lost(const Baseline& host, const Circumstances& circumstances, WallTime now);
/// Whether its baseline must not be touched: it may already tell of the time after the loss.
bool is_frozen(const Baseline& host);

/// Takes a probe into the signs and moves last_contact. Silent ones are the caller's to leave out while
/// we are cut off ourselves.
void take(Baseline& host, const ProbeSight& probe);
/// Counting begins anew, as after an isolation.
void forget_silence(Baseline& host);

}  // namespace xenha::exporter
