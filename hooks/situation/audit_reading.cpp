#include "hooks/situation/audit_reading.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "hooks/situation/audit_scan.h"
#include "lib/base/wall_time.h"

namespace xenha::hooks {
namespace {

/// Of one host's log since HA was last seen on.
constexpr std::size_t kMostBytes = 32u << 20;

class ScanSink final : public http::BodySink {
 public:
  bool feed(std::string_view piece) override {
    scan.feed(piece);
    return true;
  }
  AuditScan scan;
};

struct Reading {
  AuditHost host;
  std::shared_ptr<ScanSink> sink;
  http::RequestId id = 0;
  bool done = false;
  std::string problem;
};

std::string problem_of(const std::string& address, const Result<http::Response>& response) {
  if (!response) {
    if (response.error().code == ErrorCode::kTooLarge)
      return address + ": its audit log is over 32 MiB since HA was last seen on";
    return response.error().message;
  }
  if (response->status == 200) return {};
  return address + ": its audit log was refused with HTTP status " + std::to_string(response->status);
}

/// `since` is compared as text with the lines' times.
http::Request request_for(const PoolAccess& access, const std::string& session, const Reading& reading,
                          WallTime since) {
  const WallTime theirs = since + std::chrono::duration_cast<WallTime::duration>(reading.host.clock_offset);
  return {.endpoint = access.endpoint(reading.host.address),
          .method = http::Request::Method::kGet,
          .target = "/audit_log?since=" + utc_text(theirs, "%Y%m%dT%H:%M:%SZ"),
          .headers = {"Cookie: session_id=" + session},
          .deadline = std::min(access.now() + 2 * access.settings.request_timeout, access.deadline),
          .max_body = kMostBytes,
          .may_repeat = true,
          .sink = reading.sink};
}

void add(AuditSituation& out, const Reading& reading, WallTime now) {
  if (!reading.problem.empty()) out.problem += (out.problem.empty() ? "" : "; ") + reading.problem;
  const std::optional<DisableLine>& line = reading.sink->scan.newest();
  if (!line) return;
  const WallTime at =
      line->at ? *line->at - std::chrono::duration_cast<WallTime::duration>(reading.host.clock_offset) : now;
  if (out.disabled_at && *out.disabled_at >= at) return;
  out.disabled_at = at;
  out.by = line->by;
}

}  // namespace

AuditSituation read_audit_logs(const PoolAccess& access, const std::string& session,
                               const std::vector<AuditHost>& hosts, WallTime since) {
  std::vector<Reading> readings;
  readings.reserve(hosts.size());
  for (const AuditHost& host : hosts)
    readings.push_back({.host = host, .sink = std::make_shared<ScanSink>()});
  for (Reading& reading : readings) {
    reading.id = access.line.transport.start(request_for(access, session, reading, since),
                                             [&reading](const Result<http::Response>& response) {
                                               reading.problem = problem_of(reading.host.address, response);
                                               reading.done = true;
                                             });
  }
  const auto all_done = [&] {
    return std::all_of(readings.begin(), readings.end(), [](const Reading& each) { return each.done; });
  };
  while (!all_done() && !access.over()) access.line.transport.poll(access.deadline);
  AuditSituation out;
  for (Reading& reading : readings) {
    if (!reading.done) {
      access.line.transport.cancel(reading.id);
      reading.problem = reading.host.address + ": no time was left to read its audit log";
    }
    reading.sink->scan.finish();
    if (reading.problem.empty() && reading.sink->scan.is_no_log())
      reading.problem = reading.host.address + ": what it sent is no audit log";
    add(out, reading, access.line.clock.wall());
  }
  out.read = out.problem.empty() && !readings.empty();
  return out;
}

}  // namespace xenha::hooks
