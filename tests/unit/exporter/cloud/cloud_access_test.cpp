#include "exporter/cloud/cloud_access.h"

#include <gtest/gtest.h>

namespace xenha::exporter {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Error fault(const std::string& code) {
  return {ErrorCode::kRemoteFault, "no", code};
}

TEST(CloudTroubles, AreSortedByWhatCanBeDone) {
  EXPECT_EQ(trouble_of({ErrorCode::kTimeout, ""}), CloudTrouble::kAway);
  EXPECT_EQ(trouble_of({ErrorCode::kBadReply, ""}), CloudTrouble::kAway);
  EXPECT_EQ(trouble_of({ErrorCode::kTls, ""}), CloudTrouble::kAway);
  EXPECT_EQ(trouble_of({ErrorCode::kAuth, "", "401"}), CloudTrouble::kKeys);
  EXPECT_EQ(trouble_of(fault("429")), CloudTrouble::kBusy);
  EXPECT_EQ(trouble_of(fault("432")), CloudTrouble::kRefused);
  EXPECT_EQ(trouble_of(fault("531")), CloudTrouble::kRefused);
  EXPECT_EQ(trouble_of(fault("503")), CloudTrouble::kAway);
  EXPECT_EQ(trouble_of(fault("530")), CloudTrouble::kFaulty);
  EXPECT_EQ(trouble_of(fault("431")), CloudTrouble::kFaulty);
}

TEST(CloudBackOff, GrowsToABoundAndNeverBreaksThePause) {
  EXPECT_EQ(cloud_back_off(1, false, 0), seconds(5));
  EXPECT_EQ(cloud_back_off(2, false, 0), seconds(10));
  EXPECT_EQ(cloud_back_off(3, false, 0.999) / seconds(1), 24);
  EXPECT_EQ(cloud_back_off(100, false, 0), seconds(60));
  EXPECT_EQ(cloud_back_off(1, true, 0), seconds(2));
  EXPECT_EQ(cloud_back_off(100, true, 0), seconds(15));
  EXPECT_LE(cloud_back_off(1'000'000, true, 0.999), milliseconds(18'750));
}

TEST(CloudAccess, RefusedKeysRestForAQuarterOfAnHour) {
  CloudAccess access({Secret("a"), {}}, {Secret("b"), {}});
  const SteadyTime now{minutes(100)};
  EXPECT_FALSE(access.blocked(now));
  access.refuse(now);
  EXPECT_TRUE(access.blocked(now + minutes(14)));
  EXPECT_FALSE(access.renewed(now)) << "keys without a file";
  EXPECT_EQ(access.next_look(now), now + CloudAccess::kLookEvery);
  EXPECT_FALSE(access.blocked(now + minutes(15)));
}

cloudstack::Apis all_apis() {
  cloudstack::Apis apis;
  for (const std::string_view name : {"listapis", "listcapabilities", "listconfigurations", "listclusters",
                                      "listhosts", "liststoragepools", "listvirtualmachines", "listrouters",
                                      "listsystemvms", "listserviceofferings", "listalerts", "listevents"})
    apis.commands[std::string(name)] = {"page"};
  return apis;
}

TEST(CloudAccess, TellsWhatTheAccountMayDo) {
  CloudAccess access({}, {});
  cloudstack::Apis apis = all_apis();
  EXPECT_TRUE(access.may_watch(apis));
  EXPECT_EQ(access.missing_text(), "");
  EXPECT_FALSE(access.abilities().by_ids);
  apis.commands["listvirtualmachines"].insert("ids");
  apis.commands.erase("listrouters");
  EXPECT_TRUE(access.may_watch(apis)) << "less, but something";
  EXPECT_TRUE(access.abilities().by_ids);
  EXPECT_EQ(access.missing_text(), "listRouters");
  EXPECT_FALSE(access.can(CloudQuestion::kRouters));
  apis.commands.erase("listhosts");
  EXPECT_FALSE(access.may_watch(apis));
  EXPECT_EQ(access.missing_text(), "listHosts, listRouters");
}

TEST(CloudAccess, ACommandRefusedTwiceIsNotTheKeysFault) {
  CloudAccess access({}, {});
  EXPECT_FALSE(access.doubt(CloudQuestion::kRouters));
  EXPECT_TRUE(access.doubt(CloudQuestion::kRouters));
  access.answered(CloudQuestion::kRouters);
  EXPECT_FALSE(access.doubt(CloudQuestion::kRouters));
  EXPECT_TRUE(access.may_watch(all_apis()));
  EXPECT_TRUE(access.lose(CloudQuestion::kRouters));
  EXPECT_FALSE(access.lose(CloudQuestion::kHosts));
}

}  // namespace
}  // namespace xenha::exporter
