// A pool and a CloudStack as a test tells them: what is true, and what happens when. From that come the
// sights that a stop-watch is fed with, in the rhythm of the real watchers. Seconds count from the story's
// begin.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "exporter/failover/stopwatch.h"

namespace xenha::exporter::test {

WallTime at(double seconds);
double since_begin(WallTime when);

/// What is true at one moment. Hosts are named h1, h2, ...; a host's uuid is its label and "-uuid".
struct World {
  struct Host {
    ProbeSight::Life life = ProbeSight::Life::kAnswers;
    bool claims = false;
    std::string names;  ///< label of the master that it follows
    std::optional<bool> live = true;
    double booted = -100000;
    bool planned = false;
    std::string cloud_state = "Up", resource_state = "Enabled";
  };
  struct Vm {
    std::string name;
    std::string uuid;      ///< XenServer's record; empty: none
    std::string xen_host;  ///< label; empty: halted
    bool protected_by_xenserver = false;
    std::string id;  ///< CloudStack's; empty: it does not know it
    model::CloudVmKind kind = model::CloudVmKind::kUser;
    std::string state = "Running", cloud_host;  ///< label; empty: none
    std::optional<bool> ha = true;
    std::optional<double> last_updated;
  };
  std::map<std::string, Host> hosts;
  std::vector<Vm> vms;
  std::string master = "h1";
  std::optional<bool> ha_enabled = true;
  bool xen_speaks = true, cloud_speaks = true;
  bool joined = true;
  std::map<std::string, double> settings;
  std::vector<CloudAlertSnapshot> alerts;
  std::vector<CloudEventSnapshot> events;

  Vm& vm(const std::string& name);
  /// The host does not answer any more, neither us nor anybody.
  void dies(const std::string& host);
  /// XenServer: dead, and what ran there is halted.
  void declared_dead(const std::string& host);
  /// CloudStack stops it by force and destroys XenServer's record, as before each restart.
  void force_stop(const std::string& name);
  /// It runs again in both systems, under a new XenServer record.
  void restart(const std::string& name, const std::string& host);
  void elect(const std::string& master);
  void alert(CloudAlertKind kind, double sent, const std::string& host, const std::string& vm = {});
  void event(const std::string& name, bool start, bool by_system, bool completed, double created,
             bool failed = false);

  XenSight xen_sight(double now) const;
  CloudSnapshot cloud_snapshot(double now) const;
  ProbeSight probe(const std::string& host, double began, double ended) const;
};

/// Three hosts, h1 the master; on h1: two user VMs a1 (HA) and a2 (without), a router r1; on h2: b1.
World small_pool();

struct Tick {
  WallTime now;
};
struct Isolated {
  bool on;
  WallTime now;
};
struct CloudTold {
  CloudSnapshot snapshot;
  WallTime now;
};
using Sight = std::variant<ProbeSight, XenSight, StreamSight, CloudTold, Tick, Isolated>;

void tell(Stopwatch& watch, const Sight& sight);

/// The sights of a whole story.
class Story {
 public:
  explicit Story(World world) : world_(std::move(world)) {}

  double probe_every = 5, silence_takes = 0, cloud_every = 2;
  /// `what` happens at `when`; before the sights of that second. In the order of the calls.
  Story& then(double when, std::function<void(World&)> what);
  /// Something that is told as it stands, after the other sights of that second.
  Story& say(double when, Sight sight);
  std::vector<Sight> until(double end) const;

 private:
  World world_;
  std::multimap<double, std::function<void(World&)>> happens_;
  std::multimap<double, Sight> said_;
};

StopwatchSettings settings(bool has_cloudstack = true);

/// What a stop-watch has after the whole story. `restart_before`: there it is saved as text, and a new one
/// goes on.
StopwatchState play(const std::vector<Sight>& sights, bool has_cloudstack = true,
                    std::optional<std::size_t> restart_before = std::nullopt);

std::optional<double> phase(const FailoverRecord& record, FailoverPhase phase);
const Victim& victim(const FailoverRecord& record, const std::string& name);

}  // namespace xenha::exporter::test
