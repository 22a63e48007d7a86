// Reference 1.4 and 3: what records hold in each release, and the oddities a scenario can put into them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/tests/client.h"

namespace xenha::sim::test {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Simulation> of(const char* release) {
  PoolSpec spec;
  spec.release = release;
  spec.hosts = 2;
  spec.vms = 3;
  return start(spec);
}

TEST(Records, FieldsFollowTheRelease) {
  struct Row {
    const char* release;
    const char* cls;
    const char* field;
    bool there;
  };
  for (const Row& row :
       {Row{"6.2", "pool", "ha_cluster_stack", false}, Row{"6.5", "pool", "current_operations", false},
        Row{"7.0", "pool", "current_operations", true}, Row{"7.0", "host", "updates", false},
        Row{"7.1", "host", "updates", true}, Row{"8.0", "host", "certificates", false},
        Row{"8.2", "host", "certificates", true}, Row{"8.2", "host", "pending_guidances", false},
        Row{"8", "host", "pending_guidances", true}}) {
    const auto sim = of(row.release);
    const Client master(*sim, 1);
    EXPECT_EQ(first_record(master, master.login(), row.cls).contains(row.field), row.there)
        << row.release << " " << row.cls << "." << row.field;
  }
}

TEST(Records, EveryClassAnswersInEveryRelease) {
  for (const char* release : {"6.2", "6.5", "7.0", "7.1", "7.6", "8.0", "8.2", "8"}) {
    const auto sim = of(release);
    const Client master(*sim, 1);
    const std::string session = master.login();
    for (const char* cls : {"pool", "host", "host_metrics", "PBD", "SR", "VDI", "task", "VM", "VM_metrics",
                            "message", "VM_guest_metrics", "PIF", "network"})
      EXPECT_TRUE(master.call(std::string(cls) + ".get_all_records", {session}).ok) << release << " " << cls;
    EXPECT_TRUE(master.call("event.from", {session, Json::array({"*"}), "", 1.0}).ok) << release;
  }
}

TEST(Records, ReferencesPointAtEachOther) {
  const auto sim = of("8.2");
  const Client master(*sim, 1);
  const std::string s = master.login();
  const Json pool = first_record(master, s, "pool");
  EXPECT_EQ(master.call("host.get_address", {s, pool.at("master")}).value, "127.10.1.1");
  const std::string vdi = pool.at("ha_statefiles").at(0);
  const std::string sr = master.call("VDI.get_SR", {s, vdi}).value;
  EXPECT_EQ(master.call("SR.get_name_label", {s, sr}).value, "MGMT-HA");
  EXPECT_EQ(master.call("SR.get_PBDs", {s, sr}).value.size(), 2u);
  EXPECT_EQ(master.call("VDI.get_type", {s, vdi}).value, "ha_statefile");
  const Json host = master.call("host.get_record", {s, pool.at("master")}).value;
  EXPECT_THAT(host.at("ha_network_peers"), ::testing::Contains(host.at("uuid")));  // itself included
  EXPECT_EQ(host.at("resident_VMs").size(), 3u);  // two and the control domain
}

TEST(Records, HotfixOf62) {
  const auto sim = of("6.2");
  const Client master(*sim, 1);
  const std::string s = master.login();
  const std::string patch = find_ref(master, s, "pool_patch", "name_label", "XS62ESP1004");
  const Json host = first_record(master, s, "host");
  const Json applied = master.call("host_patch.get_record", {s, host.at("patches").at(0)}).value;
  EXPECT_EQ(applied.at("pool_patch"), patch);
  EXPECT_EQ(applied.at("applied"), true);
}

TEST(Records, IscsiHeartbeatHasPathKeys) {
  PoolSpec spec;
  spec.heartbeat_type = "lvmoiscsi";
  const auto sim = start(spec);
  const Client master(*sim, 1);
  const std::string s = master.login();
  const std::string sr = find_ref(master, s, "SR", "name_label", "MGMT-HA");
  act(*sim, "set-paths", {{"host", 2}, {"active", 1}, {"total", 2}});
  std::vector<std::string> paths;
  const Json pbds = master.call("SR.get_PBDs", {s, sr}).value;
  for (const Json& pbd : pbds) {
    const Json keys = master.call("PBD.get_other_config", {s, pbd}).value;
    for (const auto& [key, value] : keys.items())
      if (key.rfind("mpath-", 0) == 0) paths.push_back(value);
  }
  EXPECT_THAT(paths, ::testing::UnorderedElementsAre("[2, 2]", "[1, 2]", "[2, 2]", "[2, 2]"));
}

TEST(Records, UnescapedKeyBreaksTheWholeAnswerButNotAGetter) {
  const auto sim = of("8.2");
  const Client master(*sim, 1);
  const std::string s = master.login();
  const std::string pool = master.call("pool.get_all", {s}).value.at(0);
  act(*sim, "unescaped-key", {{"class", "pool"}});
  EXPECT_THAT(master.call("pool.get_all_records", {s}).fault, HasSubstr("unparsable"));
  EXPECT_EQ(master.call("pool.get_ha_enabled", {s, pool}).value, true);
}

TEST(Records, OddNamesCrossTheWire) {
  const auto sim = of("8.2");
  const Client master(*sim, 1);
  const std::string s = master.login();
  act(*sim, "rename", {{"host", 2}, {"to", "a \"quoted\" <name> & \u00e4"}});
  act(*sim, "rename", {{"class", "VM"}, {"name", "i-2-1-VM"}, {"to", "vm \xF0\x9F\x90\xA7 \x01 end"}});
  const std::string host = host_state(*sim, 2).at("ref");
  EXPECT_EQ(master.call("host.get_name_label", {s, host}).value, "a \"quoted\" <name> & \u00e4");
  const HttpAnswer raw =
      http_post(sim->url(1, 1) + "/",
                "<?xml version=\"1.0\"?><methodCall><methodName>VM.get_all_records</methodName><params>"
                "<param><value>" +
                    s + "</value></param></params></methodCall>",
                "text/xml");
  EXPECT_THAT(raw.body, HasSubstr("vm \xF0\x9F\x90\xA7  end"));  // the control character is dropped
}

TEST(Records, DanglingReferencesAndStatefile) {
  const auto sim = of("8.2");
  const Client master(*sim, 1);
  const std::string s = master.login();
  act(*sim, "dangle");
  act(*sim, "dangle-statefile");
  const Json pool = first_record(master, s, "pool");
  EXPECT_EQ(master.call("SR.get_record", {s, pool.at("default_SR")}).code(), "HANDLE_INVALID");
  EXPECT_EQ(master.call("VDI.get_record", {s, pool.at("ha_statefiles").at(0)}).code(), "HANDLE_INVALID");
  const Json host = first_record(master, s, "host");
  EXPECT_EQ(master.call("host_metrics.get_record", {s, host.at("metrics")}).code(), "HANDLE_INVALID");
}

}  // namespace
}  // namespace xenha::sim::test
