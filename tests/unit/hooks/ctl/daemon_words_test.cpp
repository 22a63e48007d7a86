// What the daemons' answers become; and the screens made of them alone.
#include "hooks/ctl/status/daemon_words.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "hooks/ctl/render/failover.h"
#include "hooks/ctl/render/json.h"
#include "hooks/ctl/render/spans.h"
#include "hooks/ctl/render/verdict.h"
#include "tests/unit/hooks/ctl/screens.h"

namespace xenha::ctl {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = WallTime(std::chrono::seconds(1'800'000'000));

const Json kPools = Json::parse(R"({"pools": [
  {"name": "other"},
  {"name": "cluster1", "master": "xs1", "last_success_timestamp_seconds": 1799999990,
   "ha": {"enabled": false, "disabled_since_timestamp_seconds": 1799999000},
   "hosts": [{"host": "xs1", "address": "10.0.0.11", "cloudstack_state": "Up", "cloudstack_resource_state": "Enabled"},
             {"host": "xs2", "address": "10.0.0.12", "cloudstack_state": null}]}]})");

const Json kFailovers = Json::parse(R"({"failovers": [
  {"id": "f2", "pool": "cluster1", "host": "xs1", "role": "master", "outcome": "open", "ha_enabled": true,
   "loss": {"last_contact_timestamp_seconds": 1799999870, "uncertainty_seconds": 2.5}, "new_master": "xs2",
   "phases": {"all_vms_running": null}, "back": null,
   "vms": {"running": 1, "pending": 1, "not_protected": 1, "stayed": 0, "stopped": 0},
   "table": [{"phase": "detected", "label": "Failure detected", "measured": "1:05", "published": "1:15"},
             {"phase": "all_vms_running", "label": "All VMs run again", "measured": null, "published": "5:30"}],
   "victims": [
    {"name": "i-2-1-VM", "display_name": "web", "vm_kind": "user", "state": "running", "new_host": "xs3",
     "running_xenserver": {"seconds": 210.0, "timestamp_seconds": 1800000080}, "running_cloudstack": null,
     "failed_attempts": 1, "started_by_operator": false},
    {"name": "i-2-2-VM", "display_name": "db", "vm_kind": "user", "state": "pending", "failed_attempts": 2},
    {"name": "i-2-3-VM", "display_name": null, "vm_kind": "user", "state": "not_protected"},
    {"name": "v-4-VM", "vm_kind": "consoleproxy", "state": "running", "replaced_by": "v-9-VM",
     "running_xenserver": null, "running_cloudstack": {"seconds": 3723.0}}]},
  {"id": "f1", "pool": "cluster1", "host": "xs2", "role": "slave", "outcome": "recovered",
   "loss": {"last_contact_timestamp_seconds": 1790000000}, "phases": {"all_vms_running": {"seconds": 312.4}},
   "vms": {"running": 3, "pending": 0}}]})");

TEST(ExporterWord, IsAboutThePoolAskedFor) {
  const ExporterWord word = exporter_word(kPools, kFailovers, "cluster1");
  EXPECT_EQ(word.problem, "");
  EXPECT_EQ(word.ha_enabled, false);
  EXPECT_EQ(word.ha_disabled_since, WallTime(std::chrono::seconds(1799999000)));
  EXPECT_EQ(word.master, "xs1");
  EXPECT_EQ(word.name_of, (std::map<std::string, std::string>{{"10.0.0.11", "xs1"}, {"10.0.0.12", "xs2"}}));
  EXPECT_EQ(word.cloud_states.size(), 1u);
  ASSERT_EQ(word.failovers.size(), 1u) << "the one that is over does not count";
  EXPECT_EQ(word.failovers[0].pending, 1);
  EXPECT_EQ(word.failovers[0].down, (std::vector<std::string>{"i-2-2-VM (db)"}));
  EXPECT_NE(exporter_word(kPools, kFailovers, "cluster9").problem, "");
}

TEST(ExporterWord, KnowsWhetherAHostWasSurelyLost) {
  const auto lost = [](const char* key, const char* value) {
    Json failovers = kFailovers;
    failovers["failovers"][0].merge_patch(Json{{key, Json::parse(value)}});
    return exporter_word(kPools, failovers, "cluster1").failovers.at(0).surely_lost;
  };
  EXPECT_FALSE(lost("phases", R"({"detected": {"seconds": 7}, "host_declared_dead": null})"));
  EXPECT_TRUE(lost("phases", R"({"host_declared_dead": {"seconds": 60.0}})"));
  EXPECT_TRUE(lost("phases", R"({"cloudstack_host_down": {"seconds": 60.0}})"));
  EXPECT_FALSE(lost("rebooted", "false"));
  EXPECT_TRUE(lost("rebooted", "true"));
}

TEST(ExporterWord, OfAnAnswerOfAnotherKindIsUnknown) {
  for (const char* text :
       {"null", "[]", "{}", R"({"pools": 7})", R"({"pools": [7, {"name": 3}]})", R"("text")"}) {
    const Json json = Json::parse(text);
    EXPECT_NE(exporter_word(json, json, "cluster1").problem, "") << text;
    EXPECT_NE(hooks_word(json, "cluster1").problem, "") << text;
    EXPECT_EQ(remembered_by_hooks(json, "cluster1"), hooks::Remembered{}) << text;
  }
  const Json odd = Json::parse(R"({"pools": [{"name": "cluster1", "ha": {"enabled": "yes"}, "hosts": {"a": 1},
    "last_success_timestamp_seconds": -5}]})");
  const ExporterWord word = exporter_word(odd, Json(), "cluster1");
  EXPECT_EQ(word.ha_enabled, std::nullopt);
  EXPECT_EQ(word.last_success, std::nullopt);
  EXPECT_TRUE(word.name_of.empty());
}

TEST(HooksWord, HasPausesAttemptsAndWhatIsRemembered) {
  const Json pools =
      Json::parse(R"({"mode": "act", "policies": 1, "pools": [{"pool": "cluster1", "acting": false,
    "open_alerts": [{"alertname": "XenHAPoolHADisabled"}],
    "evaluation": {"timestamp_seconds": 1799999999, "verdict": "wait", "reason": "paused", "fact": "paused here"},
    "paused": {"reason": "disks", "who": "joe", "until_timestamp_seconds": 1800003600}, "gave_up": null,
    "last_attempt": {"timestamp_seconds": 1799990000, "outcome": "failed", "error_code": "HOST_OFFLINE", "error": "xs2"},
    "attempts_last_day": 1, "last_success_timestamp_seconds": null,
    "remembered": {"seen_timestamp_seconds": 1799999000, "pool_uuid": "p", "sr_uuid": "s", "sr_name": "MGMT-HA",
                   "timeout_seconds": 90, "members": ["10.0.0.13"], "masters_since": ["10.0.0.11"]}}]})");
  const HooksWord word = hooks_word(pools, "cluster1");
  EXPECT_EQ(word.problem, "");
  EXPECT_EQ(word.mode, "act");
  EXPECT_EQ(word.open_alerts, 1);
  EXPECT_EQ(word.evaluation->reason, "paused");
  EXPECT_EQ(word.paused->who, "joe");
  EXPECT_FALSE(word.gave_up);
  EXPECT_EQ(word.last_attempt->error, "HOST_OFFLINE: xs2");
  const hooks::JournalSituation journal = journal_of(word);
  EXPECT_EQ(journal.attempts_last_day, 1);
  EXPECT_EQ(journal.paused->until, WallTime(std::chrono::seconds(1800003600)));
  EXPECT_FALSE(journal.unfinished);
  const hooks::Remembered remembered = remembered_by_hooks(pools, "cluster1");
  EXPECT_EQ(remembered.last_good_sr_name, "MGMT-HA");
  EXPECT_EQ(remembered.last_good_timeout, 90);
  EXPECT_EQ(remembered.members, (std::vector<std::string>{"10.0.0.13"}));
}

TEST(FailoverScreen, ListAndOne) {
  EXPECT_SCREEN("failovers.txt", failover_list(list_at(kFailovers, "failovers"), kNow, {}));
  EXPECT_SCREEN("failover.txt", failover_screen(list_at(kFailovers, "failovers").front(), kNow, {}));
}

TEST(VerdictScreen, SaysWhatObjectsFirst) {
  const Json json =
      Json::parse(R"({"pool": "cluster1", "verdict": "wait", "reason": "host_unreachable", "guards": [
    {"name": "no_policy", "state": "pass", "fact": "a policy names this alert"},
    {"name": "host_unreachable", "state": "fail", "fact": "xs2 does not answer"},
    {"name": "host_emergency", "state": "unknown", "fact": "not read: xs2"},
    {"name": "cloud_quiet", "state": "not_applicable", "fact": "no CloudStack"}]})");
  const Verdict verdict = read_verdict(json);
  EXPECT_TRUE(verdict.objects());
  EXPECT_EQ(verdict.fact(), "xs2 does not answer");
  EXPECT_SCREEN("explain_wait.txt", verdict_screen(verdict, {}));
  EXPECT_SCREEN("explain_dry_run.txt", verdict_screen({"cluster1", "would_act", "safe_to_enable", {}}, {}));
  EXPECT_FALSE(read_verdict(Json::parse("[]")).objects());
}

TEST(Spans, AreReadAtNight) {
  EXPECT_EQ(span_words(-5s), "0 s");
  EXPECT_EQ(span_words(59s), "59 s");
  EXPECT_EQ(span_words(185s), "3 min 05 s");
  EXPECT_EQ(span_words(2h + 10min), "2 h 10 min");
  EXPECT_EQ(span_words(291h), "12 d 3 h");
  EXPECT_EQ(moment_words(kNow, kNow + 8min), "2027-01-15 08:00:00 UTC (8 min 00 s ago)");
  EXPECT_EQ(moment_words(kNow + 52s, kNow), "2027-01-15 08:00:52 UTC (in 52 s)");
  EXPECT_EQ(moment_short(kNow, kNow + 1h), "08:00:00");
  EXPECT_EQ(moment_short(kNow - 24h, kNow), "01-14 08:00");
  EXPECT_EQ(moment_short(kNow - 24h * 30, kNow), "2026-12-16");
}

}  // namespace
}  // namespace xenha::ctl
