// The pool database alone: generations, deletions, relations, copies.
#include "tests/sim/world/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace xenha::sim {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  Database db_{Release::k82, std::make_shared<Ids>(1)};
};

TEST_F(DatabaseTest, RecordHasEveryFieldOfTheRelease) {
  const std::string vm = db_.create("VM", {{"name_label", "a"}, {"no_such_field", 1}});
  const Json record = db_.record("VM", vm);
  EXPECT_EQ(record.size(), fields_of("VM", Release::k82).size());
  EXPECT_EQ(record.at("name_label"), "a");
  EXPECT_EQ(db_.find_by_uuid("VM", record.at("uuid").get<std::string>()), vm);
}

TEST_F(DatabaseTest, EqualValueIsNoChange) {
  const std::string vm = db_.create("VM", {{"name_label", "a"}});
  const std::uint64_t before = db_.generation();
  db_.set("VM", vm, "name_label", "a");
  EXPECT_EQ(db_.generation(), before);
  db_.set("VM", vm, "name_label", "b");
  EXPECT_GT(db_.generation(), before);
  ASSERT_EQ(db_.changes("VM", before).size(), 1u);
  EXPECT_LE(db_.changes("VM", before).front().created, before);
}

TEST_F(DatabaseTest, RelationsFollowTheReference) {
  const std::string one = db_.create("host", Json::object());
  const std::string two = db_.create("host", Json::object());
  const std::string vm = db_.create("VM", {{"resident_on", one}});
  EXPECT_EQ(db_.get("host", one, "resident_VMs"), Json::array({vm}));
  const std::uint64_t before = db_.generation();
  db_.set("VM", vm, "resident_on", two);
  EXPECT_EQ(db_.get("host", one, "resident_VMs").size(), 0u);
  EXPECT_EQ(db_.get("host", two, "resident_VMs"), Json::array({vm}));
  EXPECT_EQ(db_.changes("host", before).size(), 2u);
  db_.destroy("VM", vm);
  EXPECT_EQ(db_.get("host", two, "resident_VMs").size(), 0u);
}

TEST_F(DatabaseTest, OnlySomeDeletionsAreRemembered) {
  const std::uint64_t before = db_.generation();
  for (int n = 0; n < 600; ++n) db_.destroy("VM", db_.create("VM", Json::object()));
  EXPECT_EQ(db_.deletions("VM", before).size(), 512u);
  db_.forget_deletions();
  EXPECT_TRUE(db_.deletions("VM", before).empty());
}

TEST_F(DatabaseTest, CopyOfANewMasterIsBehind) {
  for (int n = 0; n < 300; ++n) db_.create("VM", {{"name_label", std::to_string(n)}});
  const std::unique_ptr<Database> copy = db_.clone(100);
  EXPECT_LT(copy->generation(), db_.generation());
  EXPECT_EQ(copy->count("VM"), 300u);
  EXPECT_EQ(copy->changes("VM", 0).size(), 300u);
  EXPECT_TRUE(copy->changes("VM", copy->generation()).empty());
  copy->create("VM", Json::object());
  EXPECT_EQ(db_.count("VM"), 300u);
}

}  // namespace
}  // namespace xenha::sim
