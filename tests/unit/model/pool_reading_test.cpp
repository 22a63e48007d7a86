#include "lib/model/pool_reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xenha::model {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

TEST(Mark, EntriesAreFoundByTheirWholeKey) {
  EXPECT_EQ(mark_entry("reason=disks; a=b;until=12", "until"), "12");
  EXPECT_EQ(mark_entry("xuntil=1;until=2", "until"), "2");
  EXPECT_EQ(mark_entry("reason=until", "until"), std::nullopt);
  EXPECT_EQ(mark_entry("", "until"), std::nullopt);
}

TEST(Mark, AnEndThatIsNoNumberIsNoEnd) {
  EXPECT_EQ(mark_until("until=1800000000"), WallTime(1'800'000'000s));
  for (const char* mark : {"until=tomorrow", "until=12h", "until=", "until=-5", "until=99999999999999999999",
                           "until=9999999999999", "reason=x"})
    EXPECT_EQ(mark_until(mark), std::nullopt) << mark;
}

TEST(RunningOperations, AreThePoolsAndPendingTasks) {
  PoolDb db;
  PoolRecord& pool = db.pools["p"];
  EXPECT_THAT(running_operations(db), ElementsAre());
  pool.current_operations = {"designate_new_master", "ha_enable"};
  db.tasks["a"] = {"Async.pool.disable_ha", "pending"};
  db.tasks["b"] = {"pool.enable_ha", "success"};
  db.tasks["c"] = {"pool.enable_ha", "pending"};
  db.tasks["d"] = {"VM.start", "pending"};
  EXPECT_THAT(running_operations(db),
              ElementsAre("designate_new_master", "ha_enable", "pool.disable_ha", "pool.enable_ha"));
}

TEST(EffectiveTimeout, IsWhatTheNextEnableWouldTake) {
  PoolRecord pool;
  EXPECT_EQ(effective_timeout(pool), 60);
  pool.default_ha_timeout = "90";
  EXPECT_EQ(effective_timeout(pool), 90);
  pool.ha_timeout = "120";
  EXPECT_EQ(effective_timeout(pool), 120);
  pool.ha_timeout = "120 s";
  EXPECT_EQ(effective_timeout(pool), std::nullopt);
}

}  // namespace
}  // namespace xenha::model
