#include "hooks/ctl/procedures/telling.h"

#include <algorithm>

#include "lib/base/shell_word.h"

namespace xenha::ctl {
namespace {

std::string list(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& each : words) out += (out.empty() ? "" : ", ") + each;
  return out;
}

std::string host_words(const HostFacts& host) {
  std::vector<std::string> out;
  if (host.reachable == false) out.emplace_back("does not answer");
  if (host.emergency == true)
    out.push_back("is in emergency mode" +
                  (host.emergency_code.empty() ? "" : " (" + host.emergency_code + ")"));
  if (host.live == false) out.emplace_back("is not live");
  if (host.live == true && host.reachable == true && host.emergency != true) out.emplace_back("is up");
  if (host.enabled) out.emplace_back(*host.enabled ? "enabled" : "disabled: no VM starts on it");
  if (host.vms && *host.vms > 0)
    out.push_back(std::to_string(*host.vms) + (*host.vms == 1 ? " VM on it" : " VMs on it"));
  return out.empty() ? "was not read" : list(out);
}

}  // namespace

std::string named(std::string_view text, const Facts& facts, const Position& position) {
  const HostFacts* target = facts.host(position.host_uuid);
  const HostFacts* master = facts.host(position.new_master);
  const std::string host = target != nullptr ? target->label : position.host_label;
  const std::string next = master != nullptr ? master->label : "the new master";
  std::string out(text);
  const auto replace = [&out](std::string_view word, const std::string& by) {
    for (std::size_t at = out.find(word); at != std::string::npos; at = out.find(word, at + by.size()))
      out.replace(at, word.size(), by);
  };
  replace("HOST", host);
  replace("MASTER", next);
  return out;
}

std::string closing_words(const Facts& facts, const Position& position, bool left) {
  const std::string enable = command_line(Procedure::kHaEnable, facts.pool);
  const bool of_host = !position.host_uuid.empty();
  const std::string resume = resume_command(position);
  if (!facts.ha_enabled) return "Whether HA is on could not be read. Look: xenhactl status " + facts.pool;
  if (*facts.ha_enabled) {
    // What a host that is off said last is no fact any more.
    const auto armed = std::count_if(facts.hosts.begin(), facts.hosts.end(), [](const HostFacts& host) {
      return host.armed == true && host.live != false && host.reachable != false;
    });
    return "HA is on: " + std::to_string(armed) + " of " + std::to_string(facts.hosts.size()) + " hosts of " +
           facts.pool + " are armed.";
  }
  std::vector<std::string> off;
  for (const HostFacts& host : facts.hosts)
    if (host.live == false || host.reachable == false) off.push_back(host.label);
  std::string how = left && of_host && position.form.ha ? resume : enable;
  if (!off.empty() && !left) how = "return or remove " + list(off) + ", then " + enable;
  return "HA is OFF on " + facts.pool + ". To put it back: " + how;
}

std::vector<std::string> truth_words(const Facts& facts, const Position& position) {
  std::vector<std::string> out;
  if (const HostFacts* host = facts.host(position.host_uuid)) {
    out.push_back(host->label + " " + host_words(*host) + ".");
    if (host->cloud)
      out.push_back("In CloudStack it is " + host->cloud->state + ", " + host->cloud->resource_state + ".");
  }
  if (const HostFacts* master = facts.host(facts.master))
    out.push_back(master->label + " is master" +
                  (facts.agree_on_master() ? "." : ", but not all hosts say so."));
  else
    out.emplace_back("No host answers as master.");
  if (facts.operations && !facts.operations->empty())
    out.push_back("Runs on the pool: " + list(*facts.operations) + ".");
  return out;
}

std::string resume_command(const Position& position) {
  if (position.host_uuid.empty()) return command_line(position.form.procedure, position.pool);
  return "xenhactl host resume " + position.pool + " " + shell_word(position.host_label);
}

}  // namespace xenha::ctl
