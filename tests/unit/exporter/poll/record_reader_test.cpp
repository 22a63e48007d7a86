#include "lib/xapi/record_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "exporter/poll/allowed_methods.h"
#include "lib/xapi/answer.h"

namespace xenha::xapi {
namespace {

/// A record as XAPI writes it: bare text, ints as text.
std::string answer(const std::string& members) {
  return "<methodResponse><params><param><value><struct><member><name>Status</name><value>Success</value></"
         "member>"
         "<member><name>Value</name><value><struct><member><name>OpaqueRef:1</name><value><struct>" +
         members +
         "</struct></value></member></struct></value></member></struct></value></param></params></"
         "methodResponse>";
}
std::string member(const std::string& name, const std::string& value) {
  return "<member><name>" + name + "</name><value>" + value + "</value></member>";
}
std::string map(const std::string& members) {
  return "<struct>" + members + "</struct>";
}

model::PoolDb read(const char* event_class, const std::string& members) {
  model::PoolDb db;
  const Result<Answer> decoded = decode_answer(answer(members));
  EXPECT_TRUE(decoded) << decoded.error().message;
  if (decoded) put_all_records(db, event_class, *decoded->value);
  return db;
}

TEST(RecordReader, AbsentMembersStayUnknown) {
  const model::PoolDb db = read("pool", member("uuid", "u") + member("unknown_to_us", "x"));
  const model::PoolRecord& pool = *db.pool();
  EXPECT_EQ(pool.uuid, "u");
  EXPECT_FALSE(pool.ha_enabled || pool.current_operations || pool.ha_statefiles || pool.ha_licensed);
  EXPECT_EQ(pool.ha_cluster_stack, "");
}

TEST(RecordReader, NullAndEmptyReferencesAreNone) {
  EXPECT_EQ(read("pool", member("master", "OpaqueRef:NULL")).pool()->master, "");
  EXPECT_EQ(read("pool", member("master", "")).pool()->master, "");
}

TEST(RecordReader, IntegersComeAsTextOrAsInts) {
  EXPECT_EQ(read("pool", member("ha_plan_exists_for", "2")).pool()->ha_plan_exists_for, 2);
  EXPECT_EQ(read("pool", member("ha_plan_exists_for", "<int>2</int>")).pool()->ha_plan_exists_for, 2);
}

// Trap 33: the failure says LICENCE_RESTRICTION, the feature key is enable_xha.
TEST(RecordReader, TheLicenceIsAnEntryOfRestrictions) {
  EXPECT_EQ(read("pool", member("restrictions", map(member("enable_xha", "true")))).pool()->ha_licensed,
            true);
  EXPECT_EQ(read("pool", member("restrictions", map(member("enable_xha", "false")))).pool()->ha_licensed,
            false);
  EXPECT_FALSE(
      read("pool", member("restrictions", map(member("restrict_dmc", "false")))).pool()->ha_licensed);
}

TEST(RecordReader, EpochTimesMayCarryAFraction) {
  const auto boot_time = [](const std::string& text) {
    return read("host", member("other_config", map(member("boot_time", text))))
        .hosts.at("OpaqueRef:1")
        .boot_time;
  };
  ASSERT_TRUE(boot_time("1447000000."));
  EXPECT_EQ(unix_seconds(*boot_time("1447000000.")), 1447000000);
  EXPECT_EQ(unix_seconds(*boot_time("1447000000.5")), 1447000000.5);
  for (const char* bad : {"", "soon", "-1", "nan", "1e300", "12x"}) EXPECT_FALSE(boot_time(bad)) << bad;
}

TEST(RecordReader, PathsAreSummedOverTheMultipathKeys) {
  const auto pbd = [](const std::string& entries) {
    return read("pbd", member("other_config", map(entries))).pbds.at("OpaqueRef:1");
  };
  const model::PbdRecord two =
      pbd(member("mpath-360a", "[2, 4]") + member("mpath-360b", "[1, 2]") + member("x", "y"));
  EXPECT_EQ(two.paths_active, 3);
  EXPECT_EQ(two.paths, 6);
  EXPECT_FALSE(pbd(member("multipathed", "true")).paths);
  EXPECT_FALSE(pbd(member("mpath-360a", "nonsense")).paths);
}

TEST(RecordReader, UnknownSizesAreAbsent) {
  EXPECT_FALSE(read("sr", member("physical_size", "-1")).srs.at("OpaqueRef:1").physical_size);
  EXPECT_EQ(read("sr", member("physical_size", "0")).srs.at("OpaqueRef:1").physical_size, 0);
}

TEST(RecordReader, StatefilesOfAHostAreATruthValue) {
  const auto armed = [](const std::string& value) {
    return read("host", member("ha_statefiles", value)).hosts.at("OpaqueRef:1").has_ha_statefile;
  };
  EXPECT_EQ(armed("<array><data><value>OpaqueRef:gone</value></data></array>"), true);
  EXPECT_EQ(armed("<array><data/></array>"), false);
}

TEST(RecordReader, MaintenanceKeysOfXenCenter) {
  EXPECT_TRUE(
      read("host", member("other_config", map(member("MAINTENANCE_MODE_EVACUATED_VMS_MIGRATED", "x"))))
          .hosts.at("OpaqueRef:1")
          .maintenance_mode);
}

TEST(RecordReader, OurOwnMarksOnThePool) {
  const model::PoolDb db =
      read("pool",
           member("other_config", map(member("xenha:intent", "by=a") + member("xenha:paused", "reason=b"))));
  EXPECT_EQ(db.pool()->intent, "by=a");
  EXPECT_EQ(db.pool()->paused, "reason=b");
}

TEST(RecordReader, CloudStacksMarksOfItsPrimaryStorage) {
  const auto srs = [](const char* tags) {
    return read("host", member("tags", tags)).hosts.at("OpaqueRef:1").cloud_heartbeat_srs;
  };
  EXPECT_EQ(srs("<array><data><value>vmops-version-4.20</value><value>cloud-heartbeat-aaaa-bbbb</value>"
                "<value>rack 7</value></data></array>"),
            std::vector<std::string>{"aaaa-bbbb"});
  EXPECT_TRUE(srs("<array><data/></array>").empty());
}

// One bad key makes a class unreadable as records; then each field is asked for by itself.
TEST(RecordReader, EveryFollowedFieldMayBeAskedForByItself) {
  for (const FollowedClass& followed : followed_classes()) {
    for (const std::string_view field : followed.fields) {
      const std::string method = std::string(followed.name) + ".get_" + std::string(field);
      const auto& allowed = exporter::kAllowedMethods;
      EXPECT_NE(std::find(std::begin(allowed), std::end(allowed), method), std::end(allowed)) << method;
    }
  }
}

TEST(RecordReader, EveryFollowedFieldHasAReader) {
  for (const FollowedClass& followed : followed_classes()) {
    model::PoolDb db;
    const Result<Answer> text = decode_answer(answer(member("a", "b")));
    ASSERT_TRUE(text);
    for (const std::string_view field : followed.fields) {
      EXPECT_TRUE(put_field(db, followed.event, "OpaqueRef:1", field, *text->value))
          << followed.name << "." << field;
    }
    EXPECT_EQ(record_count(db, followed.event), 1u);
    clear_class(db, followed.event);
    EXPECT_EQ(record_count(db, followed.event), 0u);
  }
}

}  // namespace
}  // namespace xenha::xapi
