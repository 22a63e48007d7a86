#include "exporter/poll/failover_log.h"

#include <algorithm>
#include <cmath>

#include "lib/base/log.h"

namespace xenha::exporter {
namespace {

const FailoverRecord* find(const FailoverBook& book, const std::string& id) {
  const auto is_it = [&](const FailoverRecord& record) { return record.id == id; };
  if (const auto open = std::find_if(book.open.begin(), book.open.end(), is_it); open != book.open.end())
    return &*open;
  const auto closed = std::find_if(book.closed.begin(), book.closed.end(), is_it);
  return closed == book.closed.end() ? nullptr : &*closed;
}

std::string whole(double seconds) {
  return std::to_string(std::lround(seconds)) + " s";
}

std::string vms(std::ptrdiff_t count) {
  return std::to_string(count) + (count == 1 ? " VM" : " VMs");
}

std::ptrdiff_t count(const FailoverRecord& record, VictimState state) {
  return std::count_if(record.victims.begin(), record.victims.end(),
                       [&](const Victim& victim) { return victim.state == state; });
}

FailoverLine line(const FailoverRecord& record, bool warning, std::string message, std::string detail) {
  return {warning,
          std::move(message),
          record.pool,
          record.host,
          kFailoverRoleWords[static_cast<std::size_t>(record.role)],
          record.id,
          std::move(detail)};
}

FailoverLine opened(const FailoverRecord& record) {
  return line(record, true, "a host is lost, its failover is timed",
              vms(static_cast<std::ptrdiff_t>(record.victims.size())) + " ran there; lost within " +
                  whole(seconds(record.uncertainty())) + " after its last answer");
}

FailoverLine closed(const FailoverRecord& record) {
  const bool good =
      record.outcome == FailoverOutcome::kRecovered || record.outcome == FailoverOutcome::kFalseAlarm;
  std::string detail = std::string(kFailoverOutcomeWords[static_cast<std::size_t>(record.outcome)]) + ": " +
                       vms(count(record, VictimState::kRunning)) + " running again";
  if (const auto pending = count(record, VictimState::kPending); pending > 0)
    detail += ", " + vms(pending) + " not";
  if (const auto unprotected = count(record, VictimState::kNotProtected); unprotected > 0)
    detail += ", " + vms(unprotected) + " stopped without HA";
  return line(record, !good, "a failover is over", std::move(detail));
}

void add_phases(const FailoverRecord* before, const FailoverRecord& after, std::vector<FailoverLine>& out) {
  for (std::size_t phase = 0; phase < kFailoverPhases; ++phase) {
    if (!after.phases[phase] || (before != nullptr && before->phases[phase])) continue;
    out.push_back(line(after, false, "a failover goes on",
                       std::string(kFailoverPhaseWords[phase]) + " after " +
                           whole(*after.seconds_to(static_cast<FailoverPhase>(phase)))));
  }
}

void add_lines(const FailoverBook& before, const FailoverRecord& record, std::vector<FailoverLine>& out) {
  const FailoverRecord* known = find(before, record.id);
  if (known == nullptr) out.push_back(opened(record));
  add_phases(known, record, out);
  if (record.closed && (known == nullptr || !known->closed)) out.push_back(closed(record));
}

}  // namespace

std::vector<FailoverLine> lines_of(const FailoverBook& before, const FailoverBook& after) {
  std::vector<FailoverLine> out;
  // Closed ones stand newest first: what was closed before needs no second look.
  for (const FailoverRecord& record : after.closed) {
    const FailoverRecord* known = find(before, record.id);
    if (known != nullptr && known->closed) break;
    add_lines(before, record, out);
  }
  for (const FailoverRecord& record : after.open) add_lines(before, record, out);
  return out;
}

void log_changes(const FailoverBook& before, const FailoverBook& after) {
  for (const FailoverLine& line : lines_of(before, after))
    log::event(line.warning ? log::Level::kWarn : log::Level::kInfo, line.message,
               {{"pool", line.pool},
                {"host", line.host},
                {"role", line.role},
                {"failover", line.failover},
                {"detail", line.detail}});
}

}  // namespace xenha::exporter
