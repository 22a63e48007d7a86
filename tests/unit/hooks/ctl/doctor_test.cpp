// One pool as S1 to S8 want it; every row breaks one practice and says what `doctor` finds.
#include <gmock/gmock.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "hooks/ctl/daemon.h"
#include "hooks/ctl/doctor/screen.h"
#include "tests/unit/hooks/ctl/pool_status_builder.h"
#include "tests/unit/hooks/ctl/screens.h"

namespace xenha::ctl {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;

model::HostRecord host(const std::string& name) {
  return {.uuid = "uuid-" + name,
          .name_label = name,
          .address = "10.0.0." + name.substr(2),
          .enabled = true,
          .metrics = "metrics-" + name,
          .product_version = "8.2.1",
          .product_brand = "XCP-ng",
          .api_major = 2,
          .api_minor = 15,
          .has_ha_statefile = true,
          .cloud_heartbeat_srs = {"uuid-primary"}};
}

DoctorFacts as_it_should_be() {
  const PoolStatus status = finished(healthy_pool());
  DoctorFacts f;
  f.pool = "cluster1";
  f.configured_sr = "MGMT-HA";
  f.cloudstack = "cloud1";
  f.has_actor = true;
  f.situation = status.situation;
  f.situation.cloud->cluster_id = "cluster-1";
  f.db.pools["pool"] = {.uuid = "uuid-pool",
                        .master = "xs1",
                        .ha_enabled = true,
                        .ha_timeout = "90",
                        .ha_statefiles = std::vector<std::string>{"statefile"},
                        .ha_host_failures_to_tolerate = 0,
                        .ha_licensed = true};
  f.db.srs["sr"] = {.uuid = "uuid-sr",
                    .name_label = "MGMT-HA",
                    .type = "nfs",
                    .shared = true,
                    .physical_size = 8192 * kMiB,
                    .physical_utilisation = 1024 * kMiB};
  f.db.srs["primary"] = {.uuid = "uuid-primary", .name_label = "44ad900d", .type = "nfs", .shared = true};
  f.db.vdis["statefile"] = {.sr = "sr", .type = "ha_statefile", .virtual_size = 4 * kMiB};
  f.db.vdis["metadata"] = {.sr = "sr", .type = "redo_log", .ha_metadata = true, .virtual_size = 256 * kMiB};
  for (const char* name : {"xs1", "xs2", "xs3"}) {
    f.db.hosts[name] = host(name);
    f.db.pbds[std::string("pbd-") + name] = {
        .host = name, .sr = "sr", .currently_attached = true, .paths_active = 2, .paths = 2};
    f.members.push_back({.uuid = std::string("uuid-") + name, .label = name, .ref = name});
  }
  f.heartbeat_sr = "sr";
  f.heartbeat_in_use = true;
  f.all_vdis_read = true;
  f.protected_vms.emplace();
  f.cloud.version = {4, 20, 3};
  f.cloud.version_text = "4.20.3.0";
  f.cloud.settings = cloudstack::Settings{
      .settings = {{"alert.wait", 60, {}, false}, {"vm.ha.enabled", {}, 1, true}}, .ha_tag = {}};
  f.cloud.storage_pools = std::vector<model::CloudStoragePool>{{.id = "44ad900d",
                                                                .name = "ps-nfs",
                                                                .type = "NetworkFilesystem",
                                                                .state = "Up",
                                                                .cluster_id = "cluster-1"}};
  f.cloud.hosts = std::vector<model::CloudHost>{{.id = "1", .name = "xs1"}, {.id = "2", .name = "xs2"}};
  f.cloud.user_vms = 12;
  f.cloud.user_vms_with_ha = 12;
  f.exporter = status.exporter;
  f.hooks = status.hooks;
  return f;
}

model::PoolRecord& pool(DoctorFacts& f) {
  return f.db.pools["pool"];
}

void switch_off(DoctorFacts& f) {
  f.situation.ha_enabled = false;
  f.heartbeat_in_use = false;
  for (hooks::HostSituation& each : f.situation.hosts) each.armed = false;
}

void make_old(DoctorFacts& f) {
  for (auto& [ref, each] : f.db.hosts) each.api_minor = 2;
  f.hotfix = std::map<std::string, bool>{{"xs1", true}, {"xs2", true}, {"xs3", true}};
}

struct Row {
  const char* name;
  std::function<void(DoctorFacts&)> spoil;
  const char* check;
  CheckState state;
  const char* fact;  ///< part of it
  const char* fix;   ///< part of fix and command
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

constexpr auto kFail = CheckState::kFail;
constexpr auto kUnknown = CheckState::kUnknown;

const Row kRows[] = {
    {"s1_ha_off", switch_off, "ha_on", kFail, "if the master dies, no host takes over",
     "xenhactl ha enable cluster1"},
    {"s1_not_armed", [](DoctorFacts& f) { f.situation.hosts[2].armed = false; }, "armed", kFail,
     "xs3 has no access to the heartbeat disk", "storage path"},
    {"s1_two_masters", [](DoctorFacts& f) { f.situation.hosts[1].claims_master = true; }, "one_master", kFail,
     "two masters: xs1, xs2", "xenhactl status"},
    {"s1_no_master", [](DoctorFacts& f) { f.situation.hosts[0].claims_master = false; }, "one_master", kFail,
     "no host acts as master", "xenhactl status cluster1"},
    {"s1_follows_another", [](DoctorFacts& f) { f.situation.hosts[1].believed_master = "xs3"; }, "one_master",
     kFail, "a host follows xs3, and the master is xs1", "xenhactl status"},
    {"s1_member_off",
     [](DoctorFacts& f) {
       f.situation.hosts[1].reachable = false;
       f.situation.hosts[1].live = false;
       f.situation.hosts[1].believed_master.clear();
       f.situation.cloud->hosts[1].state = "Down";
     },
     "members", kFail, "not there: xs2", "xenhactl host return cluster1 xs2"},
    {"s1_emergency", [](DoctorFacts& f) { f.situation.hosts[1].emergency = true; }, "members", kFail,
     "xs2 is in emergency mode", "xenhactl status"},
    {"s1_disabled", [](DoctorFacts& f) { f.situation.hosts[1].enabled = false; }, "members", kFail,
     "xs2 is disabled", "xenhactl status"},
    {"s1_unlicensed", [](DoctorFacts& f) { f.situation.licensed = false; }, "licence", kFail,
     "licence does not allow HA", "Apply a licence"},
    {"s1_cloudstack_before_4_3_2",
     [](DoctorFacts& f) {
       f.cloud.version = {4, 3, 1};
       f.cloud.version_text = "4.3.1";
     },
     "cloudstack_version", kFail, "CloudStack 4.3.1 promotes masters itself", "4.3.2"},
    {"s2_hotfix",
     [](DoctorFacts& f) {
       make_old(f);
       (*f.hotfix)["xs2"] = false;
     },
     "hotfix", kFail, "without hotfix XS62ESP1004: xs2", "every host"},
    {"s3_not_configured", [](DoctorFacts& f) { f.configured_sr.clear(); }, "sr_configured", kFail,
     "no heartbeat_sr", "heartbeat_sr: MGMT-HA"},
    {"s3_configured_elsewhere",
     [](DoctorFacts& f) {
       f.db.srs["other"] = {.uuid = "uuid-other", .name_label = "HB2", .type = "nfs", .shared = true};
       f.configured_sr = "HB2";
     },
     "sr_in_use", kFail, "the heartbeat is on MGMT-HA, not on HB2",
     "xenhactl ha disable cluster1 && xenhactl ha enable"},
    {"s3_not_shared", [](DoctorFacts& f) { f.db.srs["sr"].shared = false; }, "sr_shared", kFail,
     "no shared SR", "NFS"},
    {"s3_unplugged", [](DoctorFacts& f) { f.db.pbds["pbd-xs2"].currently_attached = false; }, "sr_plugged",
     kFail, "not plugged in on xs2", "xe pbd-list sr-uuid=uuid-sr"},
    {"s3_no_pbd", [](DoctorFacts& f) { f.db.pbds.erase("pbd-xs2"); }, "sr_plugged", kFail,
     "not plugged in on xs2", "pbd-plug"},
    {"s3_fewer_paths", [](DoctorFacts& f) { f.db.pbds["pbd-xs2"].paths_active = 1; }, "sr_paths", kFail,
     "xs2 has 1 of 2", "paths back"},
    {"s3_other_disks", [](DoctorFacts& f) { f.db.vdis["foreign"] = {.sr = "sr", .type = "user"}; },
     "sr_dedicated", kFail, "1 other disk lies on MGMT-HA", "xe vdi-list sr-uuid=uuid-sr"},
    {"s3_primary_storage",
     [](DoctorFacts& f) {
       f.cloud.storage_pools->push_back(
           {.id = "x", .type = "PreSetup", .path = "/MGMT-HA", .cluster_id = "cluster-1"});
     },
     "sr_not_primary", kFail, "CloudStack uses MGMT-HA as primary storage", "Take it out of CloudStack"},
    {"s3_too_small_after_an_upgrade",
     [](DoctorFacts& f) {
       for (auto& [ref, each] : f.db.hosts) each.xapi_build = "24.11.0";
       f.db.srs["sr"].physical_size = 1024 * kMiB;
       f.db.srs["sr"].physical_utilisation = 261 * kMiB;
     },
     "sr_room", kFail, "has 0.7 GiB free, the next enabling of HA needs 3.7 GiB", "Make it larger"},
    {"s3_statefile_gone",
     [](DoctorFacts& f) {
       pool(f).ha_statefiles = std::vector<std::string>{"gone"};
       f.heartbeat_in_use = false;
     },
     "statefile", kFail, "heartbeat disk that is not there any more", "xenhactl ha disable"},
    {"s4_no_actor", [](DoctorFacts& f) { f.has_actor = false; }, "actor", kFail, "no actor is configured",
     "pool-operator"},
    {"s5_timeout", [](DoctorFacts& f) { pool(f).ha_timeout = "60"; }, "timeout", kFail,
     "the HA timeout is 60 s, at least 90 s are expected",
     "xenhactl ha disable cluster1 && xenhactl ha enable cluster1"},
    {"s5_timeout_is_nonsense", [](DoctorFacts& f) { pool(f).ha_timeout = "soon"; }, "timeout", kFail,
     "is no number", "xenhactl ha enable"},
    {"s6_priority", [](DoctorFacts& f) { f.protected_vms = std::vector<std::string>{"i-2-3-VM"}; },
     "restart_priority", kFail, "XenServer itself would restart i-2-3-VM", "ha-restart-priority="},
    {"s6_failures_to_tolerate", [](DoctorFacts& f) { pool(f).ha_host_failures_to_tolerate = 1; },
     "failures_to_tolerate", kFail, "host failures to tolerate is 1", "ha-host-failures-to-tolerate=0"},
    {"s7_no_vm_has_ha", [](DoctorFacts& f) { f.cloud.user_vms_with_ha = 0; }, "vms_have_ha", kFail,
     "0 of 12 user VMs", "compute offering"},
    {"s7_last_failover_left_vms_down",
     [](DoctorFacts& f) {
       f.last_failover = LastFailover{"id-1", "xs3", "partial", status_now() - 30h, {}};
     },
     "last_failover", kFail, "of xs3 at 2027-01-14 02:00:00 UTC, left VMs down", "xenhactl failovers id-1"},
    {"s8_alert_wait",
     [](DoctorFacts& f) {
       f.cloud.settings->settings[0] = {"alert.wait", 1800, {}, true};
     },
     "alert_wait", kFail,
     "alert.wait is only the default, 1800 s; in this release it bounds how long the state of a host may "
     "stay undetermined",
     "to 60"},
    {"s8_alert_wait_is_nonsense",
     [](DoctorFacts& f) {
       f.cloud.settings->settings[0] = {"alert.wait", {}, {}, false};
     },
     "alert_wait", kFail, "alert.wait is set to what is no number", "to 60"},
    {"vm_ha_off", [](DoctorFacts& f) { f.cloud.settings->settings[1].value = 0; }, "vm_ha_enabled", kFail,
     "CloudStack restarts no VM", "vm.ha.enabled to true"},
    {"ha_tag_on_no_host", [](DoctorFacts& f) { f.cloud.settings->ha_tag = "ha"; }, "ha_tag", kFail,
     "no host of the cluster", "Give hosts the tag"},
    {"no_heartbeats_of_cloudstacks", [](DoctorFacts& f) { f.db.srs["primary"].type = "lvmofcoe"; },
     "primary_heartbeat", kFail, "no primary SR is of a type that CloudStack heartbeats on (lvmofcoe)",
     "NFS"},
    {"unmanaged", [](DoctorFacts& f) { f.situation.cloud->managed_state = "Unmanaged"; }, "cluster_managed",
     kFail, "the cluster is Unmanaged", "Manage the cluster"},
    {"host_in_alert", [](DoctorFacts& f) { f.situation.cloud->hosts[1].state = "Alert"; }, "cloud_hosts",
     kFail, "xs2 is Alert", "Up there"},
    {"host_in_maintenance",
     [](DoctorFacts& f) { f.situation.cloud->hosts[1].resource_state = "Maintenance"; }, "cloud_hosts", kFail,
     "xs2 is in Maintenance", "Up there"},
    {"hooks_gave_up",
     [](DoctorFacts& f) {
       f.hooks.gave_up = HooksWord::Evaluation{status_now(), "", "flap", "off again"};
     },
     "hooks", kFail, "gave up on this pool: off again", "xenhactl clear cluster1"},
    {"hooks_without_policy", [](DoctorFacts& f) { f.hooks.policies = 0; }, "hooks", kFail,
     "ignores every alert", "hooks.policies"},

    {"settings_not_read", [](DoctorFacts& f) { f.cloud.settings.reset(); }, "alert_wait", kUnknown,
     "was not read", ""},
    {"vms_not_read", [](DoctorFacts& f) { f.protected_vms.reset(); }, "restart_priority", kUnknown,
     "was not read", ""},
    {"disks_not_read", [](DoctorFacts& f) { f.all_vdis_read = false; }, "sr_dedicated", kUnknown,
     "was not read", ""},
    {"licence_not_read", [](DoctorFacts& f) { f.situation.licensed.reset(); }, "licence", kUnknown,
     "was not read", ""},
    {"exporter_away",
     [](DoctorFacts& f) { f.exporter = {.problem = "xenha-exporter: refused", .fix = "Start it."}; },
     "exporter", kUnknown, "refused", "Start it."},
    {"hooks_away", [](DoctorFacts& f) { f.hooks = {.problem = "xenha-hooks: 401", .fix = "Correct that."}; },
     "hooks", kUnknown, "401", "Correct that."},
};

/// What else cannot be told then.
const std::map<std::string, std::vector<std::string>> kFollows{
    {"settings_not_read", {"vm_ha_enabled", "ha_tag"}},
    {"exporter_away", {"last_failover"}},
    {"exporter_wants_a_login", {"last_failover"}},
};

class DoctorFinds : public testing::TestWithParam<Row> {};

TEST_P(DoctorFinds, ExactlyWhatIsBroken) {
  const Row& row = GetParam();
  DoctorFacts facts = as_it_should_be();
  row.spoil(facts);
  std::vector<std::string> objecting;
  for (const Check& check : run_checks(facts)) {
    if (check.name == row.check) {
      EXPECT_EQ(check.state, row.state) << check.fact;
      EXPECT_THAT(check.fact, HasSubstr(row.fact));
      EXPECT_THAT(check.fix + " " + check.command, HasSubstr(row.fix));
    }
    if (check.state == CheckState::kFail || check.state == CheckState::kUnknown)
      objecting.push_back(check.name);
  }
  std::vector<std::string> expected{row.check};
  if (const auto more = kFollows.find(row.name); more != kFollows.end())
    expected.insert(expected.end(), more->second.begin(), more->second.end());
  EXPECT_THAT(objecting, testing::UnorderedElementsAreArray(expected));
  EXPECT_EQ(screen_problem(doctor_screen(facts, run_checks(facts), {})), "");
}

INSTANTIATE_TEST_SUITE_P(Rows, DoctorFinds, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Doctor, FindsNothingWhereEverythingIsAsItShouldBe) {
  const DoctorFacts facts = as_it_should_be();
  for (const Check& check : run_checks(facts)) {
    EXPECT_TRUE(check.state == CheckState::kPass || check.state == CheckState::kNotApplicable)
        << check.name << ": " << check.fact;
    EXPECT_EQ(check.fix + check.command, "") << check.name;
  }
  EXPECT_SCREEN("doctor/all_well.txt", doctor_screen(facts, run_checks(facts), {}));
}

TEST(Doctor, SaysWhatAlertWaitBoundsInEachRelease) {
  DoctorFacts facts = as_it_should_be();
  const auto fact_of = [&](cloudstack::Version version) {
    facts.cloud.version = version;
    for (const Check& check : run_checks(facts))
      if (check.name == "alert_wait") return check.fact;
    return std::string();
  };
  EXPECT_THAT(fact_of({4, 3, 2}), HasSubstr("before Alert, which starts VM HA"));
  EXPECT_THAT(fact_of({4, 5, 2}), HasSubstr("does not delay VM HA"));
  EXPECT_THAT(fact_of({4, 11, 3}), HasSubstr("Alert starts none"));
}

TEST(Doctor, WantsNoHaWhereAMasterIsReplacedWithoutIt) {
  DoctorFacts facts = as_it_should_be();
  make_old(facts);
  for (auto& [host_name, applied] : *facts.hotfix) applied = false;
  facts.cloud = {};
  facts.cloudstack.clear();
  facts.situation.cloud.reset();
  switch_off(facts);
  for (const Check& check : run_checks(facts)) {
    if (check.name == "ha_on") {
      EXPECT_EQ(check.state, CheckState::kNotApplicable) << check.fact;
    }
    if (check.practice == "VM HA") {
      EXPECT_EQ(check.state, CheckState::kNotApplicable) << check.name;
    }
  }
}

TEST(Doctor, KnowsNothingWithoutAMaster) {
  DoctorFacts facts = as_it_should_be();
  facts.db = {};
  facts.members.clear();
  facts.heartbeat_sr.clear();
  facts.all_vdis_read = false;
  facts.protected_vms.reset();
  facts.situation.ha_enabled.reset();
  facts.situation.licensed.reset();
  facts.situation.failed_reads = {"no host gave a session as master of this pool"};
  for (hooks::HostSituation& each : facts.situation.hosts) {
    each.live.reset();
    each.enabled.reset();
    each.armed.reset();
  }
  facts.situation.hosts[0].reachable = false;
  facts.situation.hosts[0].claims_master.reset();
  facts.situation.hosts[0].believed_master.clear();
  EXPECT_SCREEN("doctor/no_master.txt", doctor_screen(facts, run_checks(facts), {}));
}

TEST(Doctor, ShowsFailuresFirstWithTheirFixes) {
  DoctorFacts facts = as_it_should_be();
  pool(facts).ha_timeout = "60";
  facts.cloud.settings->settings[0] = {"alert.wait", 1800, {}, true};
  facts.exporter = {.problem = "xenha-exporter: 127.0.0.1:10045: connection refused",
                    .fix = how_to_reach(Daemon::kExporter)};
  EXPECT_SCREEN("doctor/some_broken.txt", doctor_screen(facts, run_checks(facts), {}));
  EXPECT_GOLDEN("ctl/doctor/some_broken.json", doctor_json(facts, run_checks(facts)).dump(2) + "\n");
}

}  // namespace
}  // namespace xenha::ctl
