// What the mark on the pool and the journal on disk keep of a procedure.
#include "hooks/ctl/procedures/position.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/model/pool_reading.h"
#include "tests/unit/hooks/procedures/good_pool.h"

namespace xenha::ctl::test {
namespace {

using namespace std::chrono_literals;
using ::testing::StartsWith;

Position full() {
  const Facts facts = good_pool(kMaster);
  Position position = begun(Procedure::kRestart, facts);
  position.risks = {"statefile-lost", "vms-cannot-leave"};
  position.sr_uuid = "sr";
  position.sr_name = "MGMT-HA";
  position.ha_timeout = 90;
  position.go_to(6, facts.now);
  position.sent = facts.now;
  position.task = "OpaqueRef:task";
  position.error = "\"quoted\"\nand more";
  return position;
}

TEST(Mark, ReadsAsTheDaemonsExpectIt) {
  const Position position = full();
  const std::string mark = mark_text(position, good_pool().now);
  EXPECT_THAT(mark, StartsWith("by=ann;host=xs1;step=7;until=1800028800;"));
  EXPECT_EQ(model::mark_until(mark), good_pool().now + 8h);
  model::PoolRecord pool;
  pool.intent = mark;
  EXPECT_TRUE(model::intent_covers(pool, {.uuid = kMaster, .label = "xs1"}, good_pool().now));
  EXPECT_FALSE(model::intent_covers(pool, {.uuid = kSlave, .label = "xs2"}, good_pool().now));
}

TEST(Mark, TellsAnotherMachineEnoughToGoOn) {
  const Position position = full();
  const auto read = position_of_mark(mark_text(position, good_pool().now), "cluster1");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->form, position.form);
  EXPECT_EQ(read->step, position.step);
  EXPECT_EQ(read->host_uuid, position.host_uuid);
  EXPECT_EQ(read->new_master, position.new_master);
  EXPECT_EQ(read->booted, position.booted);
  EXPECT_EQ(read->risks, position.risks);
  EXPECT_EQ(read->sent, position.sent);
  EXPECT_EQ(read->id, position.id);
}

TEST(Mark, OfAHostWhoseNameItCannotHoldNamesItByUuid) {
  Position position = full();
  for (const char* label : {"a;until=0", "x=y", "n\xc3\xa4me", "two\nlines"}) {
    position.host_label = label;
    const std::string mark = mark_text(position, good_pool().now);
    EXPECT_EQ(model::mark_entry(mark, "host"), kMaster) << mark;
    EXPECT_EQ(model::mark_until(mark), good_pool().now + 8h);
    model::PoolRecord pool;
    pool.intent = mark;
    EXPECT_TRUE(model::intent_covers(pool, {.uuid = kMaster, .label = label}, good_pool().now));
  }
}

TEST(Mark, OfSomethingElseIsNoPosition) {
  for (const char* mark :
       {"", "by=ann", "by=ann;host=xs1;step=2;until=1", "do=host-restart;form=ha;step=0",
        "do=host-restart;form=ha;step=99", "do=host-burn;form=ha;step=1", "do=host-restart;form=ha;step=x"})
    EXPECT_FALSE(position_of_mark(mark, "cluster1")) << mark;
}

TEST(Mark, OfAProcedureThatIsOverCanBeRead) {
  const Facts facts = good_pool("");
  Position position = begun(Procedure::kHaDisable, facts);
  position.go_to(1, facts.now);
  const auto read = position_of_mark(mark_text(position, facts.now), "cluster1");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->over());
}

TEST(Journal, KeepsEverything) {
  const Position position = full();
  EXPECT_EQ(position_of_journal(journal_text(position)), position);
  Position bare = begun(Procedure::kHaEnable, good_pool(""));
  EXPECT_EQ(position_of_journal(journal_text(bare)), bare);
}

TEST(Journal, ThatIsDamagedIsNotUnderstood) {
  const std::string whole = journal_text(full());
  for (std::size_t length = 0; length + 2 < whole.size(); ++length)
    EXPECT_FALSE(position_of_journal(whole.substr(0, length))) << length;
  EXPECT_FALSE(position_of_journal("[]"));
  EXPECT_FALSE(position_of_journal("{\"format\": 2}"));
}

TEST(Procedures, HaveTheNamesOfTheirCommands) {
  EXPECT_EQ(command_of(Procedure::kHaEnable), "ha enable");
  EXPECT_EQ(command_of(Procedure::kReturn), "host return");
  for (const char* each : kProcedureWords) EXPECT_EQ(word(*procedure_of(each)), each);
  EXPECT_FALSE(procedure_of("host restart"));
}

}  // namespace
}  // namespace xenha::ctl::test
