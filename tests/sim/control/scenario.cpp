#include "tests/sim/control/scenario.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "tests/sim/control/commands.h"
#include "tests/sim/control/state.h"

namespace xenha::sim {
namespace {

/// An element of an array by number from 1, by "name" or by "address"; a member of an object by name.
const Json* child_of(const Json& in, const std::string& step) {
  if (in.is_object()) {
    const auto found = in.find(step);
    return found == in.end() ? nullptr : &*found;
  }
  if (!in.is_array()) return nullptr;
  for (const Json& item : in)
    if (item.is_object() &&
        (item.value("name", "") == step || std::to_string(item.value("number", -1)) == step))
      return &item;
  return nullptr;
}

/// "1.hosts.2.agent": pool 1, its host 2, member agent. "1.messages.#" counts; "writes" counts writes in the
/// log.
std::string look_up(World& world, const std::string& path) {
  if (path == "writes") return std::to_string(world.log.after(0, true).size());
  if (path == "calls") return std::to_string(world.log.last());
  const Json state = state_of(world);
  const std::string first = path.substr(0, path.find('.'));
  const bool in_cloud = child_of(state.at("clouds"), first) != nullptr && !world.find_site(first);
  const Json* at = &state.at(in_cloud ? "clouds" : "pools");
  std::size_t from = 0;
  while (at && from <= path.size()) {
    const std::size_t dot = std::min(path.find('.', from), path.size());
    const std::string step = path.substr(from, dot - from);
    if (step == "#") return std::to_string(at->size());
    at = child_of(*at, step);
    from = dot + 1;
  }
  if (!at) return "absent";
  if (at->is_string()) return at->get<std::string>();
  if (at->is_array() && !at->empty() && at->front().is_string()) return at->front().get<std::string>();
  return at->is_array() && at->empty() ? "none" : at->dump();
}

bool holds(const std::string& found, const std::string& relation, const std::string& wanted) {
  if (relation == "=") return found == wanted;
  if (relation == "!=") return found != wanted;
  const double number = std::strtod(found.c_str(), nullptr);
  const double limit = std::strtod(wanted.c_str(), nullptr);
  return relation == ">=" ? number >= limit : number <= limit;
}

std::string clock_text(const World& world) {
  return std::to_string(static_cast<long>(std::chrono::duration<double>(world.clock.now()).count())) + "s";
}

}  // namespace

void Scenario::report(const ScenarioStep& step, bool good, const std::string& detail) {
  if (!good) ++failures_;
  std::cout << (good ? "ok    " : "FAIL  ") << "line " << step.line_number << ": " << step.line;
  if (!detail.empty()) std::cout << "   (" << detail << ")";
  std::cout << std::endl;
}

void Scenario::check(World& world, const ScenarioStep& step, Duration deadline) {
  const std::string found = look_up(world, step.path);
  if (holds(found, step.relation, step.value)) {
    report(step, true, "at " + clock_text(world));
    return run_next(world);
  }
  if (world.clock.now() >= deadline) {
    report(step, false, "is " + found + " at " + clock_text(world));
    return run_next(world);
  }
  world.clock.after(std::chrono::seconds(1),
                    [this, &world, &step, deadline] { check(world, step, deadline); });
}

void Scenario::run_step(World& world, const ScenarioStep& step) {
  if (step.verb == "expect") return check(world, step, world.clock.now() + step.within);
  if (step.verb != "end") {
    Json arguments = Json::object();
    for (const auto& [name, value] : step.arguments) arguments[name] = value;
    const Result<Json> result = run_command(world, step.verb, arguments);
    report(step, static_cast<bool>(result), result ? "" : result.error().message);
  }
  run_next(world);
}

void Scenario::run_next(World& world) {
  if (next_ >= steps_.size()) return end_();
  const ScenarioStep& step = steps_[next_++];
  const Duration wait = std::max(Duration::zero(), step.at - world.clock.now());
  world.clock.after(wait, [this, &world, &step] { run_step(world, step); });
}

void Scenario::play(World& world, std::function<void()> end) {
  end_ = std::move(end);
  run_next(world);
}

}  // namespace xenha::sim
