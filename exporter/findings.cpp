#include "exporter/findings.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>

#include "exporter/metrics/heartbeat.h"

namespace xenha::exporter {
namespace {

constexpr double kThinMargin = 0.25;
constexpr Duration kCertificateNotice = std::chrono::hours(24 * 14);
constexpr Duration kClockNotice = std::chrono::seconds(5);

class Findings {
 public:
  Findings(const PoolSnapshot& pool, WallTime now) : pool_(pool), now_(now) {}

  std::vector<Finding> collect() {
    look_at_master();
    if (pool_.facts) look_at_ha(*pool_.facts);
    for (const HostSnapshot& host : pool_.hosts) look_at_host(host);
    if (pool_.facts)
      for (const HeartbeatSrSnapshot& sr : pool_.facts->heartbeat_srs) look_at_sr(sr);
    return std::move(found_);
  }

 private:
  void critical(std::string text) { found_.push_back({Severity::kCritical, std::move(text)}); }
  void warning(std::string text) { found_.push_back({Severity::kWarning, std::move(text)}); }
  std::string since(const std::optional<WallTime>& when) const {
    return when ? " for " + age_words(now_ - *when) : "";
  }

  void look_at_master() {
    if (!pool_.up)
      critical(pool_.last_success ? "The master has not answered" + since(pool_.last_success) + "."
                                  : "The master has not answered since this exporter started.");
    if (!pool_.masters || *pool_.masters == 1) return;
    std::string names;
    for (const HostSnapshot& host : pool_.hosts)
      if (host.claims_master == true) names += (names.empty() ? "" : ", ") + host.label;
    if (*pool_.masters == 0)
      critical("No host claims the master role: the pool cannot be managed.");
    else
      critical("Split brain: " + std::to_string(*pool_.masters) + " hosts claim the master role (" + names +
               ").");
  }

  void look_at_ha(const PoolFacts& facts) {
    if (facts.ha_enabled == false && facts.ha_required != false && facts.ha_enable_running != true)
      critical("HA is off" + since(pool_.ha_disabled_since) +
               ": no host would take over from a dead master.");
    if (facts.statefile_resolves == false)
      critical(
          "The pool names a heartbeat volume that no longer exists: the next enabling of HA would fail.");
    if (facts.ha_licensed == false) critical("The licence does not allow HA.");
    if (facts.ha_enabled == true && facts.ha_timeout && *facts.ha_timeout < pool_.ha_timeout_expected)
      warning("The HA timeout is " + std::to_string(std::lround(*facts.ha_timeout)) +
              " s, expected are at least " + std::to_string(std::lround(pool_.ha_timeout_expected)) + " s.");
    if (facts.ha_protected_vms.value_or(0) > 0)
      warning("XenServer itself would restart " + std::to_string(*facts.ha_protected_vms) +
              " VMs; CloudStack must be the only one to do that.");
    if (facts.ha_host_failures_to_tolerate.value_or(0) > 0)
      warning("Host failures to tolerate is " + std::to_string(*facts.ha_host_failures_to_tolerate) +
              "; it must be 0, VMs are CloudStack's.");
    if (facts.rolling_upgrade == true) warning("A rolling upgrade is running.");
  }

  void look_at_host(const HostSnapshot& host) {
    const std::string& name = host.label;
    if (host.emergency == true || host.state == HostState::kEmergency)
      critical(name + " is in emergency mode" +
               (host.emergency_reason.empty() ? "." : ": " + host.emergency_reason + "."));
    else if (host.state == HostState::kUnreachable || host.reachable == false)
      critical(name + " does not answer.");
    if (host.state == HostState::kAuthError) warning(name + " refuses the exporter's password.");
    if (host.state == HostState::kTlsError) warning(name + " shows a certificate that is not trusted.");
    if (host.state == HostState::kBooting) warning(name + " is booting.");
    if (host.live == false) critical(name + " is not live: the master misses its heartbeat.");
    look_at_role(host);
    if (host.enabled == false)
      warning(name + (host.maintenance_xenserver == true || host.maintenance_xenha == true
                          ? " is in maintenance."
                          : " is disabled: no VM starts there."));
    if (pool_.facts && pool_.facts->ha_enabled == true) look_at_armed(host);
    if (host.certificate_expiry && *host.certificate_expiry - now_ < kCertificateNotice)
      warning(name + (*host.certificate_expiry <= now_
                          ? "'s certificate has expired."
                          : "'s certificate expires in " + age_words(*host.certificate_expiry - now_) + "."));
    if (host.clock_offset && (*host.clock_offset > kClockNotice || *host.clock_offset < -kClockNotice))
      warning(name + "'s clock is wrong by " + age_words(std::chrono::abs(*host.clock_offset)) + ".");
  }

  void look_at_role(const HostSnapshot& host) {
    if (pool_.masters != 1 || host.believed_master.empty()) return;
    for (const HostSnapshot& other : pool_.hosts)
      if (other.claims_master == true && other.label != host.believed_master)
        critical(host.label + " takes " + host.believed_master + " for the master, which is " + other.label +
                 ".");
  }

  void look_at_armed(const HostSnapshot& host) {
    if (host.ha_armed == false) critical(host.label + " is not armed: HA does not protect it.");
    const auto margin = heartbeat_margin(host, pool_.facts->ha_timeout);
    if (margin && *margin < kThinMargin)
      warning(host.label + " has only " + std::to_string(std::lround(std::max(0.0, *margin) * 100)) +
              " % of its heartbeat margin left before it fences itself.");
  }

  void look_at_sr(const HeartbeatSrSnapshot& sr) {
    if (sr.expected == false)
      warning("The heartbeat is on " + sr.label + ", which is not the configured storage.");
    if (sr.required && sr.size && sr.used && *sr.required > *sr.size - *sr.used)
      warning(sr.label + " has too little room for the next enabling of HA.");
    if (sr.foreign_vdis.value_or(0) > 0)
      warning(sr.label + " holds " + std::to_string(*sr.foreign_vdis) +
              " volumes that are not the heartbeat's.");
    for (const auto& attachment : sr.attachments) {
      if (attachment.attached == false) critical(attachment.host + " has not attached " + sr.label + ".");
      if (attachment.paths_active && attachment.paths && *attachment.paths_active < *attachment.paths)
        warning(attachment.host + " has " + std::to_string(*attachment.paths_active) + " of " +
                std::to_string(*attachment.paths) + " paths to " + sr.label + ".");
    }
  }

  const PoolSnapshot& pool_;
  const WallTime now_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> pool_findings(const PoolSnapshot& pool, const CloudSnapshot* cloud, WallTime now) {
  std::vector<Finding> found = failover_findings(pool, now);
  for (Finding& finding : Findings(pool, now).collect()) found.push_back(std::move(finding));
  for (Finding& finding : cloud_findings(pool, cloud, now)) found.push_back(std::move(finding));
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
  return found;
}

std::string age_words(Duration age) {
  const auto whole = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(age).count());
  const auto minutes = whole / 60, hours = minutes / 60, days = hours / 24;
  if (minutes == 0) return std::to_string(whole) + " s";
  if (hours == 0) return std::to_string(minutes) + " min";
  if (days == 0) {
    const auto rest = minutes % 60;
    return std::to_string(hours) + " h" + (rest ? " " + std::to_string(rest) + " min" : "");
  }
  return days == 1 ? "1 day" : std::to_string(days) + " days";
}

}  // namespace xenha::exporter
