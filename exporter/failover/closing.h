// When a failover is over, how it ended, and what of it goes into the books. Pure.
#pragma once

#include <optional>

#include "exporter/failover/baseline.h"
#include "exporter/failover/record.h"

namespace xenha::exporter {

/// What closing depends on beside the record itself.
struct ClosingFacts {
  bool returning = false;    ///< its host answers again and is live, but not for long enough to judge
  bool returned = false;     ///< it came back to stay
  bool leads_again = false;  ///< and is the master
};

/// The host came back to stay: says whether it booted anew and who stayed. True: it was a false alarm,
/// nothing was lost.
bool judge_return(FailoverRecord& record, const Baseline& host);

/// How the record is to be closed at `now`; absent: it goes on.
std::optional<FailoverOutcome> may_close(const FailoverRecord& record, const ClosingFacts& facts,
                                         WallTime now);

/// Moves the record from the open to the closed ones and counts it, once. `record` is an element of
/// book.open.
void close(FailoverBook& book, std::size_t record, FailoverOutcome outcome, WallTime now);
/// Keeps the last 200 of the last 400 days.
void prune(FailoverBook& book, WallTime now);

}  // namespace xenha::exporter
