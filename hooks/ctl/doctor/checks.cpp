#include "hooks/ctl/doctor/checks.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "hooks/ctl/render/spans.h"
#include "hooks/situation/cloud_reading.h"
#include "lib/base/minutes.h"
#include "lib/base/shell_word.h"
#include "lib/model/heartbeat_reading.h"
#include "lib/model/primary_storage.h"

namespace xenha::ctl {
namespace {

using model::HostRecord;
using model::PoolRecord;

/// How a check ends.
struct Outcome {
  CheckState state;
  std::string fact;
  std::string fix = {};
  std::string command = {};
};

Outcome pass(std::string fact) {
  return {CheckState::kPass, std::move(fact)};
}
Outcome fail(std::string fact, std::string fix, std::string command = {}) {
  return {CheckState::kFail, std::move(fact), std::move(fix), std::move(command)};
}
Outcome unknown(std::string fact, std::string fix = {}) {
  return {CheckState::kUnknown, std::move(fact), std::move(fix)};
}
Outcome not_applicable(std::string fact) {
  return {CheckState::kNotApplicable, std::move(fact)};
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 5;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) out += (i == 0 ? "" : ", ") + names[i];
  return out + (names.size() > kMost ? " and " + std::to_string(names.size() - kMost) + " more" : "");
}

std::string gib(std::int64_t bytes) {
  const auto tenths = static_cast<long long>(std::llround(static_cast<double>(bytes) / (1 << 30) * 10));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

/// `what` is a record of the pool.
Outcome not_read(const std::string& what) {
  return unknown(what + " was not read: no master answered");
}

std::string sr_name(const DoctorFacts& f) {
  const model::SrRecord* sr = f.sr();
  if (sr == nullptr) return f.configured_sr;
  return sr->name_label.empty() ? sr->uuid : sr->name_label;
}

bool is_old(const HostRecord& master) {
  return master.api_major == 2 && master.api_minor <= 2;
}

// S1: a dead master is replaced.

std::optional<bool> required(const DoctorFacts& f) {
  if (f.cloud.version >= cloudstack::Version{4, 3, 2}) return true;
  const HostRecord* master = model::master_of(f.db);
  if (master == nullptr) return std::nullopt;
  std::optional<bool> any;
  if (f.hotfix)
    any = std::any_of(f.hotfix->begin(), f.hotfix->end(), [](const auto& each) { return each.second; });
  return model::ha_required(*master, any);
}

Outcome ha_on(const DoctorFacts& f) {
  const hooks::Situation& s = f.situation;
  if (!s.ha_enabled) return not_read("whether HA is on");
  if (*s.ha_enabled) return pass("HA is on");
  if (required(f) == false)
    return not_applicable("HA is off; this XenServer and CloudStack replace a master without it");
  return fail("HA is off: if the master dies, no host takes over",
              "Look whether anything speaks against it, then:", "xenhactl ha enable " + f.pool);
}

Outcome armed(const DoctorFacts& f) {
  const hooks::Situation& s = f.situation;
  if (s.ha_enabled == false) return not_applicable("HA is off");
  std::vector<std::string> unarmed, dark;
  std::size_t live = 0;
  for (const hooks::HostSituation& host : s.hosts) {
    if (host.live == false) continue;
    ++live;
    if (!host.armed) dark.push_back(host.label);
    if (host.armed == false) unarmed.push_back(host.label);
  }
  if (!unarmed.empty())
    return fail(
        listed(unarmed) + (unarmed.size() == 1 ? " has" : " have") + " no access to the heartbeat disk",
        "Bring the storage path there back.");
  if (!dark.empty() || live == 0) return unknown("whether every host is armed was not read");
  return pass("every live host is armed");
}

Outcome one_master(const DoctorFacts& f) {
  std::vector<std::string> claiming, silent;
  std::set<std::string> named;
  for (const hooks::HostSituation& host : f.situation.hosts) {
    if (host.claims_master == true) claiming.push_back(host.label);
    if (host.reachable == true && !host.believed_master.empty()) named.insert(host.believed_master);
  }
  if (claiming.size() > 1)
    return fail("two masters: " + listed(claiming), "See xenhactl status " + f.pool + ".");
  if (claiming.empty())
    return f.situation.hosts.empty() || named.empty()
               ? unknown("nobody told who is master")
               : fail("no host acts as master", "See:", "xenhactl status " + f.pool);
  named.erase(claiming.front());
  if (!named.empty())
    return fail("a host follows " + *named.begin() + ", and the master is " + claiming.front(),
                "See:", "xenhactl status " + f.pool);
  return pass(claiming.front() + " is master, and every host that answers names it");
}

Outcome members(const DoctorFacts& f) {
  std::vector<std::string> away, sick;
  for (const hooks::HostSituation& host : f.situation.hosts) {
    if (host.reachable == false || host.live == false)
      away.push_back(host.label);
    else if (host.emergency == true)
      sick.push_back(host.label + " is in emergency mode");
    else if (host.enabled == false)
      sick.push_back(host.label + " is disabled");
  }
  if (!away.empty())
    return fail(
        "not there: " + listed(away) + "; HA can neither be enabled nor tolerate more while a member is off",
        "Return or remove the host:", "xenhactl host return " + f.pool + " " + shell_word(away.front()));
  if (!sick.empty()) return fail(listed(sick), "See:", "xenhactl status " + f.pool);
  if (f.situation.hosts.empty() || f.db.hosts.empty()) return unknown("the pool's hosts are not known");
  return pass("all " + std::to_string(f.situation.hosts.size()) + " hosts answer, are live and enabled");
}

Outcome licence(const DoctorFacts& f) {
  if (!f.situation.licensed) return unknown("whether the licence allows HA was not read");
  if (*f.situation.licensed) return pass("the licence allows HA");
  return fail("the licence does not allow HA: the next enabling fails", "Apply a licence that has it.");
}

Outcome cloudstack_version(const DoctorFacts& f) {
  if (!f.has_cloud()) return not_applicable("the pool has no cloudstack in the config file");
  if (!f.cloud.version.known())
    return unknown("CloudStack's version was not read" +
                   (f.cloud.problem.empty() ? "" : ": " + f.cloud.problem));
  if (f.cloud.version < cloudstack::Version{4, 3, 2})
    return fail("CloudStack " + f.cloud.version_text + " promotes masters itself, which pool HA does too",
                "Upgrade to 4.3.2 or later.");
  return pass("CloudStack " + f.cloud.version_text + " leaves the election of a master to pool HA");
}

// S2

Outcome hotfix(const DoctorFacts& f) {
  const HostRecord* master = model::master_of(f.db);
  if (master == nullptr || master->api_major == 0) return not_read("the release of XenServer");
  if (!is_old(*master)) return not_applicable("only XenServer 6.2 needs XS62ESP1004");
  if (!f.hotfix) return unknown("which hotfixes are applied was not read");
  std::vector<std::string> without;
  for (const auto& [host, applied] : *f.hotfix)
    if (!applied) without.push_back(host);
  if (without.empty()) return pass("every host has hotfix XS62ESP1004");
  return fail("without hotfix XS62ESP1004: " + listed(without), "Apply it on every host.");
}

// S3: a heartbeat SR of its own.

Outcome sr_configured(const DoctorFacts& f) {
  if (f.configured_sr.empty())
    return fail("no heartbeat_sr is configured, so nobody notices when the heartbeat moves",
                "Name the SR in the config file: heartbeat_sr: MGMT-HA");
  if (f.db.srs.empty()) return not_read("whether the pool has the SR " + f.configured_sr);
  const bool there = std::any_of(f.db.srs.begin(), f.db.srs.end(), [&](const auto& each) {
    return each.second.name_label == f.configured_sr || each.second.uuid == f.configured_sr;
  });
  if (!there)
    return fail("the pool has no SR " + f.configured_sr + ", which heartbeat_sr names",
                "Attach it to the pool, or correct heartbeat_sr.");
  return pass("the heartbeat SR " + f.configured_sr + " is configured and in the pool");
}

Outcome sr_in_use(const DoctorFacts& f) {
  const model::SrRecord* sr = f.sr();
  if (f.situation.ha_enabled == false) return not_applicable("HA is off");
  if (model::statefiles_resolve(f.db) == false)
    return not_applicable("the heartbeat disk that the pool names is gone");
  if (sr == nullptr || !f.heartbeat_in_use) return unknown("on which SR the heartbeat is was not read");
  if (f.configured_sr.empty()) return not_applicable("the heartbeat is on " + sr_name(f));
  if (sr->name_label == f.configured_sr || sr->uuid == f.configured_sr)
    return pass("the heartbeat is on " + sr_name(f));
  return fail("the heartbeat is on " + sr_name(f) + ", not on " + f.configured_sr,
              "Switch HA off and on again, which takes the configured one:",
              "xenhactl ha disable " + f.pool + " && xenhactl ha enable " + f.pool);
}

Outcome sr_shared(const DoctorFacts& f) {
  const model::SrRecord* sr = f.sr();
  if (sr == nullptr || !sr->shared) return unknown("whether the heartbeat SR is shared was not read");
  if (*sr->shared) return pass(sr_name(f) + " is shared (" + sr->type + ")");
  return fail(sr_name(f) + " is no shared SR (" + sr->type + ")",
              "Use an NFS or iSCSI SR of its own for the heartbeat.");
}

Outcome sr_plugged(const DoctorFacts& f) {
  if (f.sr() == nullptr || f.db.pbds.empty())
    return unknown("which hosts have plugged in the heartbeat SR was not read");
  std::vector<std::string> without, dark;
  for (const model::Identity& member : f.members) {
    const model::Attachment way = model::attachment(f.db, f.heartbeat_sr, member.ref);
    if (!way.attached) dark.push_back(member.label);
    if (way.attached == false) without.push_back(member.label);
  }
  if (!without.empty())
    return fail(sr_name(f) + " is not plugged in on " + listed(without),
                "Plug its PBD in there (xe pbd-plug); until then HA cannot be enabled:",
                "xe pbd-list sr-uuid=" + f.sr()->uuid);
  if (!dark.empty())
    return unknown("whether " + listed(dark) + " has plugged in " + sr_name(f) + " was not read");
  return pass(sr_name(f) + " is plugged in on every host");
}

Outcome sr_paths(const DoctorFacts& f) {
  if (f.sr() == nullptr) return unknown("the paths to the heartbeat SR were not read");
  std::vector<std::string> fewer;
  bool multipath = false;
  for (const model::Identity& member : f.members) {
    const model::Attachment way = model::attachment(f.db, f.heartbeat_sr, member.ref);
    if (!way.paths || !way.paths_active) continue;
    multipath = true;
    if (*way.paths_active < *way.paths)
      fewer.push_back(member.label + " has " + std::to_string(*way.paths_active) + " of " +
                      std::to_string(*way.paths));
  }
  if (!multipath) return not_applicable("no multipathing to " + sr_name(f));
  if (!fewer.empty())
    return fail("paths to " + sr_name(f) + ": " + listed(fewer), "Bring the lost paths back.");
  return pass("all paths to " + sr_name(f) + " are there");
}

Outcome sr_dedicated(const DoctorFacts& f) {
  if (f.sr() == nullptr || !f.all_vdis_read) return unknown("what lies on the heartbeat SR was not read");
  const int foreign = model::foreign_vdis(f.db, f.heartbeat_sr);
  if (foreign == 0) return pass("only the heartbeat's disks lie on " + sr_name(f));
  return fail(std::to_string(foreign) + (foreign == 1 ? " other disk lies on " : " other disks lie on ") +
                  sr_name(f) + ": their load delays the heartbeat",
              "Move them to another SR:", "xe vdi-list sr-uuid=" + f.sr()->uuid);
}

std::optional<model::PrimaryStorage> primary(const DoctorFacts& f) {
  const auto& cloud = f.situation.cloud;
  if (!f.cloud.storage_pools || !cloud || cloud->cluster_id.empty()) return std::nullopt;
  return model::primary_storage(&f.db, *f.cloud.storage_pools, {cloud->cluster_id});
}

Outcome sr_not_primary(const DoctorFacts& f) {
  if (!f.has_cloud()) return not_applicable("the pool has no cloudstack in the config file");
  const model::SrRecord* sr = f.sr();
  const std::optional<model::PrimaryStorage> used = primary(f);
  if (sr == nullptr || !used) return unknown("whether CloudStack uses the heartbeat SR was not read");
  if (!used->holds(sr->name_label, sr->uuid))
    return pass("CloudStack does not use " + sr_name(f) + " as primary storage");
  return fail("CloudStack uses " + sr_name(f) + " as primary storage",
              "Take it out of CloudStack, or move the heartbeat to an SR of its own.");
}

Outcome sr_room(const DoctorFacts& f) {
  const model::SrRecord* sr = f.sr();
  if (sr == nullptr) return unknown("the room on the heartbeat SR was not read");
  const std::optional<std::int64_t> needed = model::required_bytes(f.db, f.heartbeat_sr);
  if (!needed) return unknown("how much room the next enabling of HA needs is not known for this release");
  if (*needed == 0) return pass(sr_name(f) + " has the disks that the next enabling of HA takes again");
  if (!sr->physical_size || !sr->physical_utilisation)
    return unknown("the size of " + sr_name(f) + " was not read");
  const std::int64_t free = *sr->physical_size - *sr->physical_utilisation;
  if (free >= *needed)
    return pass(sr_name(f) + " has " + gib(free) + " free, the next enabling of HA needs " + gib(*needed));
  return fail(sr_name(f) + " has " + gib(free) + " free, the next enabling of HA needs " + gib(*needed),
              "Make it larger, or free room on it, before HA is switched off for anything.");
}

Outcome statefile(const DoctorFacts& f) {
  if (f.db.pools.empty()) return not_read("whether the heartbeat disk is there");
  const std::optional<bool> resolve = model::statefiles_resolve(f.db);
  if (!resolve) return not_applicable("the pool names no heartbeat disk");
  if (*resolve) return pass("the heartbeat disk that the pool names is there");
  return fail("the pool names a heartbeat disk that is not there any more",
              "Switch HA off and on again, which makes a new one:",
              "xenhactl ha disable " + f.pool + " && xenhactl ha enable " + f.pool);
}

// S4: HA can be put on again without thinking.

Outcome actor(const DoctorFacts& f) {
  if (f.has_actor) return pass("an actor is configured, so one command switches HA on");
  return fail("no actor is configured: neither xenhactl nor xenha-hooks can switch HA on",
              "Add actor with username and password_file of an account with the role pool-operator.");
}

// S5

Outcome timeout(const DoctorFacts& f) {
  const PoolRecord* pool = f.db.pool();
  if (pool == nullptr) return not_read("the HA timeout");
  const std::optional<double> effective = model::effective_timeout(*pool);
  const auto wanted = f.ha_timeout_expected.count();
  if (!effective)
    return fail("the pool's HA timeout is no number: the next enabling of HA fails",
                "Set it while enabling:", "xenhactl ha enable " + f.pool);
  const std::string now = std::to_string(std::lround(*effective)) + " s";
  if (*effective >= static_cast<double>(wanted))
    return pass("the HA timeout is " + now + ", at least " + std::to_string(wanted) + " s are expected");
  return fail("the HA timeout is " + now + ", at least " + std::to_string(wanted) +
                  " s are expected: a failover of the storage would fence hosts",
              "Switch HA off and on again, which sets it:",
              "xenhactl ha disable " + f.pool + " && xenhactl ha enable " + f.pool);
}

// S6: XenServer restarts no VM.

Outcome restart_priority(const DoctorFacts& f) {
  if (!f.protected_vms) return unknown("which VMs XenServer would restart was not read");
  if (f.protected_vms->empty()) return pass("XenServer itself restarts no VM");
  return fail("XenServer itself would restart " + listed(*f.protected_vms) + ", and CloudStack does so too",
              "Take the priority away:", "xe vm-param-set uuid=... ha-restart-priority=");
}

Outcome failures_to_tolerate(const DoctorFacts& f) {
  const PoolRecord* pool = f.db.pool();
  if (pool == nullptr || !pool->ha_host_failures_to_tolerate)
    return unknown("failures to tolerate were not read");
  if (*pool->ha_host_failures_to_tolerate == 0) return pass("host failures to tolerate is 0");
  return fail("host failures to tolerate is " + std::to_string(*pool->ha_host_failures_to_tolerate) +
                  ": XenServer plans restarts that are CloudStack's",
              "Set it to 0:", "xe pool-param-set uuid=" + pool->uuid + " ha-host-failures-to-tolerate=0");
}

// S7: VMs run again elsewhere.

Outcome vms_have_ha(const DoctorFacts& f) {
  if (!f.has_cloud()) return not_applicable("the pool has no cloudstack in the config file");
  if (!f.cloud.user_vms || !f.cloud.user_vms_with_ha)
    return unknown("which VMs have HA was not read from CloudStack");
  const int all = *f.cloud.user_vms, with = *f.cloud.user_vms_with_ha;
  if (all == 0) return not_applicable("no user VM runs here");
  const std::string counts =
      std::to_string(with) + " of " + std::to_string(all) + " user VMs have HA in CloudStack";
  if (with > 0) return pass(counts + (with < all ? "; the others stay down after a failure" : ""));
  return fail(counts + ": none is restarted after a failure", "Give them a compute offering that offers HA.");
}

Outcome last_failover(const DoctorFacts& f) {
  if (!f.exporter.problem.empty()) return unknown("measured failovers were not read: " + f.exporter.problem);
  if (!f.last_failover) return not_applicable("no failover has been measured yet");
  const LastFailover& last = *f.last_failover;
  const std::string when = "the last failover, of " + last.host + " at " + utc_words(last.lost_at);
  if (last.outcome == "open") return fail(when + ", is not over", "See:", "xenhactl failovers " + f.pool);
  if (last.outcome == "partial" || last.outcome == "expired")
    return fail(when + ", left VMs down", "See which, and why:", "xenhactl failovers " + last.id);
  return pass(when + (last.all_vms_seconds ? ", had all VMs running after " +
                                                 minutes_words(*last.all_vms_seconds) + " (published: 5:30)"
                                           : ", is over"));
}

// S8

const model::CloudSetting* setting(const DoctorFacts& f, const char* name) {
  if (!f.cloud.settings) return nullptr;
  for (const model::CloudSetting& each : f.cloud.settings->settings)
    if (each.name == name) return &each;
  return nullptr;
}

/// What it bounds in this release.
std::string alert_wait_meaning(const cloudstack::Version& version) {
  if (!version.known()) return "what it bounds depends on the release";
  if (version < cloudstack::Version{4, 5, 0})
    return "in this release it bounds how long a host without answer stays Disconnected before Alert, which "
           "starts VM HA";
  if (version < cloudstack::Version{4, 6, 0})
    return "in this release it bounds how long a host that still answers pings stays Disconnected; it does "
           "not delay VM HA";
  return "in this release it bounds how long the state of a host may stay undetermined before Alert; it does "
         "not delay VM HA, "
         "and Alert starts none";
}

Outcome alert_wait(const DoctorFacts& f) {
  if (!f.has_cloud()) return not_applicable("the pool has no cloudstack in the config file");
  const model::CloudSetting* found = setting(f, "alert.wait");
  if (found == nullptr) return unknown("alert.wait was not read from CloudStack");
  const std::string meaning = alert_wait_meaning(f.cloud.version);
  const char* fix =
      "Set it in CloudStack's global settings, to 60 as in the published set-up; no restart is needed.";
  if (!found->seconds) return fail("alert.wait is set to what is no number; " + meaning, fix);
  const std::string value = std::to_string(std::lround(*found->seconds)) + " s";
  if (!found->is_default) return pass("alert.wait is set to " + value + "; " + meaning);
  return fail("alert.wait is only the default, " + value + "; " + meaning, fix);
}

// What silently stops VM HA.

Outcome vm_ha_enabled(const DoctorFacts& f) {
  if (!f.has_cloud()) return not_applicable("the pool has no cloudstack in the config file");
  if (!f.cloud.settings) return unknown("vm.ha.enabled was not read from CloudStack");
  const model::CloudSetting* found = setting(f, "vm.ha.enabled");
  if (found == nullptr) return not_applicable("this release has no switch that stops VM HA");
  if (!found->value) return unknown("vm.ha.enabled was not understood");
  if (*found->value != 0) return pass("vm.ha.enabled is true");
  return fail("vm.ha.enabled is false: CloudStack restarts no VM",
              "Set vm.ha.enabled to true in CloudStack.");
}

Outcome ha_tag(const DoctorFacts& f) {
  if (!f.has_cloud()) return not_applicable("the pool has no cloudstack in the config file");
  if (!f.cloud.settings) return unknown("ha.tag was not read from CloudStack");
  if (!f.cloud.settings->ha_tag) return pass("no ha.tag restricts where VMs may be restarted");
  if (!f.cloud.hosts)
    return unknown("which hosts carry the tag " + *f.cloud.settings->ha_tag + " was not read");
  std::vector<std::string> tagged;
  for (const model::CloudHost& host : *f.cloud.hosts)
    if (host.ha_host) tagged.push_back(host.name);
  if (!tagged.empty())
    return pass("ha.tag " + *f.cloud.settings->ha_tag + " is carried by " + listed(tagged));
  return fail("ha.tag is " + *f.cloud.settings->ha_tag +
                  ", and no host of the cluster carries it: every restart fails",
              "Give hosts the tag in CloudStack, or empty ha.tag.");
}

Outcome primary_heartbeat(const DoctorFacts& f) {
  if (!f.has_cloud()) return not_applicable("the pool has no cloudstack in the config file");
  const std::optional<model::PrimaryStorage> used = primary(f);
  if (!used || f.db.srs.empty()) return unknown("primary storage was not read");
  std::vector<std::string> fit, others;
  for (const auto& [ref, sr] : f.db.srs) {
    if (!used->holds(sr.name_label, sr.uuid)) continue;
    const bool heartbeats = sr.type == "nfs" || sr.type == "lvmoiscsi" || sr.type == "lvmohba";
    (heartbeats ? fit : others).push_back(sr.type);
  }
  if (!fit.empty())
    return pass("CloudStack can tell dead hosts by its heartbeats on " + std::to_string(fit.size()) +
                " primary SRs");
  if (others.empty()) return unknown("no SR of the pool was recognised as primary storage");
  return fail("no primary SR is of a type that CloudStack heartbeats on (" + listed(others) +
                  "): every host it cannot reach counts as dead",
              "Add primary storage by NFS, iSCSI or Fibre Channel LVM.");
}

Outcome cluster_managed(const DoctorFacts& f) {
  if (!f.has_cloud()) return not_applicable("the pool has no cloudstack in the config file");
  const auto& cloud = f.situation.cloud;
  if (!cloud || !cloud->problem.empty())
    return unknown("the cluster was not read" + (cloud ? ": " + cloud->problem : ""));
  if (cloud->cluster_id.empty())
    return fail(
        "CloudStack has no cluster with hosts of this pool",
        "Add the hosts to CloudStack, or correct cloudstack and cloudstack_cluster in the config file.");
  if (cloud->managed_state == "Managed") return pass("CloudStack manages the cluster");
  return fail("the cluster is " + cloud->managed_state + " in CloudStack: it restarts no VM there",
              "Manage the cluster in CloudStack.");
}

Outcome cloud_hosts(const DoctorFacts& f) {
  if (!f.has_cloud()) return not_applicable("the pool has no cloudstack in the config file");
  const auto& cloud = f.situation.cloud;
  if (!cloud || !cloud->problem.empty() || cloud->hosts.empty())
    return unknown("hosts were not read from CloudStack");
  if (!cloud->managed_state.empty() && cloud->managed_state != "Managed")
    return not_applicable("CloudStack does not manage the cluster");
  std::vector<std::string> bad;
  for (const hooks::CloudHostSituation& host : cloud->hosts) {
    const auto here = std::find_if(f.situation.hosts.begin(), f.situation.hosts.end(),
                                   [&](const hooks::HostSituation& each) { return each.label == host.name; });
    const bool away = here != f.situation.hosts.end() && (here->reachable == false || here->live == false);
    if (away) continue;  // what is amiss is the host
    if (host.state.empty())
      bad.push_back(host.name + " is not known there");
    else if (host.state != "Up")
      bad.push_back(host.name + " is " + host.state);
    else if (hooks::is_planned(host.resource_state))
      bad.push_back(host.name + " is in " + host.resource_state);
  }
  if (bad.empty()) return pass("every host is Up in CloudStack");
  return fail("in CloudStack " + listed(bad),
              "Bring the host back to Up there; a VM on it is not restarted as it is.");
}

// Ours.

Outcome exporter(const DoctorFacts& f) {
  if (f.exporter.problem.empty()) return pass("xenha-exporter watches the pool");
  return unknown(f.exporter.problem, f.exporter.fix);
}

Outcome watchful_hooks(const DoctorFacts& f) {
  const HooksWord& hooks = f.hooks;
  if (!hooks.problem.empty()) return unknown(hooks.problem, hooks.fix);
  if (hooks.gave_up)
    return fail("xenha-hooks gave up on this pool: " + hooks.gave_up->fact,
                "Cure that, then:", "xenhactl clear " + f.pool);
  if (hooks.policies == 0)
    return fail("xenha-hooks has no policy, so it ignores every alert",
                "Add to hooks.policies: {alert: XenHAPoolHADisabled, action: enable-pool-ha}");
  const char* does = hooks.mode == "act"       ? "puts HA back when it goes off by itself"
                     : hooks.mode == "standby" ? "writes down what it hears, another one acts"
                                               : "only says what it would do";
  return pass("xenha-hooks is in mode " + hooks.mode + ": it " + does);
}

struct Row {
  const char* practice;
  const char* name;
  Outcome (*look)(const DoctorFacts&);
};

constexpr std::array kRows{
    Row{"S1", "ha_on", ha_on},
    Row{"S1", "armed", armed},
    Row{"S1", "one_master", one_master},
    Row{"S1", "members", members},
    Row{"S1", "licence", licence},
    Row{"S1", "cloudstack_version", cloudstack_version},
    Row{"S2", "hotfix", hotfix},
    Row{"S3", "sr_configured", sr_configured},
    Row{"S3", "sr_in_use", sr_in_use},
    Row{"S3", "sr_shared", sr_shared},
    Row{"S3", "sr_plugged", sr_plugged},
    Row{"S3", "sr_paths", sr_paths},
    Row{"S3", "sr_dedicated", sr_dedicated},
    Row{"S3", "sr_not_primary", sr_not_primary},
    Row{"S3", "sr_room", sr_room},
    Row{"S3", "statefile", statefile},
    Row{"S4", "actor", actor},
    Row{"S5", "timeout", timeout},
    Row{"S6", "restart_priority", restart_priority},
    Row{"S6", "failures_to_tolerate", failures_to_tolerate},
    Row{"S7", "vms_have_ha", vms_have_ha},
    Row{"S7", "last_failover", last_failover},
    Row{"S8", "alert_wait", alert_wait},
    Row{"VM HA", "vm_ha_enabled", vm_ha_enabled},
    Row{"VM HA", "ha_tag", ha_tag},
    Row{"VM HA", "primary_heartbeat", primary_heartbeat},
    Row{"VM HA", "cluster_managed", cluster_managed},
    Row{"VM HA", "cloud_hosts", cloud_hosts},
    Row{"xenha", "exporter", exporter},
    Row{"xenha", "hooks", watchful_hooks},
};

}  // namespace

std::vector<Check> run_checks(const DoctorFacts& facts) {
  std::vector<Check> out;
  for (const Row& row : kRows) {
    Outcome outcome = row.look(facts);
    out.push_back({row.practice, row.name, outcome.state, std::move(outcome.fact), std::move(outcome.fix),
                   std::move(outcome.command)});
  }
  return out;
}

}  // namespace xenha::ctl
