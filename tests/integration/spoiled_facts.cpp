#include "tests/integration/spoiled_facts.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/sim/cloud/cloud.h"
#include "tests/sim/ha/emergency.h"
#include "tests/sim/world/database.h"
#include "tests/sim/world/world.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

constexpr const char* kMasterStarted = R"(, "class": "host", "host": 1)";
constexpr const char* kThirdBooted = R"(, "class": "host", "host": 3)";
const Words kWithoutCloud{"cloud_unknown", "cloud_maintenance", "cloud_host_state", "cloud_unmanaged",
                          "cloud_quiet"};
constexpr const char* kOneCloud = "all five are read from the same answers";
constexpr const char* kAskItself = "emergency mode is asked from the host itself";

sim::Site& site(sim::World& world) {
  return *world.sites.front();
}
sim::Database& database(sim::World& world) {
  return *site(world).master()->db;
}
/// On the simulation's own thread.
Deed in_world(std::function<void(sim::World&)> deed) {
  return [deed = std::move(deed)](sim::Simulation& sim) { sim.run(deed); };
}

Deed live(bool is) {
  return in_world([is](sim::World& world) {
    sim::Database& db = database(world);
    db.set("host_metrics", db.text("host", site(world).hosts[2]->ref, "metrics"), "live", is);
  });
}

/// A time written when the deed is done, not when the table was made.
Deed time_in_other_config(const std::string& key, Duration from_now, const std::string& before,
                          const std::string& more) {
  return [=](sim::Simulation& sim) { other_config(key, before + epoch(from_now), more)(sim); };
}

Deed each(std::vector<Deed> deeds) {
  return [deeds = std::move(deeds)](sim::Simulation& sim) {
    for (const Deed& deed : deeds) deed(sim);
  };
}

std::vector<SpoiledFact> facts() {
  return {
      {"paused", time_in_other_config("xenha:paused", 1h, "reason=disks;until=", ""), {"paused"}},
      {"pause_without_end",
       other_config("xenha:paused", "reason=disks"),
       {"paused"},
       "",
       no_other_config("xenha:paused")},
      {"a_read_fails",
       command("answers", R"({"method": "host.get_servertime", "fault": "garble"})"),
       {"facts_unknown"},
       "",
       command("answers", R"({"method": "host.get_servertime", "fault": "none"})")},
      {"tasks_hang",
       command("answers", R"({"method": "task.get_all_records", "fault": "hang"})"),
       {"facts_unknown", "operation_running"},
       "what runs on the pool is read from the tasks",
       command("answers", R"({"method": "task.get_all_records", "fault": "none"})"),
       true},
      {"operation",
       command("set-field", R"({"field": "current_operations", "value": {"OpaqueRef:x": "ha_enable"}})"),
       {"operation_running"},
       "",
       command("set-field", R"({"field": "current_operations", "value": {}})")},
      {"pending_task",
       in_world([](sim::World& world) {
         database(world).create("task", {{"name_label", "Async.pool.enable_ha"}, {"status", "pending"}});
       }),
       {"operation_running"},
       "",
       in_world([](sim::World& world) {
         sim::Database& db = database(world);
         for (const std::string& task : db.find_by_name("task", "Async.pool.enable_ha"))
           db.set("task", task, "status", "success");
       })},
      {"rolling_upgrade",
       command("rolling-upgrade"),
       {"upgrade"},
       "",
       command("rolling-upgrade", R"({"on": false})")},
      {"mixed_versions",
       command(
           "set-field",
           R"({"class": "host", "host": 3, "field": "software_version", "value": {"product_version": "8.1.0"}})"),
       {"upgrade"},
       "",
       in_world([](sim::World& world) {
         sim::Database& db = database(world);
         db.set("host", site(world).hosts[2]->ref, "software_version",
                db.get("host", site(world).hosts[1]->ref, "software_version"));
       })},
      {"split_brain",
       command("split-brain", R"({"host": 2})"),
       {"masters_disagree"},
       "",
       in_world([](sim::World& world) {
         sim::reset_master(*site(world).hosts[1], site(world).hosts[0]->address);
       })},
      {"a_host_names_another_master",
       in_world(
           [](sim::World& world) { site(world).hosts[2]->master_address = site(world).hosts[1]->address; }),
       {"masters_disagree"},
       "",
       in_world(
           [](sim::World& world) { site(world).hosts[2]->master_address = site(world).hosts[0]->address; })},
      {"host_refuses",
       command("network", R"({"host": 3, "mode": "refuse"})"),
       {"host_unreachable", "host_emergency"},
       kAskItself,
       command("network", R"({"host": 3, "mode": "up"})")},
      {"host_hangs",
       command("network", R"({"host": 3, "mode": "hang"})"),
       {"host_unreachable", "host_emergency"},
       kAskItself,
       command("network", R"({"host": 3, "mode": "up"})"),
       true},
      {"host_off",
       command("power-off", R"({"host": 4})"),
       {"host_unreachable", "host_emergency"},
       kAskItself,
       command("power-on", R"({"host": 4})"),
       true},
      {"host_not_live", live(false), {"host_not_live"}, "", live(true)},
      {"host_disabled",
       command("maintenance", R"({"host": 3, "on": true})"),
       {"host_disabled"},
       "",
       command("maintenance", R"({"host": 3, "on": false})")},
      {"host_in_emergency",
       command("emergency", R"({"host": 3, "code": "HOST_UNKNOWN_TO_MASTER"})"),
       {"host_emergency"},
       "",
       command("clear-emergency", R"({"host": 3})")},
      {"masters_toolstack_is_young",
       time_in_other_config("agent_start_time", -10s, "", kMasterStarted),
       {"settling"}},
      {"slave_booted_just_now", time_in_other_config("boot_time", -10s, "", kThirdBooted), {"settling"}},
      {"cloud_is_down", command("cs-network", R"({"mode": "refuse"})"), kWithoutCloud, kOneCloud,
       command("cs-network", R"({"mode": "up"})")},
      {"cloud_hangs", command("cs-network", R"({"mode": "hang"})"), kWithoutCloud, kOneCloud,
       command("cs-network", R"({"mode": "up"})"), true},
      {"cloud_sends_garbage", command("cs-network", R"({"mode": "garble"})"), kWithoutCloud, kOneCloud,
       command("cs-network", R"({"mode": "up"})")},
      {"cloud_lost_a_host",
       in_world([](sim::World& world) {
         world.clouds.front()->host_of(*site(world).hosts[3])->state = sim::cloud::HostState::kRemoved;
       }),
       {"cloud_unknown"},
       "",
       in_world([](sim::World& world) {
         for (const auto& host : world.clouds.front()->hosts) host->state = sim::cloud::HostState::kUp;
       })},
      {"cloud_host_disabled",
       command("cs-disable-host", R"({"host": 3, "on": true})"),
       {"cloud_maintenance"},
       "",
       command("cs-disable-host", R"({"host": 3, "on": false})")},
      {"cloud_connects_to_a_host",
       command("cs-state", R"({"host": 3, "state": "Connecting", "silent": true, "hold": true})"),
       {"cloud_host_state"},
       "",
       command("cs-state", R"({"host": 3, "state": "Up"})")},
      {"cloud_unmanaged", command("cs-unmanage"), {"cloud_unmanaged"}, "", command("cs-manage")},
      {"cloud_quiet",
       each({command("cs-maintenance", R"({"host": 3, "on": true})"),
             [](sim::Simulation& sim) { sim.advance(30s); },
             command("cs-maintenance", R"({"host": 3, "on": false})")}),
       {"cloud_quiet"}},
      {"intent", command("intent", R"({"host": 2})"), {"operator_intent"}},
      {"huge_audit_log",
       in_world([](sim::World& world) {
         for (int i = 0; i < 40; ++i)
           site(world).master()->audit.push_back(
               {"20990101T00:00:00.000Z", "[x|audit|" + std::string(1 << 20, 'x')});
       }),
       {"operator_intent"},
       "",
       in_world([](sim::World& world) { site(world).master()->audit.clear(); })},
      {"pbd_unplugged",
       command("unplug-pbd", R"({"host": 2})"),
       {"sr_not_plugged"},
       "",
       command("plug-pbd", R"({"host": 2})")},
      {"sr_not_shared",
       command("set-field", R"({"class": "SR", "name": "MGMT-HA", "field": "shared", "value": false})"),
       {"sr_not_shared"},
       "",
       command("set-field", R"({"class": "SR", "name": "MGMT-HA", "field": "shared", "value": true})")},
      {"no_room",
       each({command("dangle-statefile"),
             command("set-sr-space", R"({"size": 1073741824, "used": 1073741824})")}),
       {"sr_no_room"},
       "",
       command("set-sr-space", R"({"size": 10737418240, "used": 0})")},
      {"not_licensed",
       command("licence", R"({"on": false})"),
       {"not_licensed"},
       "",
       command("licence", R"({"on": true})")},
  };
}

}  // namespace

void PrintTo(const SpoiledFact& fact, std::ostream* out) {
  *out << fact.name;
}

const std::vector<SpoiledFact>& spoiled_facts() {
  static const std::vector<SpoiledFact> all = facts();
  return all;
}

Deed command(const std::string& name, const std::string& arguments_json) {
  return [name, arguments_json](sim::Simulation& sim) {
    const Result<std::string> done = sim.command(name, arguments_json);
    if (!done) throw std::runtime_error(name + " " + arguments_json + ": " + done.error().message);
  };
}

Deed other_config(const std::string& key, const std::string& value, const std::string& more) {
  return command("set-other-config", R"({"key": ")" + key + R"(", "value": ")" + value + "\"" + more + "}");
}

Deed no_other_config(const std::string& key, const std::string& more) {
  return command("set-other-config", R"({"key": ")" + key + "\"" + more + "}");
}

std::string epoch(Duration from_now) {
  const auto when = std::chrono::system_clock::now() + from_now;
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count());
}

}  // namespace xenha::test
