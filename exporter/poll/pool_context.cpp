#include "exporter/poll/pool_context.h"

#include <algorithm>

#include "lib/xapi/failure_words.h"

namespace xenha::exporter {

void PoolContext::count(const xapi::CallReport& report) {
  ++self.calls[std::string(report.method)];
  // A slave's ordinary answer to a probe is no error.
  const bool slave = report.error != nullptr && report.error->remote_code == "HOST_IS_SLAVE" &&
                     report.method == "session.login_with_password";
  if (report.error != nullptr && !slave) ++self.errors[std::string(xapi::error_word(*report.error))];
  self.received_bytes += report.received;
  if (report.method == "event.from") return;  // waiting for news is no measure of the pool
  const double took = seconds(report.took);
  const auto bucket = std::lower_bound(kCallSecondsBuckets.begin(), kCallSecondsBuckets.end(), took);
  self.call_seconds_buckets.resize(kCallSecondsBuckets.size() + 1);
  ++self.call_seconds_buckets[static_cast<std::size_t>(bucket - kCallSecondsBuckets.begin())];
  self.call_seconds_sum += took;
}

}  // namespace xenha::exporter
