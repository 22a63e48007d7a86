// A failover in the log: one line when it opens, one for each phase it reaches, one when it is over.
#pragma once

#include <string>
#include <vector>

#include "exporter/failover/record.h"

namespace xenha::exporter {

struct FailoverLine {
  bool warning = false;
  std::string message;
  std::string pool, host, role, failover;  ///< fields of each line; failover is the record's id
  std::string detail;                      ///< for a person
  bool operator==(const FailoverLine&) const = default;
};

/// What happened between two states of one pool's book. Pure.
std::vector<FailoverLine> lines_of(const FailoverBook& before, const FailoverBook& after);
/// The same, into the log.
void log_changes(const FailoverBook& before, const FailoverBook& after);

}  // namespace xenha::exporter
