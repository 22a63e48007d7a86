#include "exporter/cloud/cloud_state.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

namespace xenha::exporter {
namespace {

CloudState full_state() {
  CloudState state;
  state.first_run = WallTime(std::chrono::seconds(1'700'000'000));
  state.horizon = WallTime(std::chrono::seconds(1'700'000'300));
  state.alerts = {{"host_down", 3}, {"vm_restarted", 0}};
  state.seen_alerts = {{"a1", WallTime(std::chrono::seconds(1'700'000'400))}};
  state.host_numbers = {{"3", {"xs \"1\"", "id-1"}}};
  return state;
}

TEST(CloudState, SurvivesItsText) {
  const Result<CloudState> back = parse_cloud_state(cloud_state_text(full_state()));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, full_state());
  EXPECT_EQ(*parse_cloud_state(cloud_state_text({})), CloudState{});
  EXPECT_EQ(*parse_cloud_state("{}"), CloudState{});
}

TEST(CloudState, DamageIsAnErrorAndNeverACrash) {
  const std::string text = cloud_state_text(full_state());
  for (std::size_t length = 0; length < text.size() - 2; ++length)
    EXPECT_FALSE(parse_cloud_state(text.substr(0, length))) << length;
  for (const char* bad :
       {"[]", "7", "null", R"({"alerts": {"host_down": -1}})", R"({"alerts": {"host_down": 1.5}})",
        R"({"host_numbers": {"3": 4}})", R"({"host_numbers": {"3": {"name": 4}}})"}) {
    EXPECT_FALSE(parse_cloud_state(bad)) << bad;
  }
  const Result<CloudState> far =
      parse_cloud_state(R"({"first_run": 1e300, "seen_alerts": {"a": 1e12, "b": "x"}})");
  ASSERT_TRUE(far);
  EXPECT_EQ(*far, CloudState{});
}

TEST(CloudState, IsReplacedAsAWhole) {
  std::string name = (std::filesystem::temp_directory_path() / "xenha-state-XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  const std::filesystem::path file = cloud_state_file(name, "cloud.1");
  EXPECT_EQ(file.filename(), "cloud-cloud.1.json");
  EXPECT_EQ(*load_cloud_state(file), CloudState{}) << "no file yet";
  ASSERT_TRUE(save_cloud_state(file, full_state()));
  EXPECT_EQ(*load_cloud_state(file), full_state());
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".new"));
  std::ofstream(file) << "{";
  const Result<CloudState> damaged = load_cloud_state(file);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().message.find("state file " + file.string() + " cannot be understood: "), 0u);
  std::filesystem::remove_all(name);
  const Status gone = save_cloud_state(file, full_state());
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().message.find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace xenha::exporter
