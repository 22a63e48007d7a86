// Every file in failovers/ is a test, once for each combination of its matrix.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "exporter/failover/history.h"
#include "tests/integration/failover_claims.h"
#include "tests/integration/failover_story.h"
#include "tests/integration/story_player.h"
#include "tests/integration/virtual_world.h"

namespace xenha::test {
namespace {

using exporter::FailoverRecord;

std::string book_text(VirtualWorld& world, const std::string& pool) {
  exporter::StopwatchState state;
  state.book = world.book(pool);
  return exporter::failovers_text(state);
}

void check(const std::optional<std::string>& found, const Claim& claim) {
  if (!found) {
    ADD_FAILURE() << "line " << claim.line_number << ": no such value: " << claim.path;
    return;
  }
  EXPECT_TRUE(holds(*found, claim.relation, claim.value))
      << "line " << claim.line_number << ": " << claim.line << "\n  but it is " << *found;
}

/// In the order of their losses, whichever closed first.
std::vector<FailoverRecord> records_of(VirtualWorld& world, const std::string& pool) {
  const exporter::FailoverBook book = world.book(pool);
  std::vector<FailoverRecord> out(book.closed.rbegin(), book.closed.rend());
  out.insert(out.end(), book.open.begin(), book.open.end());
  std::sort(out.begin(), out.end(),
            [](const FailoverRecord& a, const FailoverRecord& b) { return a.last_contact < b.last_contact; });
  return out;
}

void check_record(VirtualWorld& world, const Story::Expected& expected) {
  const std::vector<FailoverRecord> records = records_of(world, expected.pool);
  const auto index = static_cast<std::size_t>(expected.number - 1);
  ASSERT_LT(index, records.size()) << "line " << expected.line_number << ": no such record";
  const FailoverRecord& record = records[index];
  for (const Claim& claim : expected.claims) {
    SCOPED_TRACE("line " + std::to_string(claim.line_number) + ": " + claim.line);
    if (claim.relation == "~")
      compare_with_truth(world, record, claim);
    else
      check(value_of(record, claim.path), claim);
  }
}

std::vector<Story> all_stories() {
  std::vector<Story> out;
  for (const auto& entry :
       std::filesystem::directory_iterator(XENHA_SOURCE_DIR "/tests/integration/failovers")) {
    if (entry.path().extension() != ".scn") continue;
    auto stories = read_stories(entry.path());
    if (!stories) {
      Story broken;
      broken.name = entry.path().stem().string() + "_cannot_be_read";
      broken.exporter["error"] = stories.error().message;
      out.push_back(broken);
      continue;
    }
    out.insert(out.end(), stories->begin(), stories->end());
  }
  std::sort(out.begin(), out.end(), [](const Story& a, const Story& b) { return a.name < b.name; });
  return out;
}

/// Plays it in virtual time and checks every claim.
void play(const Story& story) {
  ASSERT_FALSE(story.exporter.contains("error")) << story.exporter.at("error");
  VirtualWorld world(story.world);
  play_steps(world, story, {.check = check});
  for (const auto& [pool, claim] : story.failovers)
    check(std::to_string(records_of(world, pool).size()), claim);
  for (const Story::Expected& expected : story.records) check_record(world, expected);
  if (world.running()) world.stop();
  EXPECT_TRUE(world.world().log.after(0, true).empty()) << "the exporter made a write call";
  if (!testing::Test::HasFailure() && std::getenv("XENHA_SHOW_RECORDS") == nullptr) return;
  for (const exporter::PoolConfig& pool : world.config.pools)
    std::cout << "what the exporter measured of " << pool.name << ":\n" << book_text(world, pool.name);
  for (const sim::TruthEntry& entry : world.world().truth.entries())
    std::cout << std::chrono::duration<double>(entry.at).count() << " s  " << entry.system << "  "
              << entry.what << "  " << entry.host << " " << entry.vm << " " << entry.detail << "\n";
}

}  // namespace

class FailoverStories : public testing::TestWithParam<Story> {};

TEST_P(FailoverStories, AreMeasuredAsTheyHappened) {
  play(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Files, FailoverStories, testing::ValuesIn(all_stories()),
                         [](const auto& story) { return story.param.name; });

}  // namespace xenha::test
