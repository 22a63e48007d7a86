#include "hooks/situation/cloud_reading.h"

#include <algorithm>
#include <set>
#include <utility>

#include "lib/config/address.h"
#include "lib/model/cluster_choice.h"

namespace xenha::hooks {
namespace {

constexpr std::size_t kMostEvents = 2'000;
constexpr std::chrono::hours kEventsOf{24};

/// One way to write an address, so that equal ones are equal texts.
std::string canonical(const std::string& address) {
  Result<std::string> parsed = config::parse_host_address(address);
  return parsed ? *std::move(parsed) : address;
}

std::set<std::string> addresses_of(const CloudMember& member) {
  std::set<std::string> out;
  for (const std::string& address : member.addresses)
    if (!address.empty()) out.insert(canonical(address));
  return out;
}

/// Removed ones are listed for a while beside the same host added again.
bool is_there(const model::CloudHost& host) {
  return host.state != "Removed";
}

const model::CloudCluster* cluster_of(const CloudWord& word, const std::string& pool,
                                      const std::string& pinned, const std::vector<CloudMember>& members,
                                      std::string& problem) {
  std::vector<model::ClusterPlace> places;
  for (const model::CloudCluster& cluster : word.clusters) {
    if (cluster.hypervisor != "XenServer") continue;
    model::ClusterPlace place{.id = cluster.id, .name = cluster.name};
    for (const model::CloudHost& host : word.hosts)
      if (host.cluster_id == cluster.id && !host.address.empty() && is_there(host))
        place.addresses.insert(canonical(host.address));
    places.push_back(std::move(place));
  }
  model::PoolPlace here{.pinned = pinned};
  for (const CloudMember& member : members) here.addresses.merge(addresses_of(member));
  const model::ClusterChoice choice = model::choose_clusters(std::move(places), {{pool, here}});
  const auto chosen = choice.cluster_of.find(pool);
  if (chosen == choice.cluster_of.end()) {
    const auto pin = choice.pin_problems.find(pool);
    if (pin != choice.pin_problems.end()) problem = "cloudstack_cluster \"" + pinned + "\": " + pin->second;
    return nullptr;
  }
  const auto found = std::find_if(word.clusters.begin(), word.clusters.end(),
                                  [&](const auto& each) { return each.id == chosen->second; });
  return &*found;
}

bool knows(const std::vector<const model::CloudHost*>& hosts, const CloudMember& member) {
  const std::set<std::string> addresses = addresses_of(member);
  return std::any_of(hosts.begin(), hosts.end(), [&](const model::CloudHost* host) {
    if (!host->address.empty() && addresses.contains(canonical(host->address))) return true;
    return !host->name.empty() && host->name == member.name_label;
  });
}

/// From 4.17 the event names its host; before, only by an id that no other command tells: it counts for every
/// cluster.
bool concerns(const model::CloudEvent& event, const std::vector<const model::CloudHost*>& hosts) {
  if (event.resource_id.empty() || event.resource_type != "Host") return true;
  return std::any_of(hosts.begin(), hosts.end(),
                     [&](const model::CloudHost* host) { return host->id == event.resource_id; });
}

}  // namespace

cloudstack::Server server_of(const config::CloudConfig& config) {
  auto endpoint = std::make_shared<http::Endpoint>();
  endpoint->tls = config.url.tls;
  endpoint->address = config.url.host;
  endpoint->port = config.url.port;
  endpoint->policy = config.policy;
  return {std::move(endpoint), config.url.path, {config.api_key.text, config.secret_key.text}};
}

bool is_planned(const std::string& resource_state) {
  return resource_state == "PrepareForMaintenance" || resource_state == "ErrorInPrepareForMaintenance" ||
         resource_state == "Maintenance" || resource_state == "ErrorInMaintenance" ||
         resource_state == "Disabled";
}

CloudView view_of_pool(const CloudWord& word, const std::string& pool, const std::string& pinned_cluster,
                       const std::vector<CloudMember>& members) {
  CloudView out;
  out.situation.problem = word.problem;
  if (!word.problem.empty()) return out;
  if (members.empty()) {
    out.situation.problem = "which cluster is the pool's cannot be told, its hosts are not known";
    return out;
  }
  const model::CloudCluster* cluster = cluster_of(word, pool, pinned_cluster, members, out.situation.problem);
  if (cluster == nullptr) return out;
  out.situation.cluster_id = cluster->id;
  out.situation.managed_state = cluster->managed_state;
  std::vector<const model::CloudHost*> hosts;
  for (const model::CloudHost& host : word.hosts)
    if (host.cluster_id == cluster->id && is_there(host)) hosts.push_back(&host);
  std::sort(hosts.begin(), hosts.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  out.planned_now = !cluster->managed_state.empty() && cluster->managed_state != "Managed";
  for (const model::CloudHost* host : hosts) {
    out.situation.hosts.push_back({host->name, host->state, host->resource_state});
    out.planned_now = out.planned_now || is_planned(host->resource_state);
  }
  // A member that the cluster does not have, as with a wrong pin, is a host of unknown state.
  for (const CloudMember& member : members)
    if (!knows(hosts, member)) out.situation.hosts.push_back({member.label, {}, {}});
  for (const model::CloudEvent& event : word.maintenance) {
    if (!concerns(event, hosts)) continue;
    out.last_maintenance = std::max(out.last_maintenance.value_or(event.created), event.created);
    if (event.type == "MAINT.CANCEL")
      out.situation.maintenance_ended =
          std::max(out.situation.maintenance_ended.value_or(event.created), event.created);
  }
  return out;
}

CloudReading::CloudReading(config::CloudConfig config, http::Transport& transport, const Clock& clock,
                           Duration request_timeout)
    : config_(std::move(config)),
      clock_(clock),
      reader_(transport, clock, server_of(config_), {}, {.request_timeout = request_timeout}) {}

void CloudReading::renew_keys() {
  bool renewed = false;
  for (config::CloudKey* key : {&config_.api_key, &config_.secret_key}) {
    if (!key->changed_since_read()) continue;
    Result<config::CloudKey> again = key->read_again();
    if (!again) continue;  // the old one goes on; a refusal will tell
    *key = *std::move(again);
    renewed = true;
  }
  if (!renewed) return;
  gate_.renew();
  reader_.set_keys({config_.api_key.text, config_.secret_key.text});
}

void CloudReading::start() {
  reader_.cancel();
  word_ = {};
  under_way_ = true;
  renew_keys();
  if (gate_.blocked(clock_.steady()))
    return end("its key was refused; it is tried again after 15 minutes or when the key's file changes");
  reader_.clusters(then(&CloudReading::take_clusters));
}

CloudWord CloudReading::take() {
  if (under_way_) {
    reader_.cancel();
    end("no answer before the deadline");
  }
  return std::exchange(word_, {});
}

template <class T>
cloudstack::Reader::Done<T> CloudReading::then(void (CloudReading::*next)(cloudstack::Listing<T>)) {
  return [this, next](Result<cloudstack::Listing<T>> listing) {
    if (listing) {
      gate_.accepted();
      return (this->*next)(*std::move(listing));
    }
    if (listing.error().code == ErrorCode::kAuth) gate_.refused(clock_.steady());
    end(listing.error().message);  // names the command
  };
}

void CloudReading::take_clusters(cloudstack::Listing<model::CloudCluster> listing) {
  word_.clusters = std::move(listing.items);
  reader_.hosts("", then(&CloudReading::take_hosts));
}

void CloudReading::take_hosts(cloudstack::Listing<model::CloudHost> listing) {
  word_.hosts = std::move(listing.items);
  ask_events("MAINT.CANCEL");
}

void CloudReading::ask_events(const std::string& type) {
  const WallTime old = clock_.wall() - kEventsOf;
  const auto next = type == "MAINT.CANCEL" ? &CloudReading::take_cancelled : &CloudReading::take_prepared;
  reader_.events(
      type, [old](const model::CloudEvent& event) { return event.created < old; }, kMostEvents, then(next));
}

void CloudReading::take_cancelled(cloudstack::Listing<model::CloudEvent> listing) {
  keep_events(listing);
  ask_events("MAINT.PREPARE");
}

void CloudReading::take_prepared(cloudstack::Listing<model::CloudEvent> listing) {
  keep_events(listing);
  end({});
}

void CloudReading::keep_events(const cloudstack::Listing<model::CloudEvent>& listing) {
  const Duration ahead = listing.times.clock_offset.value_or(Duration{});
  for (model::CloudEvent event : listing.items) {
    event.created -= std::chrono::duration_cast<WallTime::duration>(ahead);
    word_.maintenance.push_back(std::move(event));
  }
}

void CloudReading::end(std::string problem) {
  word_.problem = std::move(problem);
  under_way_ = false;
}

}  // namespace xenha::hooks
