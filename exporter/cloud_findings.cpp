#include <cmath>
#include <cstdlib>

#include "exporter/failover_table.h"
#include "exporter/findings.h"

namespace xenha::exporter {
namespace {

constexpr Duration kLongSilence = std::chrono::minutes(5);

std::string vms_words(int count) {
  return std::to_string(count) + (count == 1 ? " VM" : " VMs");
}

/// Of "4.20.1.0". An unknown release is taken for a new one.
bool before_4_5(const std::string& version) {
  char* rest = nullptr;
  const long major = std::strtol(version.c_str(), &rest, 10);
  if (rest == version.c_str() || *rest != '.') return false;
  return major < 4 || (major == 4 && std::strtol(rest + 1, nullptr, 10) < 5);
}

class CloudFindings {
 public:
  CloudFindings(const PoolSnapshot& pool, WallTime now) : pool_(pool), now_(now) {}

  std::vector<Finding> collect(const CloudSnapshot* cloud) {
    look_at_storage();
    look_at_drift();
    if (cloud && !pool_.cloudstack.empty()) {
      look_at_server(*cloud);
      if (cloud->facts) look_at_facts(*cloud->facts);
    }
    return std::move(found_);
  }

 private:
  void add(Severity severity, std::string text) { found_.push_back({severity, std::move(text)}); }
  void critical(std::string text) { add(Severity::kCritical, std::move(text)); }
  void warning(std::string text) { add(Severity::kWarning, std::move(text)); }

  bool failover_open() const { return pool_.failovers && !pool_.failovers->open.empty(); }

  void look_at_storage() {
    if (!pool_.facts) return;
    for (const HeartbeatSrSnapshot& sr : pool_.facts->heartbeat_srs)
      if (sr.is_primary_storage == true)
        warning("CloudStack uses the heartbeat SR " + sr.label +
                " as primary storage; it must be the heartbeat's alone.");
  }

  void look_at_drift() {
    if (const int count = pool_.vms_cloudstack_only.value_or(0); count > 0)
      add(failover_open() ? Severity::kWarning : Severity::kCritical,
          vms_words(count) + (count == 1 ? " runs" : " run") +
              " nowhere: CloudStack says Running, XenServer does not run " + (count == 1 ? "it." : "them."));
    if (const int count = pool_.vms_xenserver_only.value_or(0); count > 0)
      warning(vms_words(count) + (count == 1 ? " runs" : " run") +
              " in XenServer without CloudStack knowing: it could start " + (count == 1 ? "it" : "them") +
              " a second time.");
  }

  void look_at_server(const CloudSnapshot& cloud) {
    if (cloud.up) return;
    if (!cloud.last_success)
      critical("CloudStack " + cloud.name + " has not answered since this exporter started.");
    else
      add(now_ - *cloud.last_success > kLongSilence ? Severity::kCritical : Severity::kWarning,
          "CloudStack " + cloud.name + " has not answered for " + age_words(now_ - *cloud.last_success) +
              ": whether it restarts VMs is not known.");
  }

  void look_at_facts(const CloudFacts& facts) {
    bool joined = false;
    for (const CloudClusterSnapshot& cluster : facts.clusters) {
      if (cluster.pool != pool_.name) continue;
      joined = true;
      if (!cluster.managed_state.empty() && !cluster.managed())
        warning("CloudStack does not manage the cluster " + cluster.label + " (" + cluster.managed_state +
                "): it restarts nothing there.");
    }
    if (!joined) warning("CloudStack " + pool_.cloudstack + " has no cluster with hosts of this pool.");
    for (const CloudHostSnapshot& host : facts.hosts)
      if (host.pool == pool_.name && host.managed) look_at_host(facts, host);
    for (const CloudFacts::Missing& missing : facts.missing_hosts)
      if (missing.pool == pool_.name) warning("CloudStack does not know the host " + missing.host + ".");
    for (const CloudSettingSnapshot& setting : facts.settings) look_at_setting(facts, setting);
  }

  const HostSnapshot* xenserver_host(const CloudHostSnapshot& host) const {
    for (const HostSnapshot& known : pool_.hosts)
      if (!known.uuid.empty() && known.uuid == host.host_uuid) return &known;
    return nullptr;
  }

  void look_at_host(const CloudFacts& facts, const CloudHostSnapshot& host) {
    if (host.maintenance()) {
      add(Severity::kInfo, host.host + " is in maintenance in CloudStack (" + host.resource_state + ").");
      return;
    }
    const HostSnapshot* known = xenserver_host(host);
    const bool reached = known && known->reachable == true && known->live != false;
    if (host.state == "Alert" && reached)
      critical("CloudStack holds " + host.host +
               " in Alert though XenServer reaches it: it is stuck, and VM HA "
               "does not cover it until it connects again.");
    else if (host.state == "Alert" && !before_4_5(facts.version))
      critical("CloudStack holds " + host.host + " in Alert, not Down: this release restarts no VM of it.");
    else if (host.state == "Down" && reached)
      critical("CloudStack holds " + host.host + " for Down though XenServer reaches it.");
    else if (host.state == "Disconnected")
      warning("CloudStack is disconnected from " + host.host + ".");
  }

  void look_at_setting(const CloudFacts& facts, const CloudSettingSnapshot& setting) {
    if (setting.name == "vm.ha.enabled" && setting.value && *setting.value == 0)
      critical("vm.ha.enabled is false in CloudStack: it restarts no VM of a lost host.");
    if (setting.name == "alert.wait" && setting.is_default)
      add(before_4_5(facts.version) ? Severity::kWarning : Severity::kInfo,
          "alert.wait in CloudStack is only the default" +
              (setting.seconds ? " (" + std::to_string(std::lround(*setting.seconds)) + " s)" : "") +
              ": nobody has set it.");
  }

  const PoolSnapshot& pool_;
  const WallTime now_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> failover_findings(const PoolSnapshot& pool, WallTime now) {
  std::vector<Finding> found;
  if (!pool.failovers) return found;
  for (const FailoverRecord& record : pool.failovers->open) {
    const int pending = count_victims(record).pending;
    const std::string text = "Failover of the " +
                             std::string(kFailoverRoleWords[static_cast<std::size_t>(record.role)]) + " " +
                             record.host + " is under way for " + age_words(now - record.last_contact);
    if (pending > 0)
      found.push_back({Severity::kCritical, text + ": " + vms_words(pending) +
                                                (pending == 1 ? " does" : " do") + " not run again yet."});
    else
      found.push_back({Severity::kWarning, text + "."});
  }
  return found;
}

std::vector<Finding> cloud_findings(const PoolSnapshot& pool, const CloudSnapshot* cloud, WallTime now) {
  return CloudFindings(pool, now).collect(cloud);
}

}  // namespace xenha::exporter
