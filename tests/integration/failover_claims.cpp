#include "tests/integration/failover_claims.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "tests/sim/world/truth_log.h"

namespace xenha::test {
namespace {

using exporter::FailoverPhase;
using exporter::FailoverRecord;
using exporter::Victim;
using exporter::VictimState;

/// One poll: of a host directly, or of CloudStack while a failover is open (design 6: 2 s between rounds).
constexpr double kPoll = 5;
/// Three probe intervals of 5 s and a request's time-out of 10 s (design 12).
constexpr double kDetectionBudget = 25;
/// CloudStack's times are whole seconds, cut off, on a clock that is known to about one.
constexpr double kWholeSeconds = 2;

template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<const char*, N>& words, const std::string& word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

std::string flag(bool value) {
  return value ? "1" : "0";
}
std::string flag(const std::optional<bool>& value) {
  return value ? flag(*value) : "absent";
}
std::string or_absent(const std::string& text) {
  return text.empty() ? "absent" : text;
}
std::string seconds_from(const FailoverRecord& record, const std::optional<WallTime>& when) {
  return when ? number(seconds(*when - record.last_contact)) : "absent";
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> out{""};
  for (const char letter : path) {
    if (letter == '.')
      out.emplace_back();
    else
      out.back() += letter;
  }
  return out;
}

std::optional<std::string> value_of(const FailoverRecord& record, const Victim& victim,
                                    const std::string& what) {
  if (what == "state") return exporter::kVictimStateWords[static_cast<std::size_t>(victim.state)];
  if (what == "source")
    return victim.source ? exporter::kRunningSourceWords[static_cast<std::size_t>(*victim.source)] : "absent";
  if (what == "running_xenserver") return seconds_from(record, victim.running_xenserver);
  if (what == "running_cloudstack") return seconds_from(record, victim.running_cloudstack);
  if (what == "new_host") return or_absent(victim.new_host);
  if (what == "replaced_by") return or_absent(victim.replaced_by);
  if (what == "failed_attempts") return std::to_string(victim.failed_attempts);
  if (what == "started_by_operator") return flag(victim.started_by_operator);
  if (what == "ha") return flag(victim.ha);
  return std::nullopt;
}

/// Times by the world's clock, since it began.
class Truth {
 public:
  Truth(const VirtualWorld& world, const FailoverRecord& record) : world_(world), record_(record) {
    for (const auto& site : world.world().sites)
      for (const auto& host : site->hosts)
        if (host->uuid == record.host_uuid) address_ = host->address;
    // The newest loss of that host before its record began to be measured.
    for (const sim::TruthEntry& entry : world.world().truth.entries())
      if ((entry.what == "host_lost_power" || entry.what == "host_isolated") && entry.host == address_ &&
          world.wall(entry.at) <= record.first_failure)
        loss_ = entry.at;
  }

  std::optional<Duration> loss() const { return loss_; }
  std::optional<Duration> of(FailoverPhase phase) const {
    switch (phase) {
      case FailoverPhase::kDetected:
        return std::nullopt;  // the exporter's own act
      case FailoverPhase::kMasterElected:
        return first(
            [&](const auto& entry) { return entry.what == "master_serves" && entry.pool == record_.pool; });
      case FailoverPhase::kHostDeclaredDead:
        return first(
            [&](const auto& entry) { return entry.what == "host_declared_dead" && entry.host == address_; });
      case FailoverPhase::kCloudstackHostDown:
        return first([&](const auto& entry) { return entry.what == "host_down" && entry.host == address_; });
      case FailoverPhase::kCloudstackHaStarted:
        return first([&](const auto& entry) {
          return (entry.what == "vm_force_stopping" || entry.what == "vm_stopped") &&
                 victim(entry.vm) != nullptr;
        });
      case FailoverPhase::kFirstVmRunning:
      case FailoverPhase::kAllVmsRunning:
        break;
    }
    std::optional<Duration> found;
    for (const Victim& victim : record_.victims) {
      if (victim.state != VictimState::kRunning || victim.started_by_operator) continue;
      const auto there = runs(victim, false);
      const auto here = runs(victim, true);
      const auto at = there && here ? std::optional(std::min(*there, *here)) : there ? there : here;
      if (!at) continue;
      const bool better = phase == FailoverPhase::kFirstVmRunning ? *at < *found : *at > *found;
      if (!found || better) found = at;
    }
    return found;
  }

  /// In XenServer: in this pool. The replacement of a system VM may run in another.
  std::optional<Duration> runs(const Victim& victim, bool xenserver) const {
    const std::string& name = victim.replaced_by.empty() ? victim.name : victim.replaced_by;
    return first([&](const auto& entry) {
      return entry.what == "vm_running" && entry.vm == name && (entry.system == "xenserver") == xenserver &&
             (!xenserver || entry.pool == record_.pool);
    });
  }

 private:
  const Victim* victim(const std::string& name) const {
    for (const Victim& each : record_.victims)
      if (each.name == name && each.state != VictimState::kStayed) return &each;
    return nullptr;
  }
  template <class Fits>
  std::optional<Duration> first(const Fits& fits) const {
    for (const sim::TruthEntry& entry : world_.world().truth.entries())
      if (loss_ && entry.at > *loss_ && fits(entry)) return entry.at;
    return std::nullopt;
  }

  const VirtualWorld& world_;
  const FailoverRecord& record_;
  std::string address_;
  std::optional<Duration> loss_;
};

void compare(const VirtualWorld& world, const FailoverRecord& record, const Truth& truth, WallTime measured,
             Duration really, const std::string& what) {
  const double late = seconds(measured - world.wall(really));
  EXPECT_GE(late, -kWholeSeconds) << what << " is measured before it happened";
  EXPECT_LE(late, kPoll) << what << " is measured too late";
  // The row of the table: from the loss, whose moment is known no better than the record says.
  const double row = seconds(measured - record.last_contact);
  const double script = seconds(really - *truth.loss());
  EXPECT_LE(std::fabs(row - script), seconds(record.uncertainty()) + kPoll)
      << what << ": the table says " << row << " s, the truth is " << script << " s";
}

}  // namespace

std::optional<std::string> value_of(const FailoverRecord& record, const std::string& path) {
  if (path == "host") return record.host;
  if (path == "role") return exporter::kFailoverRoleWords[static_cast<std::size_t>(record.role)];
  if (path == "outcome") return exporter::kFailoverOutcomeWords[static_cast<std::size_t>(record.outcome)];
  if (path == "uncertainty") return number(seconds(record.uncertainty()));
  if (path == "new_master") return or_absent(record.new_master);
  if (path == "rebooted") return flag(record.rebooted);
  if (path == "ha_enabled") return flag(record.ha_enabled);
  if (path == "back") return seconds_from(record, record.back);
  if (path == "closed") return seconds_from(record, record.closed);
  if (path == "victims") return std::to_string(record.victims.size());
  if (const auto phase = index_of(exporter::kFailoverPhaseWords, path))
    return seconds_from(record, record.phases[*phase]);
  const std::vector<std::string> parts = parts_of(path);
  if (parts[0] == "victims" && parts.size() == 2) {
    const auto state = index_of(exporter::kVictimStateWords, parts[1]);
    if (!state) return std::nullopt;
    return std::to_string(
        std::count_if(record.victims.begin(), record.victims.end(),
                      [&](const Victim& each) { return static_cast<std::size_t>(each.state) == *state; }));
  }
  if (parts[0] == "victim" && parts.size() == 3)
    for (const Victim& each : record.victims)
      if (each.name == parts[1]) return value_of(record, each, parts[2]);
  if (parts[0] == "victim") return "absent";
  return std::nullopt;
}

std::optional<std::string> value_of(VirtualWorld& world, const std::string& path) {
  const std::vector<std::string> parts = parts_of(path);
  if (path == "isolated") return flag(world.isolation().isolated());
  if (path == "writes") return std::to_string(world.world().log.after(0, true).size());
  if (parts.size() < 2) return std::nullopt;
  for (const exporter::CloudConfig& cloud : world.config.clouds) {
    if (cloud.name != parts[0]) continue;
    const exporter::CloudSnapshot snapshot = world.cloud(cloud.name);
    if (parts[1] == "up") return flag(snapshot.up);
    if (parts[1] == "known") return flag(snapshot.facts.has_value());
    if (parts[1] == "vms") return std::to_string(snapshot.facts ? snapshot.facts->vms.size() : 0);
    return std::nullopt;
  }
  const exporter::PoolSnapshot pool = world.pool(parts[0]);
  const exporter::FailoverBook book = world.book(parts[0]);
  const std::string& what = parts[1];
  if (what == "up") return flag(pool.up);
  if (what == "open") return std::to_string(book.open.size());
  if (what == "closed") return std::to_string(book.closed.size());
  if (what == "suspicions") return std::to_string(book.suspicions);
  if (what == "probe_interval") return number(seconds(pool.self.probe_interval));
  if (what == "cloudstack_only") return std::to_string(pool.vms_cloudstack_only.value_or(-1));
  if (what == "xenserver_only") return std::to_string(pool.vms_xenserver_only.value_or(-1));
  if (what == "pending") {
    std::ptrdiff_t pending = 0;
    for (const FailoverRecord& record : book.open)
      pending += std::count_if(record.victims.begin(), record.victims.end(),
                               [](const Victim& each) { return each.state == VictimState::kPending; });
    return std::to_string(pending);
  }
  if (what == "primary_storage" && pool.facts && !pool.facts->heartbeat_srs.empty())
    return flag(pool.facts->heartbeat_srs.front().is_primary_storage);
  if (what == "maintenance" && parts.size() == 4)
    for (const exporter::HostSnapshot& host : pool.hosts) {
      if (host.label != parts[2]) continue;
      if (parts[3] == "cloudstack") return flag(host.maintenance_cloudstack);
      if (parts[3] == "xenserver") return flag(host.maintenance_xenserver);
      if (parts[3] == "xenha") return flag(host.maintenance_xenha);
    }
  return std::nullopt;
}

bool holds(const std::string& found, const std::string& relation, const std::string& wanted) {
  if (relation == "=") {
    char* end = nullptr;
    const double number = std::strtod(wanted.c_str(), &end);
    const bool numbers = !wanted.empty() && *end == 0 && found != "absent";
    return numbers ? std::strtod(found.c_str(), nullptr) == number : found == wanted;
  }
  if (relation == "!=") return found != wanted;
  if (found == "absent") return false;
  const double value = std::strtod(found.c_str(), nullptr);
  const double limit = std::strtod(wanted.c_str(), nullptr);
  if (relation == "<=") return value <= limit;
  if (relation == ">=") return value >= limit;
  return false;
}

void compare_with_truth(VirtualWorld& world, const FailoverRecord& record, const Claim& claim) {
  const Truth truth(world, record);
  ASSERT_TRUE(truth.loss()) << "the simulator lost no such host";
  const WallTime lost = world.wall(*truth.loss());
  if (claim.path == "loss") {
    EXPECT_LE(record.last_contact, lost) << "the last contact is after the loss";
    EXPECT_GE(record.first_failure, lost) << "the first failure is before the loss";
    return;
  }
  if (claim.path == "detected") {
    ASSERT_TRUE(record.at(FailoverPhase::kDetected));
    EXPECT_LE(seconds(*record.at(FailoverPhase::kDetected) - lost), kDetectionBudget);
    return;
  }
  if (const auto phase = index_of(exporter::kFailoverPhaseWords, claim.path)) {
    const auto really = truth.of(static_cast<FailoverPhase>(*phase));
    const auto& measured = record.phases[*phase];
    ASSERT_TRUE(really) << claim.path << " never happened";
    ASSERT_TRUE(measured) << claim.path << " was not noticed";
    return compare(world, record, truth, *measured, *really, claim.path);
  }
  ASSERT_EQ(claim.path, "victims") << "nothing of that name has a truth";
  for (const Victim& victim : record.victims) {
    if (victim.state != VictimState::kRunning) continue;
    for (const bool xenserver : {true, false}) {
      const std::string what = victim.name + (xenserver ? " in XenServer" : " in CloudStack");
      const auto really = truth.runs(victim, xenserver);
      const auto& measured = xenserver ? victim.running_xenserver : victim.running_cloudstack;
      EXPECT_EQ(really.has_value(), measured.has_value()) << what;
      if (really && measured) compare(world, record, truth, *measured, *really, what);
    }
  }
}

}  // namespace xenha::test
