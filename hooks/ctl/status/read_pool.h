// Looks at one pool right now: every host, its master, CloudStack. Reads only. Belongs to one thread.
#pragma once

#include <stop_token>

#include "hooks/ctl/ctl_config.h"
#include "hooks/ctl/status/pool_status.h"
#include "hooks/situation/observer.h"
#include "lib/http/transport.h"

namespace xenha::ctl {

/// How `status` and `doctor` look at a pool.
struct LookSettings {
  Duration patience = std::chrono::seconds(25);  ///< what did not come by then is unknown
  /// See hooks::Observer::Settings::also.
  std::function<void(const hooks::PoolAccess&, const hooks::OpenSession&, const model::PoolDb&)> also = {};
};

/// The look, whole, for those who want its records. `interrupted` ends it at once with what it has.
hooks::Look look_at(const CtlConfig& config, const CtlPool& pool, const hooks::Remembered& remembered,
                    const LookSettings& settings, http::Transport& transport, const Clock& clock,
                    const std::stop_token& interrupted);

/// Reads the pool and puts it together with what the daemons said, which must be in `status` already; its
/// `pool` too.
void read_pool(PoolStatus& status, const CtlConfig& config, const CtlPool& pool,
               const hooks::Remembered& remembered, http::Transport& transport, const Clock& clock,
               const std::stop_token& interrupted);

}  // namespace xenha::ctl
