#include "tests/unit/exporter/failover/story.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "exporter/failover/history.h"

namespace xenha::exporter::test {
namespace {

const WallTime kBegin{std::chrono::seconds(1'760'000'000)};

std::string uuid_of(const std::string& host) {
  return host.empty() ? std::string() : host + "-uuid";
}

}  // namespace

WallTime at(double seconds) {
  return kBegin + std::chrono::milliseconds(std::llround(seconds * 1000));
}
double since_begin(WallTime when) {
  return xenha::seconds(when - kBegin);
}

World::Vm& World::vm(const std::string& name) {
  const auto found = std::find_if(vms.begin(), vms.end(), [&](const Vm& vm) { return vm.name == name; });
  EXPECT_NE(found, vms.end()) << name;
  return *found;
}

void World::dies(const std::string& host) {
  hosts[host].life = ProbeSight::Life::kSilent;
  hosts[host].claims = false;
  if (host == master) xen_speaks = false;
}

void World::declared_dead(const std::string& host) {
  hosts[host].live = false;
  for (Vm& vm : vms)
    if (vm.xen_host == host) vm.xen_host.clear();
}

void World::force_stop(const std::string& name) {
  Vm& stopped = vm(name);
  stopped.state = "Stopped";
  stopped.cloud_host.clear();
  stopped.xen_host.clear();
  stopped.uuid.clear();
}

void World::restart(const std::string& name, const std::string& host) {
  Vm& started = vm(name);
  started.state = "Running";
  started.cloud_host = started.xen_host = host;
  started.uuid = name + "-again";
}

void World::elect(const std::string& elected) {
  master = elected;
  xen_speaks = true;
  for (auto& [label, host] : hosts) {
    host.claims = label == elected;
    host.names = host.claims ? "" : elected;
  }
}

void World::alert(CloudAlertKind kind, double sent, const std::string& host, const std::string& vm) {
  alerts.push_back({"alert" + std::to_string(alerts.size()), kind, at(sent), uuid_of(host), host, vm});
}

void World::event(const std::string& name, bool start, bool by_system, bool completed, double created,
                  bool failed) {
  events.push_back({"event" + std::to_string(events.size()), start, by_system, failed, completed, vm(name).id,
                    at(created)});
}

XenSight World::xen_sight(double now) const {
  XenSight sight;
  sight.at = at(now);
  sight.master_uuid = uuid_of(master);
  sight.ha_enabled = ha_enabled;
  for (const auto& [label, host] : hosts)
    sight.hosts.push_back({uuid_of(label), label, host.live, true, at(host.booted), {}, host.planned});
  for (const Vm& vm : vms)
    if (!vm.uuid.empty())
      sight.vms.push_back(
          {vm.uuid, vm.name, !vm.xen_host.empty(), uuid_of(vm.xen_host), vm.protected_by_xenserver});
  return sight;
}

CloudSnapshot World::cloud_snapshot(double now) const {
  CloudSnapshot cloud;
  cloud.name = "cloud1";
  cloud.up = true;
  cloud.last_success = cloud.hosts_read = cloud.vms_read = at(now);
  cloud.recent_alerts = alerts;
  cloud.recent_events = events;
  CloudFacts& facts = cloud.facts.emplace();
  const std::string pool = joined ? "pool1" : "";
  facts.clusters.push_back({"cluster1", "cluster-a", "Managed", pool});
  for (const auto& [label, host] : hosts) {
    CloudHostSnapshot& told = facts.hosts.emplace_back();
    told.id = "cloud-" + label;
    told.name = told.host = label;
    told.cluster_id = "cluster1";
    told.state = host.cloud_state;
    told.resource_state = host.resource_state;
    told.pool = pool;
    told.host_uuid = joined ? uuid_of(label) : "";
  }
  for (const Vm& vm : vms) {
    if (vm.id.empty()) continue;
    CloudVmSnapshot& told = facts.vms[vm.id];
    told.kind = vm.kind;
    told.id = vm.id;
    told.instance_name = vm.name;
    told.name = "name of " + vm.name;
    told.state = vm.state;
    told.zone_id = "zone1";
    told.host_id = vm.cloud_host.empty() ? "" : "cloud-" + vm.cloud_host;
    told.host_uuid = uuid_of(vm.cloud_host);
    told.cluster_id = "cluster1";
    told.ha = vm.ha;
    if (vm.last_updated) told.last_updated = at(*vm.last_updated);
    told.seen_at = at(now);
  }
  index_vms(facts);  // as the cloud's watcher does
  for (const auto& [name, value] : settings) facts.settings.push_back({name, {}, value, false});
  return cloud;
}

ProbeSight World::probe(const std::string& label, double began, double ended) const {
  const Host& host = hosts.at(label);
  ProbeSight sight;
  sight.host_uuid = uuid_of(label);
  sight.host = label;
  sight.began = at(began);
  sight.ended = at(ended);
  sight.life = host.life;
  if (host.life == ProbeSight::Life::kAnswers) {
    sight.claims_master = host.claims;
    sight.names_master = uuid_of(host.names);
  }
  return sight;
}

World small_pool() {
  World world;
  for (const char* label : {"h1", "h2", "h3"}) world.hosts[label].names = "h1";
  world.hosts["h1"].claims = true;
  world.hosts["h1"].names.clear();
  const auto add = [&](const std::string& name, const std::string& host) -> World::Vm& {
    World::Vm vm;
    vm.name = name;
    vm.uuid = name + "-uuid";
    vm.id = name + "-id";
    vm.xen_host = vm.cloud_host = host;
    return world.vms.emplace_back(vm);
  };
  add("a1", "h1");
  add("a2", "h1").ha = false;
  add("r1", "h1").kind = model::CloudVmKind::kRouter;
  add("b1", "h2");
  return world;
}

void tell(Stopwatch& watch, const Sight& sight) {
  if (const auto* probe = std::get_if<ProbeSight>(&sight)) watch.see(*probe);
  if (const auto* xen = std::get_if<XenSight>(&sight)) watch.see(*xen);
  if (const auto* stream = std::get_if<StreamSight>(&sight)) watch.see(*stream);
  if (const auto* cloud = std::get_if<CloudTold>(&sight)) watch.see(cloud->snapshot, cloud->now);
  if (const auto* tick = std::get_if<Tick>(&sight)) watch.tick(tick->now);
  if (const auto* isolated = std::get_if<Isolated>(&sight)) watch.isolated(isolated->on, isolated->now);
}

Story& Story::then(double when, std::function<void(World&)> what) {
  happens_.emplace(when, std::move(what));
  return *this;
}
Story& Story::say(double when, Sight sight) {
  said_.emplace(when, std::move(sight));
  return *this;
}

std::vector<Sight> Story::until(double end) const {
  std::vector<Sight> sights;
  World world = world_;
  std::set<double> moments;
  for (int second = 0; second <= end; ++second) moments.insert(second);
  for (const auto& [when, what] : happens_) moments.insert(when);
  for (const auto& [when, sight] : said_) moments.insert(when);
  double xen_told = -1000;
  for (const double now : moments) {
    if (now > end) break;
    const auto [first, last] = happens_.equal_range(now);
    for (auto entry = first; entry != last; ++entry) entry->second(world);
    if (world.xen_speaks && (first != last || now - xen_told >= 60)) {
      sights.emplace_back(world.xen_sight(now));
      xen_told = now;
    }
    if (std::fmod(now, probe_every) == 0)
      for (const auto& [label, host] : world.hosts) {
        const bool silent = host.life == ProbeSight::Life::kSilent;
        sights.emplace_back(world.probe(label, silent ? now - silence_takes : now, now));
      }
    if (world.cloud_speaks && std::fmod(now, cloud_every) == 0)
      sights.emplace_back(CloudTold{world.cloud_snapshot(now), at(now)});
    const auto [said, end_said] = said_.equal_range(now);
    for (auto entry = said; entry != end_said; ++entry) sights.push_back(entry->second);
    sights.emplace_back(Tick{at(now)});
  }
  return sights;
}

StopwatchSettings settings(bool has_cloudstack) {
  return {.pool = "pool1", .has_cloudstack = has_cloudstack};
}

StopwatchState play(const std::vector<Sight>& sights, bool has_cloudstack,
                    std::optional<std::size_t> restart_before) {
  auto watch = std::make_unique<Stopwatch>(settings(has_cloudstack), StopwatchState{});
  for (std::size_t index = 0; index < sights.size(); ++index) {
    if (index == restart_before) {
      Result<StopwatchState> kept = parse_failovers(failovers_text(watch->state()));
      EXPECT_TRUE(kept) << kept.error().message;
      watch = std::make_unique<Stopwatch>(settings(has_cloudstack), *std::move(kept));
    }
    tell(*watch, sights[index]);
  }
  return watch->state();
}

std::optional<double> phase(const FailoverRecord& record, FailoverPhase which) {
  return record.seconds_to(which);
}

const Victim& victim(const FailoverRecord& record, const std::string& name) {
  const auto found = std::find_if(record.victims.begin(), record.victims.end(),
                                  [&](const Victim& victim) { return victim.name == name; });
  if (found == record.victims.end()) throw std::runtime_error("no victim " + name);
  return *found;
}

}  // namespace xenha::exporter::test
