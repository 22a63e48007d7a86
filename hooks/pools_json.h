// GET /api/v1/pools: where the daemon stands with each pool, for `xenhactl status` on another machine.
#pragma once

#include <string>
#include <vector>

#include "hooks/board.h"
#include "hooks/journal/journal.h"
#include "hooks/metrics/collect.h"
#include "lib/base/clock.h"

namespace xenha::hooks {

/// null is unknown, or that there is none. Keys may be added:
///   timestamp_seconds, mode (dry-run, act, standby), policies (number),
///   pools[]: pool; acting (boolean); open_alerts[] {alertname, action, received_timestamp_seconds};
///     evaluation {timestamp_seconds, verdict, reason, fact}: the newest while an alert is open;
///     paused {reason, who, until_timestamp_seconds}; gave_up {reason, fact, timestamp_seconds};
///     last_attempt {timestamp_seconds, sr, outcome, error_code, error}: outcome null while it runs;
///     attempts_last_day, last_success_timestamp_seconds;
///     remembered {seen_timestamp_seconds, pool_uuid, sr_uuid, sr_name, timeout_seconds, members[],
///       masters_since[]}: of the last time that HA was seen on
/// Errors: the journal's.
Result<std::string> pools_json(const std::vector<std::string>& pools, const Board::Shown& shown,
                               const HooksSelf& self, journal::JournalReader& journal, WallTime now);

}  // namespace xenha::hooks
