#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>

#include "tests/sim/control/commands.h"
#include "tests/sim/control/scenario.h"
#include "tests/sim/duration.h"

namespace xenha::sim {
namespace {

Error bad_line(int number, const std::string& message) {
  return {ErrorCode::kBadConfig, "line " + std::to_string(number) + ": " + message};
}

/// Words, with "double quotes" around what has spaces.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> out;
  std::string word;
  bool quoted = false;
  bool any = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
      any = true;
    } else if (!quoted && c == '#' && word.empty()) {
      break;
    } else if (!quoted && (c == ' ' || c == '\t')) {
      if (any || !word.empty()) out.push_back(std::move(word));
      word.clear();
      any = false;
    } else {
      word += c;
    }
  }
  if (any || !word.empty()) out.push_back(std::move(word));
  return out;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

bool pairs_of(const std::vector<std::string>& words, std::size_t from, Pairs& out) {
  for (std::size_t at = from; at < words.size(); ++at) {
    const std::size_t equals = words[at].find('=');
    if (equals == std::string::npos) return false;
    out.emplace_back(words[at].substr(0, equals), words[at].substr(equals + 1));
  }
  return true;
}

/// USER,ROUTER,CONSOLEPROXY,SSVM: how many of each.
void read_mix(const std::string& value, PoolSpec& spec) {
  std::istringstream list(value);
  for (std::string count; std::getline(list, count, ',');) spec.vm_mix.push_back(std::atoi(count.c_str()));
  spec.vms = std::accumulate(spec.vm_mix.begin(), spec.vm_mix.end(), 0);
}

Status read_pool(const Pairs& pairs, int number, SimulationOptions& options) {
  PoolSpec spec;
  for (const auto& [name, value] : pairs) {
    const int count = std::atoi(value.c_str());
    if (name == "name")
      spec.name = value;
    else if (name == "release")
      spec.release = value;
    else if (name == "hosts")
      spec.hosts = count;
    else if (name == "vms")
      spec.vms = count;
    else if (name == "ha")
      spec.ha = value == "on";
    else if (name == "ha_timeout")
      spec.ha_timeout = count;
    else if (name == "on")
      spec.vms_on = count;
    else if (name == "mix")
      read_mix(value, spec);
    else if (name == "heartbeat")
      spec.heartbeat_type = value;
    else if (name == "heartbeat_bytes")
      spec.heartbeat_bytes = std::atoll(value.c_str());
    else if (name == "hotfix")
      spec.hotfix = value == "on";
    else if (name == "latency")
      spec.latency_recorded = value == "on";
    else
      return bad_line(number, "a pool has no " + name);
  }
  options.pools.push_back(spec);
  return Nothing{};
}

Status read_cloud(const Pairs& pairs, int number, SimulationOptions& options) {
  CloudSpec spec;
  for (const auto& [name, value] : pairs) {
    if (name == "name") {
      spec.name = value;
    } else if (name == "version") {
      spec.version = value;
    } else if (name == "pools") {
      std::istringstream list(value);
      for (std::string pool; std::getline(list, pool, ',');) spec.pools.push_back(std::atoi(pool.c_str()));
    } else if (name == "skew") {
      spec.clock_skew = std::atof(value.c_str());
    } else if (name == "zone") {
      spec.zone_minutes = std::atoi(value.c_str());
    } else if (name.rfind("setting:", 0) == 0) {
      spec.settings[name.substr(8)] = value;
    } else {
      return bad_line(number, "a cloud has no " + name);
    }
  }
  options.clouds.push_back(spec);
  return Nothing{};
}

/// expect PATH = VALUE [within DURATION]
Status read_expectation(const std::vector<std::string>& words, ScenarioStep& step) {
  if (words.size() < 5) return bad_line(step.line_number, "write: expect PATH = VALUE, or != or >=");
  step.path = words[2];
  step.relation = words[3];
  step.value = words[4];
  if (step.relation != "=" && step.relation != "!=" && step.relation != ">=" && step.relation != "<=")
    return bad_line(step.line_number, "no such relation: " + step.relation);
  if (words.size() == 5) return Nothing{};
  const auto within = words.size() == 7 && words[5] == "within" ? parse_duration(words[6]) : std::nullopt;
  if (!within) return bad_line(step.line_number, "after the value only: within DURATION");
  step.within = *within;
  return Nothing{};
}

Status read_step(const std::vector<std::string>& words, ScenarioStep& step, Duration before) {
  std::string when = words[0].substr(1);
  const bool relative = !when.empty() && when.front() == '+';
  const auto span = parse_duration(relative ? when.substr(1) : when);
  if (!span || words.size() < 2) return bad_line(step.line_number, "write: @TIME VERB ..., for example @90s");
  step.at = relative ? before + *span : *span;
  if (step.at < before) return bad_line(step.line_number, "steps must stand in the order of time");
  step.verb = words[1];
  if (step.verb == "expect") return read_expectation(words, step);
  if (step.verb != "end" && commands().find(step.verb) == commands().end())
    return bad_line(step.line_number, "no such command: " + step.verb);
  if (!pairs_of(words, 2, step.arguments)) return bad_line(step.line_number, "arguments are NAME=VALUE");
  return Nothing{};
}

}  // namespace

Result<std::unique_ptr<Scenario>> Scenario::parse(const std::string& text, SimulationOptions& options) {
  auto scenario = std::make_unique<Scenario>();
  options.pools.clear();
  options.clouds.clear();
  std::istringstream in(text);
  std::string line;
  Duration before{};
  for (int number = 1; std::getline(in, line); ++number) {
    const std::vector<std::string> words = words_of(line);
    if (words.empty()) continue;
    Status status = Nothing{};
    if (words[0] == "pool") {
      Pairs pairs;
      status = pairs_of(words, 1, pairs) ? read_pool(pairs, number, options)
                                         : Status(bad_line(number, "arguments are NAME=VALUE"));
    } else if (words[0] == "cloud") {
      Pairs pairs;
      status = pairs_of(words, 1, pairs) ? read_cloud(pairs, number, options)
                                         : Status(bad_line(number, "arguments are NAME=VALUE"));
    } else if (words[0] == "speed" && words.size() == 2 && std::atof(words[1].c_str()) > 0) {
      options.speed = std::atof(words[1].c_str());
    } else if (words[0].front() == '@') {
      ScenarioStep step;
      step.line = line;
      step.line_number = number;
      status = read_step(words, step, before);
      before = step.at;
      scenario->steps_.push_back(std::move(step));
    } else {
      status = bad_line(number, "a line begins with pool, cloud, speed or @TIME");
    }
    if (!status) return status.error();
  }
  if (options.pools.empty()) options.pools.emplace_back();
  return scenario;
}

Result<std::unique_ptr<Scenario>> Scenario::read(const std::string& path, SimulationOptions& options) {
  std::ifstream file(path);
  if (!file) return Error{ErrorCode::kBadConfig, "cannot read " + path};
  std::ostringstream text;
  text << file.rdbuf();
  Result<std::unique_ptr<Scenario>> scenario = parse(text.str(), options);
  if (!scenario) return Error{ErrorCode::kBadConfig, path + ", " + scenario.error().message};
  return scenario;
}

}  // namespace xenha::sim
