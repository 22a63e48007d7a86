// GET /audit_log of every host that may have been master since HA was last seen on: each host keeps its own.
#pragma once

#include <string>
#include <vector>

#include "hooks/situation/pool_access.h"

namespace xenha::hooks {

/// One host whose log counts.
struct AuditHost {
  std::string address;
  Duration clock_offset{};  ///< its clock minus ours
};

/// All side by side. `read` only when every one of them was; what was found in the others counts all the
/// same.
AuditSituation read_audit_logs(const PoolAccess& access, const std::string& session,
                               const std::vector<AuditHost>& hosts, WallTime since);

}  // namespace xenha::hooks
