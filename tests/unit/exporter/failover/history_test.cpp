#include "exporter/failover/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/exporter/failover/story.h"

namespace xenha::exporter::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

/// In the middle of one failover, with one behind it.
StopwatchState rich_state() {
  Story story(small_pool());
  story.then(101, [](World& world) { world.dies("h2"); });
  story.then(160, [](World& world) { world.hosts["h2"].life = ProbeSight::Life::kAnswers; });
  story.then(401, [](World& world) { world.dies("h1"); });
  story.then(550, [](World& world) {
    world.elect("h3");
    world.declared_dead("h1");
  });
  story.then(600, [](World& world) { world.force_stop("a1"); });
  story.then(610, [](World& world) { world.restart("a1", "h3"); });
  return play(story.until(615));
}

class Dir {
 public:
  Dir() {
    std::string pattern = (fs::temp_directory_path() / "xenha-failovers-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Dir() { fs::remove_all(path_); }
  Dir(const Dir&) = delete;
  Dir& operator=(const Dir&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string read(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(FailoverFile, ComesBackAsItWas) {
  const StopwatchState state = rich_state();
  ASSERT_EQ(state.book.closed.size(), 1u);
  ASSERT_EQ(state.book.open.size(), 1u);
  ASSERT_FALSE(state.started.empty());
  const Result<StopwatchState> again = parse_failovers(failovers_text(state));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(*again == state);
}

TEST(FailoverFile, SavesAndLoads) {
  const Dir dir;
  FailoverHistory first(dir.path(), "pool1");
  EXPECT_TRUE(first.take() == StopwatchState{});
  first.save(rich_state());
  EXPECT_FALSE(fs::exists(dir.path() / "failovers-pool1.json.new"));
  FailoverHistory second(dir.path(), "pool1");
  EXPECT_TRUE(second.take() == rich_state());
}

TEST(FailoverFile, TheUnreadableIsSetAsideNotOverwritten) {
  const Dir dir;
  const fs::path file = failovers_file(dir.path(), "pool1");
  std::ofstream(file) << "{\"book\": ";
  FailoverHistory history(dir.path(), "pool1");
  EXPECT_TRUE(history.take() == StopwatchState{});
  history.save(rich_state());
  EXPECT_EQ(read(file.string() + ".unreadable"), "{\"book\": ");
  EXPECT_TRUE(load_failovers(file));
}

TEST(FailoverFile, SaysWhyItCannotBeWritten) {
  const Status written = save_failovers("/proc/no/such/failovers-pool1.json", {});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kBadConfig);
  EXPECT_THAT(written.error().message, HasSubstr("cannot be written"));
}

struct Row {
  const char* name;
  std::function<void(nlohmann::json&)> damage;
};
using nlohmann::json;
json& open_record(json& document) {
  return document["book"]["open"][0];
}
const Row kRows[] = {
    {"no_object", [](json& document) { document = json::array(); }},
    {"unknown_role", [](json& document) { open_record(document)["role"] = "king"; }},
    {"role_is_a_number", [](json& document) { open_record(document)["role"] = 1; }},
    {"no_loss", [](json& document) { open_record(document).erase("last_contact"); }},
    {"loss_in_the_far_future", [](json& document) { open_record(document)["last_contact"] = 1e18; }},
    {"phase_in_the_far_past", [](json& document) { open_record(document)["phases"]["detected"] = -1e18; }},
    {"phase_before_the_loss",
     [](json& document) { open_record(document)["phases"]["detected"] = 1760000001; }},
    {"open_and_closed", [](json& document) { open_record(document)["closed"] = 1760000000; }},
    {"closed_among_the_open",
     [](json& document) {
       open_record(document)["closed"] = 1760000000;
       open_record(document)["outcome"] = "expired";
     }},
    {"open_among_the_closed", [](json& document) { document["book"]["closed"][0] = open_record(document); }},
    {"runs_since_never",
     [](json& document) {
       json& victim = open_record(document)["victims"][1];
       victim["state"] = "running";
       victim["running_xenserver"] = victim["running_cloudstack"] = nullptr;
     }},
    {"unknown_state", [](json& document) { open_record(document)["victims"][0]["state"] = ""; }},
    {"negative_attempts",
     [](json& document) { open_record(document)["victims"][0]["failed_attempts"] = -1; }},
    {"huge_attempts",
     [](json& document) { open_record(document)["victims"][0]["failed_attempts"] = 1u << 31; }},
    {"victims_are_a_text", [](json& document) { open_record(document)["victims"] = "many"; }},
    {"other_buckets",
     [](json& document) {
       document["book"]["phase_seconds"] = json::array(
           {{{"role", "slave"}, {"phase", "detected"}, {"seconds", {{"counts", {1, 2}}, {"sum", 3}}}}});
     }},
    {"suspicions_are_a_fraction", [](json& document) { document["book"]["suspicions"] = 1.5; }},
    {"host_without_uuid", [](json& document) { document["baselines"][0]["host_uuid"] = ""; }},
    {"host_without_signs", [](json& document) { document["baselines"][0].erase("signs"); }},
    {"flag_is_a_text", [](json& document) { document["baselines"][0]["away"] = "yes"; }},
    {"started_is_a_list", [](json& document) { document["started"] = json::array({1}); }},
};

class Damaged : public testing::TestWithParam<Row> {};
TEST_P(Damaged, IsAnErrorOfOneLine) {
  json document = json::parse(failovers_text(rich_state()));
  GetParam().damage(document);
  const Result<StopwatchState> state = parse_failovers(document.dump());
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().code, ErrorCode::kBadConfig);
  EXPECT_FALSE(state.error().message.empty());
  EXPECT_EQ(state.error().message.find('\n'), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Rows, Damaged, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(FailoverFile, AnEmptyObjectIsAnEmptyState) {
  const Result<StopwatchState> state = parse_failovers("{}");
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_TRUE(*state == StopwatchState{});
}

TEST(FailoverFile, AHostThatWaitsForAForgottenRecordWaitsNoMore) {
  StopwatchState state = rich_state();
  state.book.open.clear();
  const Stopwatch watch(settings(), state);
  for (const Baseline& host : watch.state().baselines) {
    EXPECT_TRUE(host.failover.empty());
    EXPECT_EQ(host.away, host.host == "h1");
  }
}

}  // namespace
}  // namespace xenha::exporter::test
