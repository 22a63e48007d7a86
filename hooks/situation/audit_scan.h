// Reads a host's audit log as it streams in: when did somebody last switch HA off, and who (reference 8.3).
// Bytes from the network; nothing of it is kept but the newest such line's time and user.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"

namespace xenha::hooks {

/// A line that says that pool.disable_ha, or its Async form, was allowed and succeeded.
struct DisableLine {
  std::optional<WallTime> at;  ///< by the host's clock; absent when the line does not tell
  std::string by;              ///< short and printable
  bool operator==(const DisableLine&) const = default;
};

/// Absent: the line says something else.
std::optional<DisableLine> read_audit_line(std::string_view line);

class AuditScan {
 public:
  /// Any pieces, cut anywhere.
  void feed(std::string_view piece);
  /// After the last piece.
  void finish();
  /// Newest; one without a time counts as newest of all.
  const std::optional<DisableLine>& newest() const { return newest_; }
  /// It was text of another kind: not one line looks like a log's.
  bool is_no_log() const { return strange_ > 0 && strange_ == lines_; }

 private:
  void take();

  std::string line_;  ///< begun; of an endless one only the beginning
  std::optional<DisableLine> newest_;
  std::size_t lines_ = 0, strange_ = 0;
};

}  // namespace xenha::hooks
