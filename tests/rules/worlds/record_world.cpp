// Plays a story and writes down what a Prometheus would have scraped of it: the exposition of every 15 s of
// virtual time, or of another interval (`exporter scrape_interval=60` in the story).
//
//   record_world STORY.scn OUT.json [--interval SECONDS] [--story NAME] [--log]
//   record_world --list STORY.scn
//
// A file with a matrix holds several stories; --list tells their names. --log shows the exporter's log. Exit:
// 0 recorded, 1 a check of the story did not hold, 2 the file or the call is wrong.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "exporter/metrics/collect.h"
#include "exporter/metrics/self.h"
#include "lib/base/log.h"
#include "tests/integration/failover_claims.h"
#include "tests/integration/story_player.h"
#include "tests/rules/worlds/series_book.h"

namespace xenha::test {
namespace {

struct Call {
  std::string file, out, story;
  int interval = 0;  ///< seconds; 0: the story's scrape_interval
  bool list = false;
  bool log = false;
};

/// As /metrics serves it, without what the process costs; nothing is there while the exporter does not run.
class Recorder {
 public:
  explicit Recorder(VirtualWorld& world) : world_(world) {}

  void scrape() {
    book_.begin_scrape();
    book_.add("up", {}, world_.running() ? 1 : 0);
    if (!world_.running()) return;
    for (const auto& [name, pool] : world_.pools()) add(exporter::collect(pool));
    for (const auto& [name, cloud] : world_.clouds()) {
      const exporter::CloudFamilies families = exporter::collect_cloud(*cloud);
      add(families.of_no_pool);
      for (const auto& [pool, of_pool] : families.of_pool) add(of_pool);
    }
    exporter::ExporterSelf self;
    const bool ready = world_.pools().size() == world_.config.pools.size();
    if (ready) self.isolated = world_.isolation().isolated();
    self.last_reload_success = world_.started();
    metrics::Families own;
    exporter::collect_exporter(own, self);
    add(std::move(own).take());
  }
  const SeriesBook& book() const { return book_; }

 private:
  void add(const std::vector<prometheus::MetricFamily>& families) {
    for (const prometheus::MetricFamily& family : families) book_.add(family);
  }

  VirtualWorld& world_;
  SeriesBook book_{{{"job", "xenha"}, {"instance", "exporter:10045"}}};
};

nlohmann::json json_of(const Story& story, const Call& call, VirtualWorld& world, const SeriesBook& book) {
  nlohmann::json families = nlohmann::json::object();
  for (const auto& [name, family] : book.families())
    families[name] = {{"type", family.type}, {"help", family.help}};
  nlohmann::json alerts = nlohmann::json::array();
  for (const auto& [number, line] : story.alerts) alerts.push_back({{"line", number}, {"text", line}});
  const auto start =
      std::chrono::duration_cast<std::chrono::seconds>(world.world().virtual_start.time_since_epoch());
  return {{"story", story.name},       {"start", start.count()}, {"interval", call.interval},
          {"scrapes", book.scrapes()}, {"expectations", alerts}, {"families", families},
          {"series", book.series()}};
}

/// Did every check hold?
bool record(const Story& story, Call call) {
  const auto given = story.exporter.find("scrape_interval");
  if (call.interval == 0) call.interval = given == story.exporter.end() ? 15 : std::stoi(given->second);
  bool good = true;
  VirtualWorld world(story.world);
  Recorder recorder(world);
  PlayHooks hooks;
  hooks.check = [&](const std::optional<std::string>& found, const Claim& claim) {
    if (found && holds(*found, claim.relation, claim.value)) return;
    good = false;
    std::cerr << story.name << ", line " << claim.line_number << ": " << claim.line << "\n  but it is "
              << found.value_or("nowhere") << "\n";
  };
  hooks.interval = std::chrono::seconds(call.interval);
  hooks.every = [&] { recorder.scrape(); };
  play_steps(world, story, hooks);
  std::ofstream(call.out) << json_of(story, call, world, recorder.book()).dump(1) << "\n";
  return good;
}

std::optional<Call> read_call(int count, char** words) {
  Call call;
  std::vector<std::string> files;
  for (int at = 1; at < count; ++at) {
    const std::string word = words[at];
    if (word == "--list")
      call.list = true;
    else if (word == "--log")
      call.log = true;
    else if (word == "--interval" && at + 1 < count)
      call.interval = std::atoi(words[++at]);
    else if (word == "--story" && at + 1 < count)
      call.story = words[++at];
    else
      files.push_back(word);
  }
  if (files.size() != (call.list ? 1u : 2u) || call.interval < 0) return std::nullopt;
  call.file = files[0];
  if (!call.list) call.out = files[1];
  return call;
}

int run(const Call& call) {
  const auto stories = read_stories(call.file);
  if (!stories) {
    std::cerr << stories.error().message << "\n";
    return 2;
  }
  if (call.list) {
    for (const Story& story : *stories) std::cout << story.name << "\n";
    return 0;
  }
  for (const Story& story : *stories)
    if (stories->size() == 1 || story.name == call.story) return record(story, call) ? 0 : 1;
  std::cerr << "--story NAME: " << call.file << " holds\n";
  for (const Story& story : *stories) std::cerr << "  " << story.name << "\n";
  return 2;
}

}  // namespace
}  // namespace xenha::test

int main(int count, char** words) {
  const auto call = xenha::test::read_call(count, words);
  if (!call) {
    std::cerr << "record_world STORY.scn OUT.json [--interval SECONDS] [--story NAME] [--log]\nrecord_world "
                 "--list STORY.scn\n";
    return 2;
  }
  xenha::log::configure(call->log ? xenha::log::Level::kInfo : xenha::log::Level::kError,
                        xenha::log::Format::kLogfmt);
  try {
    return xenha::test::run(*call);
  } catch (const std::exception& problem) {
    std::cerr << call->file << ": " << problem.what() << "\n";
    return 2;
  }
}
