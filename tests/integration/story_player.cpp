#include "tests/integration/story_player.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/integration/failover_claims.h"
#include "tests/integration/xe.h"

namespace xenha::test {
namespace {

Duration span_of(const std::map<std::string, std::string>& words, const std::string& name, double fallback) {
  const auto found = words.find(name);
  const double count = found == words.end() ? fallback : std::stod(found->second);
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(count));
}

void run_step(VirtualWorld& world, Xe& xe, const StoryStep& step, const PlayHooks& hooks) {
  if (!xe.refused().empty()) throw std::runtime_error("refused before: " + xe.refused().front());
  if (step.verb == "end") return;
  if (step.verb == "xe") return xe.begin(step.words.at("command"), step.words);
  if (step.verb == "check") return hooks.check(value_of(world, step.claim.path), step.claim);
  if (step.verb == "exporter") {
    const std::string& act = step.words.at("act");
    if (act == "kill") return world.kill();
    if (act == "stop") return world.stop();
    if (act == "start") return world.start();
    throw std::runtime_error("exporter start, stop or kill");
  }
  const bool cut = !step.words.contains("cut") || step.words.at("cut") != "false";
  if (step.verb == "uplink") return world.network().cut_uplink(cut);
  if (step.verb == "way") return world.network().cut_way(step.words.at("to"), cut);
  world.command(step.verb, nlohmann::json(step.words).dump());
}

}  // namespace

void play_steps(VirtualWorld& world, const Story& story, const PlayHooks& hooks) {
  world.config.probe_interval = span_of(story.exporter, "probe_interval", 5);
  world.config.cloudstack_interval = span_of(story.exporter, "cloudstack_interval", 30);
  world.skew_exporter(span_of(story.exporter, "skew", 0));
  world.start();
  Xe xe(world);
  Duration next{};
  for (const StoryStep& step : story.steps) {
    for (; hooks.every && next <= step.at; next += hooks.interval) {
      world.run_for(std::max(Duration{}, next - world.now()));
      hooks.every();
    }
    world.run_for(std::max(Duration{}, step.at - world.now()));
    try {
      run_step(world, xe, step, hooks);
    } catch (const std::runtime_error& refused) {
      throw std::runtime_error("line " + std::to_string(step.line_number) + ": " + step.line + "\n  " +
                               refused.what());
    }
  }
}

}  // namespace xenha::test
