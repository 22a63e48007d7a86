// One good situation; every row spoils one fact and says what follows.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "hooks/decision/guards.h"
#include "hooks/decision/reenable_ha.h"

namespace xenha::hooks {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMiB = 1024 * 1024;
const WallTime kNow = WallTime(std::chrono::seconds(1'800'000'000));

/// Three hosts, HA off for an unknown reason, everything else as it should be.
Situation safe_to_enable() {
  Situation s;
  s.pool = "cluster1";
  s.now = kNow;
  s.kill_switch = false;
  s.oldest_read = kNow - 2s;
  s.master_uuid = "uuid-a";
  s.ha_enabled = false;
  s.operations.emplace();
  s.rolling_upgrade = false;
  s.licensed = true;
  for (const char* name : {"a", "b", "c"})
    s.hosts.push_back({.uuid = std::string("uuid-") + name,
                       .label = name,
                       .reachable = true,
                       .claims_master = name == std::string("a"),
                       .believed_master = "a",
                       .emergency = false,
                       .live = true,
                       .enabled = true,
                       .armed = false,
                       .version = "8.2.1 release"});
  s.master_started = kNow - 240h;
  s.last_change = kNow - 5min;
  s.last_change_what = "HA went off";
  s.audit.read = true;
  s.sr = SrSituation{.uuid = "sr-1",
                     .name = "MGMT-HA",
                     .shared = true,
                     .pbds_known = true,
                     .free_bytes = 8192 * kMiB,
                     .required_bytes = 260 * kMiB};
  s.last_good_sr = "sr-1";
  s.configured_sr = "MGMT-HA";
  s.cloud = CloudSituation{.managed_state = "Managed",
                           .hosts = {{"a", "Up", "Enabled"}, {"b", "Up", "Enabled"}, {"c", "Up", "Enabled"}}};
  s.fleet = {.configured = 10, .wanting = 1, .joined = {kNow - 6min}};
  return s;
}

struct Row {
  const char* name;
  std::function<void(Situation&)> spoil;
  Reason reason;
  Verdict verdict;
  GuardState state = GuardState::kFail;
  bool latch = false;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

constexpr auto kUnknown = GuardState::kUnknown;
constexpr auto kPass = GuardState::kPass;

const Row kRows[] = {
    {"nothing_wrong", [](Situation&) {}, Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"no_cloudstack", [](Situation& s) { s.cloud.reset(); }, Reason::kSafeToEnable, Verdict::kAct, kPass},

    {"no_policy", [](Situation& s) { s.policy_known = false; }, Reason::kNoPolicy, Verdict::kIgnored},
    {"kill_switch", [](Situation& s) { s.kill_switch = true; }, Reason::kKillSwitch, Verdict::kRefuse},
    {"kill_switch_unreadable", [](Situation& s) { s.kill_switch.reset(); }, Reason::kKillSwitch,
     Verdict::kRefuse, kUnknown},

    {"paused_here",
     [](Situation& s) {
       s.journal.paused = Mark{"disks are changed", kNow + 1h};
     },
     Reason::kPaused, Verdict::kWait},
    {"pause_here_is_over",
     [](Situation& s) {
       s.journal.paused = Mark{"disks are changed", kNow};
     },
     Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"paused_on_the_pool",
     [](Situation& s) {
       s.paused = Mark{"reason=x", kNow + 1s};
     },
     Reason::kPaused, Verdict::kWait},
    {"paused_without_readable_end",
     [](Situation& s) {
       s.paused = Mark{"until=tomorrow", {}};
     },
     Reason::kPaused, Verdict::kWait},
    {"pause_on_the_pool_is_over",
     [](Situation& s) {
       s.paused = Mark{"reason=x", kNow - 1s};
     },
     Reason::kSafeToEnable, Verdict::kAct, kPass},

    {"gave_up", [](Situation& s) { s.journal.latched = "LICENCE_RESTRICTION"; }, Reason::kGaveUp,
     Verdict::kRefuse},

    {"a_read_failed", [](Situation& s) { s.failed_reads = {"SR records: timeout"}; }, Reason::kFactsUnknown,
     Verdict::kWait, kUnknown},
    {"nothing_was_read", [](Situation& s) { s.oldest_read.reset(); }, Reason::kFactsUnknown, Verdict::kWait,
     kUnknown},
    {"no_master_answered", [](Situation& s) { s.master_uuid.clear(); }, Reason::kFactsUnknown, Verdict::kWait,
     kUnknown},
    {"ha_not_read", [](Situation& s) { s.ha_enabled.reset(); }, Reason::kFactsUnknown, Verdict::kWait,
     kUnknown},
    {"facts_30_s_old", [](Situation& s) { s.oldest_read = kNow - 30s; }, Reason::kSafeToEnable, Verdict::kAct,
     kPass},
    {"facts_31_s_old", [](Situation& s) { s.oldest_read = kNow - 31s; }, Reason::kFactsUnknown,
     Verdict::kWait, kUnknown},

    {"ha_on_and_armed",
     [](Situation& s) {
       s.ha_enabled = true;
       for (HostSituation& host : s.hosts) host.armed = true;
     },
     Reason::kAlreadyEnabled, Verdict::kDone},
    {"ha_on_one_not_armed",
     [](Situation& s) {
       s.ha_enabled = true;
       for (HostSituation& host : s.hosts) host.armed = host.label != "c";
     },
     Reason::kAlreadyEnabled, Verdict::kWait},
    {"ha_on_one_not_known_armed",
     [](Situation& s) {
       s.ha_enabled = true;
       for (HostSituation& host : s.hosts) host.armed = true;
       s.hosts[1].armed.reset();
     },
     Reason::kAlreadyEnabled, Verdict::kWait},

    {"an_operation_runs", [](Situation& s) { s.operations = {"ha_disable"}; }, Reason::kOperationRunning,
     Verdict::kWait},
    {"operations_not_read", [](Situation& s) { s.operations.reset(); }, Reason::kOperationRunning,
     Verdict::kWait, kUnknown},

    {"rolling_upgrade", [](Situation& s) { s.rolling_upgrade = true; }, Reason::kUpgrade, Verdict::kWait},
    {"rolling_upgrade_not_read", [](Situation& s) { s.rolling_upgrade.reset(); }, Reason::kUpgrade,
     Verdict::kWait, kUnknown},
    {"mixed_versions", [](Situation& s) { s.hosts[2].version = "8.3.0"; }, Reason::kUpgrade, Verdict::kWait},
    {"a_version_not_read", [](Situation& s) { s.hosts[2].version.clear(); }, Reason::kUpgrade, Verdict::kWait,
     kUnknown},

    {"no_master", [](Situation& s) { s.hosts[0].claims_master = false; }, Reason::kMastersDisagree,
     Verdict::kWait},
    {"two_masters", [](Situation& s) { s.hosts[1].claims_master = true; }, Reason::kMastersDisagree,
     Verdict::kWait},
    {"one_follows_another", [](Situation& s) { s.hosts[2].believed_master = "b"; }, Reason::kMastersDisagree,
     Verdict::kWait},
    {"whom_one_follows_is_not_known", [](Situation& s) { s.hosts[2].believed_master.clear(); },
     Reason::kMastersDisagree, Verdict::kWait, kUnknown},
    {"whether_one_claims_is_not_known", [](Situation& s) { s.hosts[2].claims_master.reset(); },
     Reason::kMastersDisagree, Verdict::kWait, kUnknown},

    {"one_unreachable", [](Situation& s) { s.hosts[1].reachable = false; }, Reason::kHostUnreachable,
     Verdict::kWait},
    {"one_unreachable_thinks_what_nobody_knows",
     [](Situation& s) {
       s.hosts[1].reachable = false;
       s.hosts[1].claims_master.reset();
       s.hosts[1].believed_master.clear();
     },
     Reason::kHostUnreachable, Verdict::kWait},
    {"one_not_asked", [](Situation& s) { s.hosts[1].reachable.reset(); }, Reason::kHostUnreachable,
     Verdict::kWait, kUnknown},
    {"one_dead", [](Situation& s) { s.hosts[1].live = false; }, Reason::kHostNotLive, Verdict::kWait},
    {"live_not_read", [](Situation& s) { s.hosts[1].live.reset(); }, Reason::kHostNotLive, Verdict::kWait,
     kUnknown},
    {"one_disabled", [](Situation& s) { s.hosts[1].enabled = false; }, Reason::kHostDisabled, Verdict::kWait},
    {"enabled_not_read", [](Situation& s) { s.hosts[1].enabled.reset(); }, Reason::kHostDisabled,
     Verdict::kWait, kUnknown},
    {"one_in_emergency", [](Situation& s) { s.hosts[1].emergency = true; }, Reason::kHostEmergency,
     Verdict::kWait},
    {"one_in_emergency_names_nobody",
     [](Situation& s) {
       s.hosts[1].emergency = true;
       s.hosts[1].believed_master.clear();
     },
     Reason::kHostEmergency, Verdict::kWait},
    {"emergency_not_read", [](Situation& s) { s.hosts[1].emergency.reset(); }, Reason::kHostEmergency,
     Verdict::kWait, kUnknown},

    {"toolstack_59_s_old", [](Situation& s) { s.master_started = kNow - 59s; }, Reason::kSettling,
     Verdict::kWait},
    {"toolstack_60_s_old", [](Situation& s) { s.master_started = kNow - 60s; }, Reason::kSafeToEnable,
     Verdict::kAct, kPass},
    {"toolstack_start_ahead_of_our_clock", [](Situation& s) { s.master_started = kNow + 1h; },
     Reason::kSettling, Verdict::kWait},
    {"toolstack_start_not_read", [](Situation& s) { s.master_started.reset(); }, Reason::kSettling,
     Verdict::kWait, kUnknown},
    {"something_changed_just_now", [](Situation& s) { s.last_change = kNow - 10s; }, Reason::kSettling,
     Verdict::kWait},
    {"no_change_ever_seen", [](Situation& s) { s.last_change.reset(); }, Reason::kSafeToEnable, Verdict::kAct,
     kPass},

    {"cloudstack_silent", [](Situation& s) { s.cloud = CloudSituation{.problem = "timeout"}; },
     Reason::kCloudUnknown, Verdict::kWait, kUnknown},
    {"cluster_not_found", [](Situation& s) { s.cloud->hosts.clear(); }, Reason::kCloudUnknown, Verdict::kWait,
     kUnknown},
    {"cloudstack_lacks_a_host", [](Situation& s) { s.cloud->hosts.pop_back(); }, Reason::kCloudUnknown,
     Verdict::kWait, kUnknown},
    {"cloud_state_unknown", [](Situation& s) { s.cloud->hosts[0].state.clear(); }, Reason::kCloudUnknown,
     Verdict::kWait, kUnknown},
    {"preparing_maintenance",
     [](Situation& s) { s.cloud->hosts[1].resource_state = "PrepareForMaintenance"; },
     Reason::kCloudMaintenance, Verdict::kWait},
    {"maintenance", [](Situation& s) { s.cloud->hosts[1].resource_state = "Maintenance"; },
     Reason::kCloudMaintenance, Verdict::kWait},
    {"error_in_maintenance", [](Situation& s) { s.cloud->hosts[1].resource_state = "ErrorInMaintenance"; },
     Reason::kCloudMaintenance, Verdict::kWait},
    {"error_in_prepare",
     [](Situation& s) { s.cloud->hosts[1].resource_state = "ErrorInPrepareForMaintenance"; },
     Reason::kCloudMaintenance, Verdict::kWait},
    {"disabled_in_cloudstack", [](Situation& s) { s.cloud->hosts[1].resource_state = "Disabled"; },
     Reason::kCloudMaintenance, Verdict::kWait},
    {"cloudstack_connecting", [](Situation& s) { s.cloud->hosts[1].state = "Connecting"; },
     Reason::kCloudHostState, Verdict::kWait},
    {"cloudstack_rebalancing", [](Situation& s) { s.cloud->hosts[1].state = "Rebalancing"; },
     Reason::kCloudHostState, Verdict::kWait},
    // The alert and its cure have one cause: the pool lost HA, then its master.
    {"cloudstack_alert_does_not_object", [](Situation& s) { s.cloud->hosts[1].state = "Alert"; },
     Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"cluster_unmanaged", [](Situation& s) { s.cloud->managed_state = "Unmanaged"; }, Reason::kCloudUnmanaged,
     Verdict::kWait},
    {"maintenance_ended_9_min_ago", [](Situation& s) { s.cloud->maintenance_ended = kNow - 9min; },
     Reason::kCloudQuiet, Verdict::kWait},
    {"maintenance_ended_10_min_ago", [](Situation& s) { s.cloud->maintenance_ended = kNow - 10min; },
     Reason::kSafeToEnable, Verdict::kAct, kPass},

    {"a_procedure_runs",
     [](Situation& s) {
       s.intent = Mark{"by=ann;host=a", kNow + 1h};
     },
     Reason::kOperatorIntent, Verdict::kRefuse},
    {"a_procedure_without_readable_end",
     [](Situation& s) {
       s.intent = Mark{"by=ann", {}};
     },
     Reason::kOperatorIntent, Verdict::kRefuse},
    {"a_procedure_was_forgotten",
     [](Situation& s) {
       s.intent = Mark{"by=ann", kNow - 1s};
     },
     Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"switched_off_by_an_operator",
     [](Situation& s) {
       s.audit.disabled_at = kNow - 1h;
       s.audit.by = "root";
     },
     Reason::kOperatorIntent, Verdict::kRefuse},
    {"switched_off_8_h_ago", [](Situation& s) { s.audit.disabled_at = kNow - 8h; }, Reason::kSafeToEnable,
     Verdict::kAct, kPass},
    {"switched_off_long_ago_but_maintenance_since",
     [](Situation& s) {
       s.audit.disabled_at = kNow - 20h;
       s.last_maintenance = kNow - 7h;
     },
     Reason::kOperatorIntent, Verdict::kRefuse},
    {"switched_off_and_maintenance_long_ago",
     [](Situation& s) {
       s.audit.disabled_at = kNow - 20h;
       s.last_maintenance = kNow - 9h;
     },
     Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"maintenance_before_the_switching_off_counts_for_nothing",
     [](Situation& s) {
       s.audit.disabled_at = kNow - 7h;
       s.last_maintenance = kNow - 30h;
     },
     Reason::kOperatorIntent, Verdict::kRefuse},
    {"audit_log_unreadable", [](Situation& s) { s.audit = {.problem = "403"}; }, Reason::kOperatorIntent,
     Verdict::kRefuse, kUnknown},

    {"no_sr",
     [](Situation& s) {
       s.sr.reset();
       s.configured_sr.clear();
       s.last_good_sr.clear();
     },
     Reason::kSrUnknown, Verdict::kWait, kUnknown},
    {"configured_sr_missing", [](Situation& s) { s.sr.reset(); }, Reason::kSrUnknown, Verdict::kWait,
     kUnknown},
    {"sr_unplugged", [](Situation& s) { s.sr->without_pbd = {"b"}; }, Reason::kSrNotPlugged, Verdict::kWait},
    {"pbds_not_read", [](Situation& s) { s.sr->pbds_known = false; }, Reason::kSrNotPlugged, Verdict::kWait,
     kUnknown},
    {"another_sr_configured", [](Situation& s) { s.last_good_sr = "sr-2"; }, Reason::kSrUnexpected,
     Verdict::kRefuse},
    {"configured_and_never_seen_on", [](Situation& s) { s.last_good_sr.clear(); }, Reason::kSafeToEnable,
     Verdict::kAct, kPass},
    {"none_configured", [](Situation& s) { s.configured_sr.clear(); }, Reason::kSafeToEnable, Verdict::kAct,
     kPass},
    {"sr_local", [](Situation& s) { s.sr->shared = false; }, Reason::kSrNotShared, Verdict::kRefuse},
    {"shared_not_read", [](Situation& s) { s.sr->shared.reset(); }, Reason::kSrNotShared, Verdict::kRefuse,
     kUnknown},
    {"one_byte_too_few", [](Situation& s) { s.sr->free_bytes = 260 * kMiB - 1; }, Reason::kSrNoRoom,
     Verdict::kRefuse},
    {"just_room", [](Situation& s) { s.sr->free_bytes = 260 * kMiB; }, Reason::kSafeToEnable, Verdict::kAct,
     kPass},
    {"old_disks_are_there",
     [](Situation& s) {
       s.sr->free_bytes = 0;
       s.sr->required_bytes = 0;
     },
     Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"room_not_read", [](Situation& s) { s.sr->free_bytes.reset(); }, Reason::kSrNoRoom, Verdict::kRefuse,
     kUnknown},
    {"not_licensed", [](Situation& s) { s.licensed = false; }, Reason::kNotLicensed, Verdict::kRefuse},
    {"licence_not_read", [](Situation& s) { s.licensed.reset(); }, Reason::kNotLicensed, Verdict::kRefuse,
     kUnknown},

    {"attempt_14_min_ago", [](Situation& s) { s.journal.last_attempt = kNow - 14min; }, Reason::kCoolDown,
     Verdict::kWait},
    {"attempt_15_min_ago", [](Situation& s) { s.journal.last_attempt = kNow - 15min; }, Reason::kSafeToEnable,
     Verdict::kAct, kPass},
    {"two_attempts_today", [](Situation& s) { s.journal.attempts_last_day = 2; }, Reason::kTooManyAttempts,
     Verdict::kRefuse},
    {"one_attempt_today", [](Situation& s) { s.journal.attempts_last_day = 1; }, Reason::kSafeToEnable,
     Verdict::kAct, kPass},

    {"three_pools_at_once",
     [](Situation& s) {
       s.fleet = {10, 3, {kNow - 1min, kNow - 1min, kNow}};
     },
     Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"four_pools_at_once",
     [](Situation& s) {
       s.fleet = {10, 4, {kNow - 9min, kNow - 8min, kNow - 2min, kNow - 1min}};
     },
     Reason::kStorm, Verdict::kWait},
    {"four_pools_and_none_joined_for_a_window",
     [](Situation& s) { s.fleet = {10, 4, {kNow - 19min, kNow - 18min, kNow - 12min, kNow - 10min}}; },
     Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"four_pools_over_hours",
     [](Situation& s) { s.fleet = {10, 4, {kNow - 9h, kNow - 6h, kNow - 3h, kNow}}; }, Reason::kSafeToEnable,
     Verdict::kAct, kPass},
    {"a_newcomer_after_the_storm",
     [](Situation&
            s) { s.fleet = {10, 5, {kNow - 40min, kNow - 40min, kNow - 40min, kNow - 40min, kNow - 1min}}; },
     Reason::kStorm, Verdict::kWait},
    {"half_of_the_pools", [](Situation& s) { s.fleet = {8, 4, {kNow - 9h, kNow - 6h, kNow - 3h, kNow}}; },
     Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"more_than_half_of_the_pools",
     [](Situation& s) { s.fleet = {7, 4, {kNow - 9h, kNow - 6h, kNow - 3h, kNow}}; }, Reason::kStorm,
     Verdict::kRefuse, GuardState::kFail, true},
    {"more_than_half_and_cleared_since",
     [](Situation& s) {
       s.fleet = {7, 4, {kNow - 9h, kNow - 6h, kNow - 3h, kNow - 2h}};
       s.journal.cleared = kNow - 1h;
     },
     Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"more_than_half_and_one_joined_after_the_clear",
     [](Situation& s) {
       s.fleet = {7, 4, {kNow - 9h, kNow - 6h, kNow - 3h, kNow}};
       s.journal.cleared = kNow - 1h;
     },
     Reason::kStorm, Verdict::kRefuse, GuardState::kFail, true},
    {"a_clear_is_no_way_round_the_waiting",
     [](Situation& s) {
       s.fleet = {7, 4, {kNow - 3min, kNow - 3min, kNow - 3min, kNow - 3min}};
       s.journal.cleared = kNow - 1min;
     },
     Reason::kStorm, Verdict::kWait},
    {"all_of_three_pools", [](Situation& s) { s.fleet = {3, 3, {kNow, kNow, kNow}}; }, Reason::kSafeToEnable,
     Verdict::kAct, kPass},

    {"other_action", [](Situation& s) { s.fleet.acting = "cluster2"; }, Reason::kOtherAction, Verdict::kWait},
    {"off_again_within_the_hour", [](Situation& s) { s.journal.last_success = kNow - 59min; }, Reason::kFlap,
     Verdict::kRefuse, GuardState::kFail, true},
    {"off_again_and_cleared_since",
     [](Situation& s) {
       s.journal.last_success = kNow - 30min;
       s.journal.cleared = kNow - 1min;
     },
     Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"off_again_after_a_success_that_followed_the_clear",
     [](Situation& s) {
       s.journal.cleared = kNow - 30min;
       s.journal.last_success = kNow - 20min;
     },
     Reason::kFlap, Verdict::kRefuse, GuardState::kFail, true},
    {"off_again_after_an_hour", [](Situation& s) { s.journal.last_success = kNow - 60min; },
     Reason::kSafeToEnable, Verdict::kAct, kPass},
    {"unfinished_attempt", [](Situation& s) { s.journal.unfinished = "begun at 10:00"; },
     Reason::kUnfinishedAttempt, Verdict::kWait},
};

class Decide : public testing::TestWithParam<Row> {};

TEST_P(Decide, FollowsTheTable) {
  Situation situation = safe_to_enable();
  GetParam().spoil(situation);
  const Decision decision = decide_reenable_ha(situation, situation, Policy{.mode = Mode::kAct});
  EXPECT_EQ(word(decision.reason), word(GetParam().reason)) << decision.fact;
  EXPECT_EQ(word(decision.verdict), word(GetParam().verdict)) << decision.fact;
  EXPECT_EQ(decision.latch, GetParam().latch);
  EXPECT_FALSE(decision.fact.empty());
  ASSERT_EQ(decision.guards.size(), guards().size());
  for (const GuardReport& report : decision.guards) {
    EXPECT_FALSE(report.fact.empty()) << word(report.guard);
    if (report.guard == GetParam().reason) {
      EXPECT_EQ(word(report.state), word(GetParam().state));
    }
  }
}
INSTANTIATE_TEST_SUITE_P(All, Decide, testing::ValuesIn(kRows),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Decide, EveryReasonHasARow) {
  std::set<Reason> told;
  for (const Row& row : kRows) told.insert(row.reason);
  EXPECT_EQ(told.size(), kReasons);
}

TEST(Decide, TheFirstObjectorHasTheLastWord) {
  Situation situation = safe_to_enable();
  for (const Reason reason :
       {Reason::kUnfinishedAttempt, Reason::kHostNotLive, Reason::kPaused, Reason::kKillSwitch}) {
    if (reason == Reason::kUnfinishedAttempt) situation.journal.unfinished = "x";
    if (reason == Reason::kHostNotLive) situation.hosts[0].live = false;
    if (reason == Reason::kPaused) situation.paused = Mark{"x", kNow + 1h};
    if (reason == Reason::kKillSwitch) situation.kill_switch = true;
    EXPECT_EQ(word(decide_reenable_ha(situation, situation, {}).reason), word(reason));
  }
}

TEST(Decide, NothingIsDoneButInModeAct) {
  const Situation situation = safe_to_enable();
  EXPECT_EQ(decide_reenable_ha(situation, situation, Policy{}).verdict, Verdict::kWouldAct);
  EXPECT_EQ(decide_reenable_ha(situation, situation, Policy{.mode = Mode::kStandby}).verdict,
            Verdict::kStandby);
  EXPECT_EQ(decide_reenable_ha(situation, situation, Policy{.mode = Mode::kAct}).verdict, Verdict::kAct);
}

TEST(Decide, AnEmptySituationIsNeverEnough) {
  const Situation nothing;
  const Decision decision = decide_reenable_ha(nothing, nothing, Policy{.mode = Mode::kAct});
  EXPECT_NE(decision.verdict, Verdict::kAct);
  // Nothing that is asked of the pool passes without an answer.
  for (const GuardReport& report : decision.guards)
    if (report.guard >= Reason::kFactsUnknown && report.guard <= Reason::kSettling) {
      EXPECT_NE(report.state, GuardState::kPass) << word(report.guard);
    }
}

/// "Not found" would send somebody to look for an SR that is where it always was.
TEST(Decide, WhatWasNotReadIsNotSaidToBeMissing) {
  Situation dark = safe_to_enable();
  dark.master_uuid.clear();
  dark.hosts.clear();
  dark.sr.reset();
  dark.cloud->managed_state.clear();
  dark.cloud->hosts.clear();
  for (const GuardReport& report : decide_reenable_ha(dark, dark, {}).guards)
    EXPECT_EQ(report.fact.find("not found"), std::string::npos) << word(report.guard) << ": " << report.fact;
}

TEST(Decide, TwoLooksThatDifferAreNotKnown) {
  const Situation good = safe_to_enable();
  Situation other_master = good;
  other_master.master_uuid = "uuid-b";
  Situation dead = good;
  dead.hosts[2].live = false;
  for (const auto& [first, second] : {std::pair(other_master, good), std::pair(dead, good)}) {
    const Decision decision = decide_reenable_ha(first, second, Policy{.mode = Mode::kAct});
    EXPECT_EQ(word(decision.reason), "facts_unknown");
    EXPECT_EQ(decision.verdict, Verdict::kWait);
    EXPECT_NE(decision.fact.find("between two reads"), std::string::npos) << decision.fact;
  }
  Situation older = good;  // what is only older, or counted differently, is the same situation
  older.oldest_read = kNow - 9s;
  older.sr->free_bytes = 8000 * kMiB;
  EXPECT_EQ(decide_reenable_ha(older, good, Policy{.mode = Mode::kAct}).verdict, Verdict::kAct);
}

TEST(Decide, AnIntentMayNeverBeForgotten) {
  Situation situation = safe_to_enable();
  situation.audit.disabled_at = kNow - 8760h;
  EXPECT_EQ(decide_reenable_ha(situation, situation, Policy{.mode = Mode::kAct}).verdict, Verdict::kAct);
  const Policy never{.mode = Mode::kAct, .intent_forget_after = std::nullopt};
  EXPECT_EQ(word(decide_reenable_ha(situation, situation, never).reason), "operator_intent");
}

}  // namespace
}  // namespace xenha::hooks
