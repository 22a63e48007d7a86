#include <gtest/gtest.h>

#include "tests/unit/exporter/poll/pool_view.h"

namespace xenha::exporter {
namespace {

using test::GoodPool;

constexpr std::int64_t kMiB = 1024 * 1024;

const HeartbeatSrSnapshot& only(const PoolSnapshot& pool) {
  EXPECT_EQ(pool.facts->heartbeat_srs.size(), 1u);
  return pool.facts->heartbeat_srs.at(0);
}

TEST(Heartbeat, TheSrOfTheStatefile) {
  const PoolSnapshot pool = GoodPool().judged();
  const HeartbeatSrSnapshot& sr = only(pool);
  EXPECT_EQ(sr.label, "MGMT-HA");
  EXPECT_EQ(sr.type, "nfs");
  EXPECT_EQ(sr.expected, true);
  EXPECT_EQ(sr.required, 0);  // both VDIs can be used again
  EXPECT_EQ(sr.foreign_vdis, 0);
  ASSERT_EQ(sr.attachments.size(), 3u);
  EXPECT_EQ(sr.attachments[1].attached, true);
  EXPECT_FALSE(sr.attachments[1].paths);
}

TEST(Heartbeat, AnotherSrThanTheConfiguredOne) {
  GoodPool good;
  good.config.heartbeat_sr = "OTHER";
  EXPECT_EQ(only(good.judged()).expected, false);
  good.config.heartbeat_sr = "5e000000-sr";
  EXPECT_EQ(only(good.judged()).expected, true);
  good.config.heartbeat_sr.clear();
  EXPECT_FALSE(only(good.judged()).expected);
}

TEST(Heartbeat, AnUnpluggedOrMissingPbdIsDetached) {
  GoodPool good;
  good.db.pbds.at("pbd2").currently_attached = false;
  good.db.pbds.erase("pbd3");
  const PoolSnapshot pool = good.judged();
  EXPECT_EQ(only(pool).attachments[0].attached, true);
  EXPECT_EQ(only(pool).attachments[1].attached, false);
  EXPECT_EQ(only(pool).attachments[2].attached, false);
}

TEST(Heartbeat, PathsOfMultipathing) {
  GoodPool good;
  good.db.pbds.at("pbd1").paths_active = 1;
  good.db.pbds.at("pbd1").paths = 2;
  EXPECT_EQ(only(good.judged()).attachments[0].paths_active, 1);
  EXPECT_EQ(only(good.judged()).attachments[0].paths, 2);
}

TEST(Heartbeat, VdisOfOthersAreForeign) {
  GoodPool good;
  good.db.vdis["disk"] = {.sr = "sr", .type = "user"};
  good.db.vdis["redo"] = {.sr = "sr", .type = "redo_log"};  // the general redo log is not HA's
  good.db.vdis["elsewhere"] = {.sr = "other", .type = "user"};
  EXPECT_EQ(only(good.judged()).foreign_vdis, 2);
}

// Trap 11: ha_statefiles holds VDI references; the VDI may be gone while another statefile still shows the
// SR.
TEST(Heartbeat, ADanglingStatefileFallsBackToAnyStatefileThenToTheConfiguredName) {
  GoodPool good;
  good.pool().ha_statefiles = {{"gone"}};
  EXPECT_EQ(good.judged().facts->statefile_resolves, false);
  EXPECT_EQ(only(good.judged()).label, "MGMT-HA");
  good.db.vdis.clear();
  EXPECT_EQ(only(good.judged()).label, "MGMT-HA");
  EXPECT_EQ(only(good.judged()).required, 260 * kMiB);
  good.config.heartbeat_sr = "not there";
  EXPECT_TRUE(good.judged().facts->heartbeat_srs.empty());
}

TEST(Heartbeat, HaThatWasNeverOnHasNoStatefileToResolve) {
  GoodPool good;
  good.pool().ha_statefiles = std::vector<std::string>{};
  EXPECT_FALSE(good.judged().facts->statefile_resolves);
}

TEST(Heartbeat, AMissingVdiDoesNotResolve) {
  GoodPool good;
  good.db.vdis.at("statefile").missing = true;
  EXPECT_EQ(good.judged().facts->statefile_resolves, false);
}

// Trap 31: from xapi 23.30 on the metadata VDI has almost 4 GB, and the old one is of no use.
TEST(Heartbeat, TheNextEnableNeedsFourGigabytesFromXapi2330On) {
  GoodPool good;
  good.host(1).xapi_build = "23.29.0";
  EXPECT_EQ(only(good.judged()).required, 0);
  good.host(1).xapi_build = "23.30.0";
  EXPECT_EQ(only(good.judged()).required, 3'992'977'408);
  good.db.vdis.at("metadata").virtual_size = 3'988'783'104;
  EXPECT_EQ(only(good.judged()).required, 0);
}

TEST(Heartbeat, WithoutABuildNumberXenServer8IsUnknown) {
  GoodPool good;
  good.host(1).api_minor = 21;
  EXPECT_FALSE(only(good.judged()).required);
}

TEST(Heartbeat, TwoSrsOfOneNameCarryTheirUuids) {
  GoodPool good;
  good.db.srs["sr2"] = good.db.srs["sr"];
  good.db.srs["sr2"].uuid = "6f000000-sr";
  good.db.vdis["statefile2"] = {.sr = "sr2", .type = "ha_statefile"};
  good.pool().ha_statefiles = {{"statefile", "statefile2"}};
  const auto srs = good.judged().facts->heartbeat_srs;
  ASSERT_EQ(srs.size(), 2u);
  EXPECT_EQ(srs[0].label, "MGMT-HA (5e000000)");
  EXPECT_EQ(srs[1].label, "MGMT-HA (6f000000)");
}

}  // namespace
}  // namespace xenha::exporter
