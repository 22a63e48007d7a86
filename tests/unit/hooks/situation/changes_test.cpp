#include "hooks/situation/changes.h"

#include <gtest/gtest.h>

namespace xenha::hooks {
namespace {

using namespace std::chrono_literals;
const WallTime kStart{1'800'000'000s};

Situation look(Duration after, bool ha = false) {
  Situation s;
  s.now = kStart + after;
  s.master_uuid = "a";
  s.ha_enabled = ha;
  s.hosts = {{.uuid = "a", .label = "xs1", .reachable = true, .live = true},
             {.uuid = "b", .label = "xs2", .reachable = true, .live = true}};
  return s;
}

TEST(Changes, TheFirstLookChangesNothing) {
  Changes changes;
  changes.see(look(0s));
  changes.see(look(10s));
  EXPECT_FALSE(changes.last_change());
}

TEST(Changes, AChangeIsAsYoungAsTheLookThatFoundIt) {
  Changes changes;
  changes.see(look(0s, true));
  changes.see(look(10s, false));
  EXPECT_EQ(changes.last_change(), kStart + 10s);
  EXPECT_EQ(changes.what(), "HA went off");
  Situation s = look(20s);
  s.master_uuid = "b";
  changes.see(s);
  EXPECT_EQ(changes.what(), "xs2 became master");
  s.now += 10s;
  s.hosts[0].live = false;
  changes.see(s);
  EXPECT_EQ(changes.last_change(), kStart + 30s);
  EXPECT_EQ(changes.what(), "xs1 is no longer live");
}

/// A look that failed forgets nothing: what it could not read may have changed meanwhile.
TEST(Changes, UnknownIsNoChangeAndHidesNone) {
  Changes changes;
  changes.see(look(0s));
  Situation dark = look(10s);
  dark.master_uuid.clear();
  dark.ha_enabled.reset();
  dark.hosts[1].reachable.reset();
  changes.see(dark);
  EXPECT_FALSE(changes.last_change());
  Situation s = look(20s);
  s.hosts[1].reachable = false;
  changes.see(s);
  EXPECT_EQ(changes.what(), "xs2 stopped answering");
}

TEST(Changes, TheEndOfCloudStacksMaintenance) {
  Changes changes;
  changes.cloud_planned(false, kStart);
  EXPECT_FALSE(changes.cloud_maintenance_ended());
  changes.cloud_planned(true, kStart + 10s);
  EXPECT_EQ(changes.last_maintenance(), kStart + 10s);
  changes.cloud_planned(false, kStart + 20s);
  EXPECT_EQ(changes.cloud_maintenance_ended(), kStart + 20s);
  changes.cloud_planned(false, kStart + 30s);
  EXPECT_EQ(changes.cloud_maintenance_ended(), kStart + 20s);
  EXPECT_EQ(changes.last_maintenance(), kStart + 10s);
}

}  // namespace
}  // namespace xenha::hooks
