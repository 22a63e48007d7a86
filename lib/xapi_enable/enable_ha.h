// The one write call that xenha-hooks can make, and how its task is followed. Linked by xenha-hooks and
// xenhactl, never by the exporter: what is not linked cannot be called.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "lib/xapi/ask.h"

namespace xenha::xapi {

/// Async.pool.enable_ha on the pool's master: the reference of its task. Only one SR: XenServer takes the
/// first, and with an empty list one of its own choice, which is why an empty `sr_ref` is kBadConfig and
/// nothing is sent. `timeout` goes as ha_config's "timeout"; under 10 s XenServer would fail half way
/// (reference X 4.2), so that is kBadConfig, too. Never repeated by the transport: after kUnreachable or
/// kTimeout nobody knows whether it runs (X 4.8).
Result<std::string> start_enable_ha(Session& actor, const std::string& sr_ref, std::chrono::seconds timeout,
                                    SteadyTime deadline);

struct TaskState {
  enum class Status { kPending, kSuccess, kFailure, kCancelled };
  Status status = Status::kPending;
  double progress = 0;                  ///< 0 to 1
  std::string error_code;               ///< error_info[0]; empty unless it failed
  std::vector<std::string> error_args;  ///< the rest of error_info; may be texts of any kind
};

/// task.get_record. Errors: kRemoteFault "HANDLE_INVALID" when the task is gone: finished long ago, or xapi
/// was restarted.
Result<TaskState> read_task(Session& session, const std::string& task, SteadyTime deadline);

/// task.destroy of our own finished task; that it fails changes nothing.
void destroy_task(Session& session, const std::string& task, SteadyTime deadline);

}  // namespace xenha::xapi
