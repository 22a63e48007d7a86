// CloudStack's maintenance of a host, as xenhactl asks for it: two commands that begin a job, and what became
// of the job. Waits for each answer; for a thread without a loop of its own.
#pragma once

#include <memory>
#include <string>

#include "lib/cloudstack/client.h"

namespace xenha::cloudstack {

struct JobState {
  enum class Status { kRunning, kSuccess, kFailure };
  Status status = Status::kRunning;
  std::string error;  ///< of a failed one: CloudStack's own words, one line, or its code
};

class Maintenance {
 public:
  /// `server` with the keys of an account that may do this: cloudstack[].actor.
  Maintenance(http::Transport& transport, const Clock& clock, Server server, Duration timeout);

  // Errors as in lib/cloudstack/reader.h. After kUnreachable and kTimeout nobody knows whether the job began:
  // never repeated here, the caller looks at the host's resource state.

  /// The job's id. Moves all VMs away; the resource state says when it is over (reference C 7).
  Result<std::string> prepare(const std::string& host_id);
  /// Out of any state of maintenance.
  Result<std::string> cancel(const std::string& host_id);
  /// Errors: kRemoteFault when CloudStack has forgotten the job.
  Result<JobState> job(const std::string& job_id);

 private:
  Result<Page> ask(Question question);
  Result<std::string> begin(std::string_view command, const std::string& host_id);

  http::Transport& transport_;
  const Clock& clock_;
  Duration timeout_;
  Client client_;
};

}  // namespace xenha::cloudstack
