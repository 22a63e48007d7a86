// What the hooks see of a simulated pool. One world in which nobody objects; each row spoils one fact of it,
// and the guard for that fact objects, and no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "lib/base/credential_gate.h"
#include "tests/integration/observed_pool.h"
#include "tests/integration/spoiled_facts.h"
#include "tests/sim/world/database.h"
#include "tests/sim/world/world.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using hooks::Look;
using hooks::Situation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Words = std::vector<std::string>;

std::string failed_text(const Situation& s) {
  std::string out;
  for (const std::string& each : s.failed_reads) out += each + "\n";
  return out;
}

struct Release {
  std::string xenserver, cloudstack;
};
void PrintTo(const Release& release, std::ostream* out) {
  *out << release.xenserver << " under " << release.cloudstack;
}
class EveryRelease : public testing::TestWithParam<Release> {};

TEST_P(EveryRelease, APoolThatLostHaIsSafeToEnable) {
  ObservedPool pool(one_pool(GetParam().xenserver, GetParam().cloudstack));
  pool.lose_ha();
  const Look look = pool.look();
  const Situation& s = look.situation;
  EXPECT_THAT(objectors(s), IsEmpty()) << explained(s);
  EXPECT_EQ(decide(s).verdict, hooks::Verdict::kAct);
  EXPECT_EQ(s.hosts.size(), 4u);
  EXPECT_EQ(look.master_address, pool.sim().address(1, 1));
  EXPECT_FALSE(look.sr_ref.empty());
  EXPECT_EQ(look.last_good_timeout, 90);
  ASSERT_TRUE(s.sr);
  EXPECT_EQ(s.sr->name, "MGMT-HA");
  EXPECT_EQ(s.last_good_sr, s.sr->uuid);
  EXPECT_TRUE(s.audit.read);
  ASSERT_TRUE(s.cloud);
  EXPECT_EQ(s.cloud->hosts.size(), 4u);
  EXPECT_EQ(pool.refused_logins(), 0);
}

INSTANTIATE_TEST_SUITE_P(Observer, EveryRelease,
                         testing::Values(Release{"8.2", "4.20.3.0"}, Release{"8.2", "4.3.2"},
                                         Release{"7.0", "4.3.2"}, Release{"6.2", "4.3.2"},
                                         Release{"8", "4.22.1.0"}),
                         [](const auto& made) {
                           std::string name = made.param.xenserver + "_" + made.param.cloudstack;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

class OneFactSpoiled : public testing::TestWithParam<SpoiledFact> {};

TEST_P(OneFactSpoiled, OnlyItsGuardObjects) {
  ObservedPool pool;
  pool.lose_ha();
  GetParam().spoil(pool.sim());
  const Situation s = pool.look().situation;
  EXPECT_EQ(objectors(s), GetParam().objectors) << explained(s);
}
INSTANTIATE_TEST_SUITE_P(Observer, OneFactSpoiled, testing::ValuesIn(spoiled_facts()),
                         [](const auto& made) { return made.param.name; });

/// What the operator wrote, or the daemon remembers: no fact of the simulator's.
struct Row {
  const char* name;
  std::function<void(ObservedPool&)> spoil;
  Words objectors;
};
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}
class OneWordSpoiled : public testing::TestWithParam<Row> {};

TEST_P(OneWordSpoiled, OnlyItsGuardObjects) {
  ObservedPool pool;
  pool.lose_ha();
  GetParam().spoil(pool);
  const Situation s = pool.look().situation;
  EXPECT_EQ(objectors(s), GetParam().objectors) << explained(s);
}

const Row kRows[] = {
    {"pause_is_over",
     [](ObservedPool& p) { other_config("xenha:paused", "reason=disks;until=" + epoch(-1min))(p.sim()); },
     {}},
    {"cloud_does_not_know_the_pin",
     [](ObservedPool& p) { p.config.cloudstack_cluster = "other"; },
     {"cloud_unknown", "cloud_maintenance", "cloud_host_state", "cloud_unmanaged", "cloud_quiet"}},
    {"sr_is_not_there",
     [](ObservedPool& p) { p.config.heartbeat_sr = "no such SR"; },
     {"sr_unknown", "sr_not_plugged", "sr_unexpected", "sr_not_shared", "sr_no_room"}},
    {"pbd_missing", [](ObservedPool& p) { p.command("detach-pbd", R"({"host": 2})"); }, {"sr_not_plugged"}},
    {"another_sr_was_last",
     [](ObservedPool& p) { p.remembered.last_good_sr_uuid = "11111111-2222-3333-4444-555555555555"; },
     {"sr_unexpected"}},
};
INSTANTIATE_TEST_SUITE_P(Observer, OneWordSpoiled, testing::ValuesIn(kRows),
                         [](const auto& made) { return made.param.name; });

TEST(Observer, HaOnAndArmedIsDone) {
  ObservedPool pool;
  const Situation s = pool.look().situation;
  EXPECT_THAT(objectors(s), ElementsAre("already_enabled")) << explained(s);
  EXPECT_EQ(decide(s).verdict, hooks::Verdict::kDone);
  pool.command("disarm-host", R"({"host": 2})");
  EXPECT_EQ(decide(pool.look().situation).verdict, hooks::Verdict::kWait);
}

TEST(Observer, WithoutCloudStackNothingIsAskedOfIt) {
  ObservedPool pool(one_pool("8.2", ""));
  pool.lose_ha();
  const Situation s = pool.look().situation;
  EXPECT_FALSE(s.cloud);
  EXPECT_EQ(decide(s).verdict, hooks::Verdict::kAct) << explained(s);
}

/// Without local root a plain slave counts; one that answers anything else does not.
TEST(Observer, WithoutLocalRootAPlainSlaveIsInNoEmergency) {
  ObservedPool pool;
  pool.config.host_login.reset();
  pool.lose_ha();
  EXPECT_THAT(objectors(pool.look().situation), IsEmpty());
  EXPECT_EQ(pool.calls_of("session.slave_local_login_with_password"), 0u);
  pool.command("emergency", R"({"host": 3, "code": "HOST_UNKNOWN_TO_MASTER"})");
  const Situation s = pool.look().situation;
  EXPECT_FALSE(s.hosts[2].emergency);
  EXPECT_THAT(objectors(s), testing::Contains("host_emergency")) << explained(s);
}

TEST(Observer, AHungHostCostsOneTimeout) {
  ObservedPool pool;
  pool.lose_ha();
  pool.look();  // proves the passwords
  pool.command("network", R"({"host": 3, "mode": "hang"})");
  pool.command("network", R"({"host": 4, "mode": "hang"})");
  const auto began = std::chrono::steady_clock::now();
  const Situation s = pool.look().situation;
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2 * pool.settings.request_timeout + 2s);
  EXPECT_EQ(s.hosts[2].reachable, false);
  EXPECT_EQ(s.hosts[3].reachable, false);
  EXPECT_EQ(s.hosts[0].reachable, true);
}

/// Nobody has proven the password yet, and the first host that gets it is silent.
TEST(Observer, AHungHostDoesNotKeepThePasswordForItself) {
  ObservedPool pool;
  pool.lose_ha();
  pool.command("network", R"({"host": 1, "mode": "hang"})");
  pool.config.hosts = {pool.config.hosts[0], pool.config.hosts[1]};
  pool.command("split-brain", R"({"host": 2})");
  const auto began = std::chrono::steady_clock::now();
  const Look look = pool.look();
  EXPECT_EQ(look.master_address, pool.sim().address(1, 2));
  EXPECT_LT(std::chrono::steady_clock::now() - began, CredentialGate::kTurn + 4s);
}

TEST(Observer, KeepsTheDeadline) {
  ObservedPool pool;
  pool.lose_ha();
  pool.look();
  pool.command("answers", R"({"method": "*", "fault": "slow:30"})");
  const auto began = std::chrono::steady_clock::now();
  const Situation s = pool.look(1500ms).situation;
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2500ms);
  EXPECT_THAT(s.failed_reads, testing::Not(IsEmpty()));
  EXPECT_EQ(decide(s).reason, hooks::Reason::kFactsUnknown) << explained(s);
  // Sessions that hosts make for logins nobody waits for any more cannot be given back by anybody.
  pool.command("expire-sessions", R"({"local": true})");
}

TEST(Observer, AStopEndsALookAtOnce) {
  ObservedPool pool;
  pool.settings.request_timeout = 15s;
  pool.lose_ha();
  pool.look();
  pool.command("network", R"({"mode": "hang"})");
  const auto began = std::chrono::steady_clock::now();
  std::jthread stopper([&observer = pool.observer()] { observer.stop(); });
  const Situation s = pool.look(60s).situation;
  EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);
  EXPECT_EQ(decide(s).reason, hooks::Reason::kFactsUnknown) << explained(s);
  pool.command("network", R"({"mode": "up"})");
  pool.command("expire-sessions", R"({"local": true})");
}

TEST(Observer, ARefusedPasswordIsSentOnceAndLeftAlone) {
  ObservedPool pool;
  pool.lose_ha();
  pool.command("change-password", R"({"user": "monitor", "password": "another"})");
  pool.config.host_login.reset();
  const Situation s = pool.look().situation;
  EXPECT_EQ(decide(s).reason, hooks::Reason::kFactsUnknown) << explained(s);
  EXPECT_THAT(failed_text(s), HasSubstr("SESSION_AUTHENTICATION_FAILED"));
  EXPECT_THAT(failed_text(s), testing::Not(HasSubstr("monitor-password")));
  EXPECT_EQ(pool.refused_logins(), 1);
  EXPECT_THAT(failed_text(pool.look().situation), HasSubstr("15 minutes"));
  EXPECT_EQ(pool.refused_logins(), 1);
}

/// After emergencies one host's root password may differ: that host is unknown, the others are well.
TEST(Observer, OneHostThatRefusesLocalRootIsUnknownAlone) {
  ObservedPool pool;
  pool.lose_ha();
  pool.command("change-password", R"({"host": 3, "password": "another"})");
  const Situation first = pool.look().situation;
  EXPECT_FALSE(first.hosts[2].emergency);
  EXPECT_EQ(first.hosts[0].emergency, false);
  EXPECT_EQ(first.hosts[3].emergency, false);
  EXPECT_THAT(failed_text(first), HasSubstr("127.10.1.3"));
  pool.look();
  EXPECT_EQ(pool.refused_logins(), 1);
}

TEST(Observer, ADeadMasterIsNoMaster) {
  ObservedPool pool;
  pool.lose_ha();
  pool.command("power-off", R"({"host": 1})");
  const Situation s = pool.look().situation;
  EXPECT_TRUE(s.master_uuid.empty());
  EXPECT_EQ(decide(s).reason, hooks::Reason::kFactsUnknown) << explained(s);
  EXPECT_THAT(failed_text(s), HasSubstr("no host gave a session as master"));
}

/// With the name of the former master in memory its audit log counts, and it cannot be read.
TEST(Observer, TheAuditLogOfADeadFormerMasterIsUnknown) {
  ObservedPool pool;
  pool.lose_ha();
  pool.remembered.masters_since.push_back(pool.sim().address(1, 4));
  EXPECT_THAT(objectors(pool.look().situation), IsEmpty());
  pool.command("network", R"({"host": 4, "mode": "refuse"})");
  const Situation s = pool.look().situation;
  EXPECT_FALSE(s.audit.read);
  EXPECT_THAT(objectors(s), ElementsAre("host_unreachable", "host_emergency", "settling", "operator_intent"))
      << explained(s);
}

TEST(Observer, TheAuditLogTellsWhoAndWhen) {
  ObservedPool pool;
  pool.see_it_on();
  const WallTime before = std::chrono::system_clock::now();
  EXPECT_EQ(pool.call("pool.disable_ha"), "");
  const Situation s = pool.look().situation;
  EXPECT_TRUE(s.audit.read);
  EXPECT_EQ(s.audit.by, "LOCAL_SUPERUSER");
  ASSERT_TRUE(s.audit.disabled_at) << explained(s);
  EXPECT_LT(std::chrono::abs(*s.audit.disabled_at - before), 10s);
  EXPECT_THAT(objectors(s), ElementsAre("operator_intent")) << explained(s);
  // HA was on again since then: it counts no more.
  pool.remembered.last_seen_on = std::chrono::system_clock::now() + 1min;
  EXPECT_FALSE(pool.look().situation.audit.disabled_at);
}

TEST(Observer, AHugeAuditLogIsUnreadable) {
  ObservedPool pool;
  pool.lose_ha();
  pool.sim().run([](sim::World& world) {
    sim::Host& master = *world.sites.front()->master();
    for (int i = 0; i < 40; ++i)
      master.audit.push_back({"20990101T00:00:00.000Z", "[x|audit|" + std::string(1 << 20, 'x')});
  });
  const Situation s = pool.look().situation;
  EXPECT_FALSE(s.audit.read);
  EXPECT_THAT(s.audit.problem, HasSubstr("32 MiB"));
  EXPECT_THAT(objectors(s), ElementsAre("operator_intent")) << explained(s);
}

TEST(Observer, HostsOfAnotherPoolAreNotMistaken) {
  ObservedPool pool;
  pool.lose_ha();
  pool.remembered.pool_uuid = "00000000-0000-0000-0000-000000000000";
  const Situation s = pool.look().situation;
  EXPECT_TRUE(s.master_uuid.empty());
  EXPECT_THAT(failed_text(s), HasSubstr("another pool"));
}

/// An ejected host is the master of a pool of its own.
TEST(Observer, AnEjectedHostIsNoSecondMaster) {
  ObservedPool pool;
  pool.lose_ha();
  pool.command("eject", R"({"host": 4})");
  pool.sim().advance(120s);
  const Situation s = pool.look().situation;
  EXPECT_EQ(s.hosts.size(), 3u) << explained(s);
  EXPECT_THAT(objectors(s), testing::Not(testing::Contains("masters_disagree"))) << explained(s);
}

/// A clock that is wrong must not make old starts young, or young ones old.
TEST(Observer, HostClocksAreCorrected) {
  ObservedPool pool;
  pool.command("clock-skew", R"({"seconds": 7200})");
  pool.lose_ha();
  EXPECT_THAT(objectors(pool.look().situation), IsEmpty()) << explained(pool.look().situation);
  other_config("agent_start_time", epoch(7200s - 10s), R"(, "class": "host", "host": 1)")(pool.sim());
  const Situation s = pool.look().situation;
  EXPECT_THAT(objectors(s), ElementsAre("settling")) << explained(s);
  ASSERT_TRUE(s.master_started);
  EXPECT_LT(std::chrono::abs(s.now - *s.master_started - 10s), 5s);
}

/// Looks in a row see changes that no record dates.
TEST(Observer, LooksInARowSeeWhatChanged) {
  ObservedPool pool;
  pool.see_it_on();
  pool.glance();
  pool.command("silent-disarm");
  Situation s = pool.look().situation;
  EXPECT_THAT(objectors(s), ElementsAre("settling")) << explained(s);
  EXPECT_EQ(s.last_change_what, "HA went off");
  pool.command("maintenance", R"({"host": 2, "on": true})");
  s = pool.look().situation;
  EXPECT_THAT(s.last_change_what, HasSubstr("was disabled"));
  EXPECT_TRUE(s.last_maintenance);
}

/// 4.3.2 tells no host's id with an event; what looks in a row saw counts as well.
TEST(Observer, TheEndOfMaintenanceIsSeenInEveryRelease) {
  ObservedPool pool(one_pool("8.2", "4.3.2"));
  pool.lose_ha();
  pool.command("cs-disable-host", R"({"host": 3, "on": true})");
  EXPECT_THAT(objectors(pool.look().situation), ElementsAre("cloud_maintenance"));
  pool.command("cs-disable-host", R"({"host": 3, "on": false})");
  const Situation s = pool.look().situation;
  EXPECT_THAT(objectors(s), ElementsAre("cloud_quiet")) << explained(s);
  EXPECT_TRUE(s.last_maintenance);
}

TEST(Observer, BrokenRecordsAreReadFieldByField) {
  ObservedPool pool;
  pool.lose_ha();
  pool.command("unescaped-key", R"({"class": "SR", "name": "MGMT-HA"})");
  EXPECT_THAT(objectors(pool.look().situation), IsEmpty()) << explained(pool.look().situation);
  // The marks stand in the very map that cannot be read.
  pool.command("unescaped-key", R"({"class": "pool"})");
  const Situation s = pool.look().situation;
  EXPECT_THAT(failed_text(s), HasSubstr("other_config"));
  EXPECT_EQ(decide(s).reason, hooks::Reason::kFactsUnknown) << explained(s);
}

TEST(Observer, AGlanceIsAHandfulOfCalls) {
  ObservedPool pool;
  pool.glance();
  const std::size_t before = pool.sim().calls().size();
  const Look look = pool.glance();
  EXPECT_LE(pool.sim().calls().size() - before, 9u);
  EXPECT_EQ(look.situation.ha_enabled, true);
  EXPECT_TRUE(look.learnt.last_seen_on);
  EXPECT_EQ(look.learnt.last_good_sr_name, "MGMT-HA");
  EXPECT_EQ(look.learnt.last_good_timeout, 90);
  EXPECT_THAT(look.learnt.masters_since, ElementsAre(pool.sim().address(1, 1)));
}

TEST(Observer, WhatCannotBeReadIsStillRemembered) {
  ObservedPool pool;
  pool.see_it_on();
  const hooks::Remembered before = pool.remembered;
  EXPECT_EQ(before.masters_since, Words{pool.sim().address(1, 1)});
  pool.command("network", R"({"mode": "refuse"})");
  EXPECT_EQ(pool.look().learnt, before);
  const Look glance = pool.glance();
  EXPECT_EQ(glance.learnt, before);
  EXPECT_THAT(failed_text(glance.situation), HasSubstr("no host gave a session"));
}

/// Off by hand, then another master: both logs count from now on.
TEST(Observer, EveryMasterSinceHaWasOnIsRemembered) {
  ObservedPool pool;
  pool.lose_ha();
  pool.remembered.masters_since = {pool.sim().address(1, 3)};
  EXPECT_THAT(pool.look().learnt.masters_since,
              ElementsAre(pool.sim().address(1, 3), pool.sim().address(1, 1)));
}

/// Members that only the pool names are asked where TLS proves who answers, and not otherwise.
TEST(Observer, UnlistedMembersAreFollowedOverVerifiedTlsOnly) {
  char directory[] = "/tmp/xenha-hooks-XXXXXX";
  ASSERT_NE(mkdtemp(directory), nullptr);
  {
    sim::SimulationOptions options = one_pool("8.2", "");
    options.tls = true;
    options.tls_dir = directory;
    ObservedPool pool(options);
    pool.config.hosts = {pool.config.hosts[1]};
    pool.lose_ha();
    EXPECT_EQ(pool.remembered.members.size(), 3u);
    const Situation s = pool.look().situation;
    EXPECT_THAT(objectors(s), IsEmpty()) << explained(s);
  }
  std::filesystem::remove_all(directory);
  ObservedPool plain;
  plain.config.hosts.erase(plain.config.hosts.begin() + 2);
  plain.lose_ha();
  const Situation s = plain.look().situation;
  EXPECT_THAT(failed_text(s), HasSubstr("must be listed"));
}

TEST(Observer, KeptSessionsThatExpiredCostNothing) {
  ObservedPool pool;
  pool.lose_ha();
  pool.look();
  pool.command("expire-sessions", R"({"local": true})");
  EXPECT_THAT(objectors(pool.look().situation), IsEmpty());
}

TEST(Observer, ARefusedCloudKeyIsSentOnceAndLeftAlone) {
  ObservedPool pool;
  pool.cloud->secret_key.text = Secret("another-secret");
  pool.lose_ha();
  pool.look();
  const std::size_t before = pool.sim().calls().size();
  const Situation s = pool.look().situation;
  EXPECT_EQ(decide(s).reason, hooks::Reason::kCloudUnknown) << explained(s);
  EXPECT_THAT(s.cloud->problem, HasSubstr("15 minutes"));
  for (const sim::CallEntry& call : pool.sim().calls(before)) EXPECT_EQ(call.cloud, "");
}

TEST(Observer, SlowAnswersAreStillAnswers) {
  ObservedPool pool;
  pool.lose_ha();
  pool.command("answers", R"({"method": "*", "fault": "slow:0.2"})");
  const Situation s = pool.look().situation;
  EXPECT_THAT(objectors(s), IsEmpty()) << explained(s);
}

TEST(Observer, GarbageIsUnknown) {
  for (const char* fault : {"garble", "html", "truncate"}) {
    ObservedPool pool;
    pool.lose_ha();
    pool.command("answers",
                 R"({"method": "session.login_with_password", "fault": ")" + std::string(fault) + "\"}");
    const Situation s = pool.look().situation;
    EXPECT_EQ(decide(s).reason, hooks::Reason::kFactsUnknown) << fault << "\n" << explained(s);
    EXPECT_FALSE(s.hosts[1].claims_master) << fault;
    // A session that was made and whose name got lost cannot be given back by anybody.
    pool.command("expire-sessions");
  }
}

}  // namespace
}  // namespace xenha::test
