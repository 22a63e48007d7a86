#include "hooks/situation/heartbeat_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xenha::hooks {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct TwoHosts {
  TwoHosts() {
    db.pools["pool"] = {.uuid = "p", .master = "a"};
    db.hosts["a"] = {.uuid = "ua", .name_label = "xs1", .api_major = 2, .api_minor = 15};
    db.hosts["b"] = {.uuid = "ub", .name_label = "xs2", .api_major = 2, .api_minor = 15};
    db.srs["hb"] = {.uuid = "uuid-hb",
                    .name_label = "MGMT-HA",
                    .type = "nfs",
                    .shared = true,
                    .physical_size = 1000,
                    .physical_utilisation = 400};
    db.srs["iso"] = {.uuid = "uuid-iso", .name_label = "tools", .type = "iso", .shared = true};
    db.pbds["pa"] = {.host = "a", .sr = "hb", .currently_attached = true};
    db.pbds["pb"] = {.host = "b", .sr = "hb", .currently_attached = true};
  }
  HeartbeatChoice choose(const HeartbeatWish& wish, bool pbds = true, bool vdis = true) const {
    return choose_heartbeat(db, model::identify(db, {}), wish, pbds, vdis);
  }
  model::PoolDb db;
};

TEST(HeartbeatChoice, TheConfiguredOneByNameOrUuid) {
  const TwoHosts pool;
  for (const char* wanted : {"MGMT-HA", "uuid-hb"}) {
    const HeartbeatChoice choice = pool.choose({wanted, "another"});
    ASSERT_TRUE(choice.sr);
    EXPECT_EQ(choice.ref, "hb");
    EXPECT_EQ(choice.sr->free_bytes, 600);
    EXPECT_TRUE(choice.sr->pbds_known);
    EXPECT_THAT(choice.sr->without_pbd, IsEmpty());
  }
}

TEST(HeartbeatChoice, ElseTheLastGoodOneElseNone) {
  const TwoHosts pool;
  EXPECT_EQ(pool.choose({"", "uuid-hb"}).ref, "hb");
  EXPECT_FALSE(pool.choose({"", ""}).sr);
  EXPECT_FALSE(pool.choose({"gone", "uuid-hb"}).sr);
}

TEST(HeartbeatChoice, NeverAnSrOfImages) {
  const TwoHosts pool;
  EXPECT_FALSE(pool.choose({"tools", ""}).sr);
  EXPECT_FALSE(pool.choose({"uuid-iso", ""}).sr);
}

TEST(HeartbeatChoice, ANameOfTwoIsNoneUnlessOneWasGood) {
  TwoHosts pool;
  pool.db.srs["hb2"] = pool.db.srs["hb"];
  pool.db.srs["hb2"].uuid = "uuid-hb2";
  EXPECT_FALSE(pool.choose({"MGMT-HA", ""}).sr);
  EXPECT_EQ(pool.choose({"MGMT-HA", "uuid-hb2"}).ref, "hb2");
}

TEST(HeartbeatChoice, EveryHostNeedsExactlyOnePluggedPbd) {
  TwoHosts pool;
  pool.db.pbds["pb"].currently_attached = false;
  EXPECT_THAT(pool.choose({"MGMT-HA", ""}).sr->without_pbd, ElementsAre("xs2"));
  pool.db.pbds["pb"].currently_attached = true;
  pool.db.pbds["pb2"] = pool.db.pbds["pb"];
  EXPECT_THAT(pool.choose({"MGMT-HA", ""}).sr->without_pbd, ElementsAre("xs2"));
  pool.db.pbds.clear();
  EXPECT_THAT(pool.choose({"MGMT-HA", ""}).sr->without_pbd, ElementsAre("xs1", "xs2"));
}

TEST(HeartbeatChoice, WhatWasNotReadIsUnknown) {
  TwoHosts pool;
  EXPECT_FALSE(pool.choose({"MGMT-HA", ""}, false).sr->pbds_known);
  EXPECT_FALSE(pool.choose({"MGMT-HA", ""}, true, false).sr->required_bytes);
  EXPECT_TRUE(pool.choose({"MGMT-HA", ""}).sr->required_bytes);
  pool.db.pbds["pb"].currently_attached.reset();
  EXPECT_FALSE(pool.choose({"MGMT-HA", ""}).sr->pbds_known);
  pool.db.srs["hb"].physical_size.reset();
  EXPECT_FALSE(pool.choose({"MGMT-HA", ""}).sr->free_bytes);
}

TEST(SrOfStatefiles, OnlyWhenThereIsOne) {
  TwoHosts pool;
  EXPECT_EQ(sr_of_statefiles(pool.db), "");
  pool.db.vdis["v"] = {.sr = "hb", .type = "ha_statefile"};
  EXPECT_EQ(sr_of_statefiles(pool.db), "uuid-hb");
  pool.db.srs["hb2"] = {.uuid = "uuid-hb2"};
  pool.db.vdis["w"] = {.sr = "hb2", .type = "ha_statefile"};
  EXPECT_EQ(sr_of_statefiles(pool.db), "");
  pool.db.pools["pool"].ha_statefiles = {"w"};
  EXPECT_EQ(sr_of_statefiles(pool.db), "uuid-hb2");
}

}  // namespace
}  // namespace xenha::hooks
