// The traps of the XenAPI reference (section 12) that touch the exporter, by number, on a simulated pool.
// Those that are pure judgement (10, 26, 31) are held by tests/unit/exporter/poll, those of the wire (24) by
// tests/unit/xapi too.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "exporter/poll/allowed_methods.h"
#include "lib/model/ha_messages.h"
#include "tests/integration/watched_pool.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using exporter::HostSnapshot;
using exporter::HostState;
using exporter::PoolSnapshot;

/// One pool of three hosts that is watched and known.
class Traps : public ::testing::Test {
 protected:
  void watch(sim::PoolSpec spec = {}, bool tls = false) {
    if (spec.hosts == 4) spec.hosts = 3;
    world = std::make_unique<WatchedWorld>(sim::SimulationOptions{.pools = {spec}, .tls = tls});
    world->start();
    first = world->wait_until_known();
  }
  /// The n-th host of the pool as a snapshot sees it.
  HostSnapshot at(const PoolSnapshot& pool, int n) {
    const std::string address = world->sim().address(1, n);
    for (const HostSnapshot& host : pool.hosts) {
      if (host.address == address) return host;
    }
    ADD_FAILURE() << "nobody at " << address << "\n" << exposition(pool);
    return {};
  }
  std::string on(int n, const std::string& more = "") {
    return R"({"host": ")" + world->sim().address(1, n) + "\"" + (more.empty() ? "" : ", " + more) + "}";
  }
  std::unique_ptr<WatchedWorld> world;
  PoolSnapshot first;
};

class EmergencyCodes : public Traps, public ::testing::WithParamInterface<const char*> {};

// HOST_IN_EMERGENCY_MODE is never raised: the real codes are what tells.
TEST_P(EmergencyCodes, Trap01EmergencyIsToldByItsRealCodes) {
  watch();
  world->command("emergency", on(2, std::string(R"("code": ")") + GetParam() + "\""));
  const PoolSnapshot pool = world->wait_for("emergency with its reason", [&](const PoolSnapshot& p) {
    return at(p, 2).state == HostState::kEmergency && at(p, 2).emergency_reason == GetParam();
  });
  EXPECT_EQ(at(pool, 2).emergency, true);
  EXPECT_EQ(at(pool, 3).state, HostState::kSlave);
  EXPECT_EQ(pool.masters, 1);
  // A host that is not armed in a pool with HA stays in emergency mode until somebody switches HA off and on.
  if (std::string(GetParam()) == "HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED") return;
  world->command("clear-emergency", on(2));
  world->wait_for("a slave again", [&](const PoolSnapshot& p) {
    return at(p, 2).state == HostState::kSlave && at(p, 2).emergency == false &&
           at(p, 2).emergency_reason.empty();
  });
}
INSTANTIATE_TEST_SUITE_P(Codes, EmergencyCodes,
                         ::testing::Values("HOST_STILL_BOOTING", "HOST_HAS_NO_MANAGEMENT_IP",
                                           "HOST_ITS_OWN_SLAVE", "HOST_MASTER_CANNOT_TALK_BACK",
                                           "HOST_UNKNOWN_TO_MASTER", "INTERNAL_ERROR", "HOST_BROKEN",
                                           "HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED"),
                         [](const auto& row) { return std::string(row.param); });

// A running slave whose master dies with HA off stays a healthy-looking slave; 4: and goes on naming the dead
// one.
TEST_F(Traps, Trap02And04SlavesOfADeadMasterLookHealthyAndNameIt) {
  watch({.ha = false});
  world->command("power-off", on(1));
  const PoolSnapshot pool = world->wait_for("the master's loss", [&](const PoolSnapshot& p) {
    return !p.up && at(p, 1).state == HostState::kUnreachable && p.masters == 0;
  });
  for (const int n : {2, 3}) {
    EXPECT_EQ(at(pool, n).state, HostState::kSlave);
    EXPECT_EQ(at(pool, n).believed_master, at(pool, 1).label);
  }
  EXPECT_EQ(at(pool, 1).claims_master, false);
}

// Sessions of the pool, and ordinary calls with local ones, hang on a slave: only the calls of reference 2.5
// go there.
TEST_F(Traps, Trap05NothingIsSentToASlaveThatNeedsTheDatabase) {
  watch();
  world->wait_for_snapshots(20);
  const std::set<std::string> harmless{
      "session.login_with_password", "session.slave_local_login_with_password",
      "host.is_in_emergency_mode",   "host.local_assert_healthy",
      "session.local_logout",        "GET /rrd_updates"};
  int seen = 0;
  for (const sim::CallEntry& call : world->sim().calls()) {
    if (call.host == world->sim().address(1, 1)) continue;
    ++seen;
    EXPECT_TRUE(harmless.contains(call.method)) << call.method << " went to " << call.host;
  }
  EXPECT_GT(seen, 0);
}

TEST_F(Traps, Trap06OneSessionIsKeptAndNamesItsOriginator) {
  watch();
  world->wait_for_snapshots(50);
  int logins = 0;
  for (const sim::CallEntry& call : world->sim().calls()) {
    if (call.session == "pool" && !call.method.starts_with("GET ")) {
      EXPECT_EQ(call.originator, "xenha-exporter") << call.method;
    }
    logins += call.method == "session.login_with_password" && call.outcome == "Success";
  }
  EXPECT_EQ(logins, 2);  // one for reading, one for events
}

TEST_F(Traps, Trap07LocalSessionsAreAlwaysGivenBack) {
  watch();
  world->stop();
  std::map<std::string, int> count;
  for (const sim::CallEntry& call : world->sim().calls()) {
    if (call.outcome == "Success") ++count[call.method];
  }
  EXPECT_EQ(count["session.slave_local_login_with_password"], count["session.local_logout"]);
  EXPECT_GE(count["session.local_logout"], 3);
}

// With HA off the master believes for 600 s that a dead slave lives: the direct probe knows better.
TEST_F(Traps, Trap09LiveIsTheMastersOpinionReachableIsOurs) {
  watch({.ha = false});
  world->command("power-off", on(3));
  const PoolSnapshot pool =
      world->wait_for("the slave's loss", [&](const PoolSnapshot& p) { return at(p, 3).reachable == false; });
  EXPECT_EQ(at(pool, 3).live, true);
  EXPECT_TRUE(pool.up);
}

TEST_F(Traps, Trap11WhatHaLeavesBehindIsNotTakenForItsState) {
  watch();
  EXPECT_EQ(at(first, 2).ha_armed, true);
  EXPECT_EQ(at(first, 2).ha_peers, 2);
  world->command("silent-disarm");
  const PoolSnapshot pool = world->wait_for("HA off", [](const PoolSnapshot& p) {
    return p.facts && p.facts->ha_enabled == false && p.ha_disabled_since;
  });
  EXPECT_EQ(at(pool, 2).ha_armed, false);
  EXPECT_FALSE(at(pool, 2).ha_peers);
  EXPECT_EQ(pool.facts->statefile_resolves, true);
}

TEST_F(Traps, Trap12APluggedPbdIsNoWorkingPath) {
  watch();
  world->command("disarm-host", on(2));
  const PoolSnapshot pool =
      world->wait_for("one host disarmed", [&](const PoolSnapshot& p) { return at(p, 2).ha_armed == false; });
  const auto& attachments = pool.facts->heartbeat_srs.at(0).attachments;
  EXPECT_TRUE(
      std::all_of(attachments.begin(), attachments.end(), [](const auto& a) { return a.attached == true; }));
  EXPECT_EQ(at(pool, 3).ha_armed, true);
}

TEST(AllowedMethods, Trap18NothingThatComputesAndWrites) {
  for (const std::string_view method : exporter::kAllowedMethods) {
    EXPECT_EQ(method.find("ha_compute"), std::string_view::npos) << method;
    EXPECT_EQ(method.find("is_slave"), std::string_view::npos) << method;
    EXPECT_EQ(method.find("cancel"), std::string_view::npos) << method;
    EXPECT_FALSE(method.starts_with("Async.")) << method;
  }
}

TEST(HaMessages, Trap19NoMessageIsAwaitedThatIsNeverCreated) {
  for (const std::string_view name : model::kHaMessageNames) {
    EXPECT_EQ(name.find("APPROACHING_TIMEOUT"), std::string_view::npos) << name;
  }
}

TEST_F(Traps, Trap22LatenciesAreNotRecordedByDefaultAndMayBeNegative) {
  watch();
  const PoolSnapshot before = world->wait_for(
      "not recorded", [&](const PoolSnapshot& p) { return at(p, 2).network.recorded == false; });
  EXPECT_FALSE(at(before, 2).network.seconds);
  world.reset();
  watch({.latency_recorded = true});
  world->command("set-latency", on(2, R"("source": "network/latency", "seconds": -0.5)"));
  const PoolSnapshot pool = world->wait_for(
      "latencies", [&](const PoolSnapshot& p) { return at(p, 2).network.seconds && at(p, 2).xapi.seconds; });
  EXPECT_EQ(at(pool, 2).network.recorded, true);
  EXPECT_EQ(at(pool, 2).statefile.recorded, true);
}

// xapi 23.17 and later answer JSON unless XML is asked for.
TEST_F(Traps, Trap23LatenciesComeAsXmlFromXenServer8Too) {
  watch({.release = "8", .latency_recorded = true});
  const PoolSnapshot pool =
      world->wait_for("latencies", [&](const PoolSnapshot& p) { return at(p, 3).xapi.seconds.has_value(); });
  EXPECT_EQ(at(pool, 3).xapi.recorded, true);
}

TEST_F(Traps, Trap24AnswersOverHalfAMegabyteWithNamesOfAnyKind) {
  watch({.vms = 700, .vm_names = {"emoji \xF0\x9F\x90\xBC <&> \"quoted\""}});
  EXPECT_EQ(first.facts->ha_protected_vms, 0);
  world->command("protect-vm", R"({"vm": "emoji \ud83d\udc3c <&> \"quoted\""})");
  world->wait_for("the protected VM",
                  [](const PoolSnapshot& p) { return p.facts && p.facts->ha_protected_vms == 1; });
}

class UnescapedKey : public Traps, public ::testing::WithParamInterface<const char*> {};

// One key with & in one record makes the whole class unreadable: everything else stays known.
TEST_P(UnescapedKey, Trap25OneBadKeyCostsNoOtherFact) {
  watch({.vm_names = {"odd"}});
  const std::string cls = GetParam();
  const std::string which = cls == "pool"   ? R"({"class": "pool"})"
                            : cls == "host" ? on(2, R"("class": "host")")
                            : cls == "SR"   ? R"({"class": "SR", "name": "MGMT-HA"})"
                                            : R"({"class": "VM", "name": "odd"})";
  world->command("unescaped-key", which);
  // A change that only shows when the stream, or what stands in for it, goes on.
  world->command("disarm-host", on(3));
  const PoolSnapshot pool = world->wait_for(
      "changes in spite of the key",
      [&](const PoolSnapshot& p) { return p.up && p.facts && at(p, 3).ha_armed == false; }, "", 60s);
  EXPECT_EQ(pool.facts->ha_enabled, true);
  EXPECT_EQ(pool.facts->heartbeat_srs.size(), 1u);
  EXPECT_EQ(at(pool, 2).live, true);
  EXPECT_EQ(at(pool, 2).ha_armed, true);
}
INSTANTIATE_TEST_SUITE_P(Classes, UnescapedKey, ::testing::Values("pool", "host", "SR", "VM"),
                         [](const auto& row) { return std::string(row.param); });

TEST_F(Traps, Trap32APoolWithoutANameAndWithDanglingReferences) {
  watch();
  world->command("rename", R"({"class": "pool", "to": ""})");
  world->command("dangle");
  const PoolSnapshot pool = world->wait_for("live unknown", [&](const PoolSnapshot& p) {
    return p.facts && p.facts->name_label.empty() && !at(p, 2).live;
  });
  EXPECT_EQ(at(pool, 2).enabled, true);
  EXPECT_TRUE(pool.up);
}

TEST_F(Traps, Trap34ClocksAreComparedWithTheHostsOwn) {
  watch();
  EXPECT_LT(std::abs(seconds(*at(first, 2).clock_offset)), 2);
  world->command("clock-skew", on(2, R"("seconds": 120)"));
  world->stop();
  world->start();  // asked once a minute: a fresh start asks at once
  const PoolSnapshot pool = world->wait_for("the skew", [&](const PoolSnapshot& p) {
    return p.facts && at(p, 2).clock_offset && seconds(*at(p, 2).clock_offset) > 110;
  });
  EXPECT_LT(std::abs(seconds(*at(pool, 2).clock_offset) - 120), 2);
  EXPECT_LT(std::abs(seconds(*at(pool, 3).clock_offset)), 2);
}

TEST_F(Traps, Trap36AnEjectedHostIsNoSecondMaster) {
  watch({}, true);
  world->config.pools[0].hosts.pop_back();  // host 3 is learnt, not listed
  world->stop();
  world->start();
  world->wait_for("host 3 is learnt", [&](const PoolSnapshot& p) { return p.up && p.hosts.size() == 3; });
  world->command("eject", on(3));
  const PoolSnapshot pool = world->wait_for(
      "host 3 is dropped", [](const PoolSnapshot& p) { return p.facts && p.hosts.size() == 2; });
  EXPECT_EQ(pool.masters, 1);
  world->wait_for_snapshots(20);
  EXPECT_EQ(world->newest().masters, 1);
  EXPECT_EQ(world->newest().hosts.size(), 2u);
}

TEST_F(Traps, Trap36AListedHostThatWasEjectedIsNotCounted) {
  watch();
  world->command("eject", on(3));
  const PoolSnapshot pool = world->wait_for("host 3 stands alone", [&](const PoolSnapshot& p) {
    const HostSnapshot alone = at(p, 3);
    return p.masters == 1 && alone.reachable == true && !alone.state && alone.label == alone.address;
  });
  EXPECT_EQ(pool.hosts.size(), 3u);
}

}  // namespace
}  // namespace xenha::test
