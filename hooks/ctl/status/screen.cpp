#include "hooks/ctl/status/screen.h"

#include <algorithm>
#include <cmath>

#include "hooks/ctl/render/spans.h"
#include "hooks/ctl/status/words.h"

namespace xenha::ctl {
namespace {

using Severity = Finding::Severity;

Tone tone_of(Severity severity) {
  if (severity == Severity::kBad) return Tone::kBad;
  return severity == Severity::kWarning ? Tone::kWarn : Tone::kPlain;
}

const char* mark_of(Severity severity) {
  if (severity == Severity::kBad) return "!!";
  return severity == Severity::kWarning ? "!" : "-";
}

Cell state_cell(const HostStatus& host) {
  const hooks::HostSituation& said = host.said;
  if (said.emergency == true) return {"EMERGENCY", Tone::kBad};
  if (said.reachable == false) return {"NO ANSWER", Tone::kBad};
  if (said.claims_master == true) return {"master", Tone::kBold};
  if (said.failure == "HOST_STILL_BOOTING") return {"booting", Tone::kWarn};
  if (!said.failure.empty()) return {"REFUSES", Tone::kBad};
  if (!said.believed_master.empty()) return {"slave"};
  return {"unknown", Tone::kWarn};
}

Cell live_cell(const HostStatus& host) {
  if (host.said.live == false) return {"NOT LIVE", Tone::kBad};
  if (host.said.live == true) {
    if (host.said.enabled == false) return {"live, disabled", Tone::kWarn};
    return {"live"};
  }
  return {"?", Tone::kWarn};
}

Cell ha_cell(const PoolStatus& status, const HostStatus& host) {
  if (status.situation.ha_enabled == false) return {"off", Tone::kBad};
  if (host.said.live == false) return {"-", Tone::kDim};  // what the record says is from before
  if (host.said.armed == true) return {"armed", Tone::kGood};
  if (host.said.armed == false) return {"NOT ARMED", Tone::kBad};
  return {"?", Tone::kWarn};
}

Cell heartbeat_cell(const HostStatus& host) {
  if (host.said.live == false) return {"-", Tone::kDim};
  if (!host.heartbeat || !host.heartbeat->attached) return {"?", Tone::kWarn};
  if (!*host.heartbeat->attached) return {"UNPLUGGED", Tone::kBad};
  const auto& way = *host.heartbeat;
  if (!way.paths_active || !way.paths) return {"plugged"};
  const std::string paths = std::to_string(*way.paths_active) + "/" + std::to_string(*way.paths) + " paths";
  return {paths, *way.paths_active < *way.paths ? Tone::kBad : Tone::kPlain};
}

Cell cloud_cell(const HostStatus& host) {
  if (host.cloud_state.empty()) return {"?", Tone::kWarn};
  const bool enabled = host.cloud_resource_state.empty() || host.cloud_resource_state == "Enabled";
  return {host.cloud_state + (enabled ? "" : ", " + host.cloud_resource_state),
          host.cloud_state == "Up" ? (enabled ? Tone::kPlain : Tone::kWarn) : Tone::kBad};
}

std::string hosts_table(const PoolStatus& status, const Style& style) {
  std::vector<std::string> heads{"HOST", "STATE", "MASTER SAYS", "HA", "HEARTBEAT SR"};
  if (!status.cloudstack.empty()) heads.emplace_back("CLOUDSTACK");
  Table table(std::move(heads));
  for (const HostStatus& host : status.hosts) {
    std::vector<Cell> row{
        {host.said.label}, state_cell(host), live_cell(host), ha_cell(status, host), heartbeat_cell(host)};
    if (!status.cloudstack.empty()) row.push_back(cloud_cell(host));
    table.add(std::move(row));
  }
  return table.text(style, 2);
}

Cell ha_words(const PoolStatus& status) {
  const hooks::Situation& s = status.situation;
  std::string how;
  if (status.ha_timeout) how += ", timeout " + std::to_string(std::lround(*status.ha_timeout)) + " s";
  if (!status.heartbeat_sr.empty()) how += ", heartbeat on " + status.heartbeat_sr;
  if (s.ha_enabled == true) {
    std::string since;
    if (status.exporter.ha_enabled_since)
      since = ", seen so since " + moment_words(*status.exporter.ha_enabled_since, status.now());
    const auto armed = std::count_if(status.hosts.begin(), status.hosts.end(), [](const HostStatus& host) {
      return host.said.armed == true && host.said.live == true;
    });
    return {"on" + since + ", armed on " + std::to_string(armed) + " of " +
                std::to_string(status.hosts.size()) + " hosts" + how,
            Tone::kPlain};
  }
  if (s.ha_enabled == false) return {"OFF" + how, Tone::kBad};
  std::string last = "nobody can tell now";
  if (status.exporter.ha_enabled && status.exporter.last_success)
    last += "; it was " + std::string(*status.exporter.ha_enabled ? "on" : "OFF") +
            " when the exporter last heard the master, " +
            moment_words(*status.exporter.last_success, status.now());
  else if (status.hooks.seen_on)
    last += "; xenha-hooks last saw it on " + moment_words(*status.hooks.seen_on, status.now());
  return {last, Tone::kWarn};
}

Cell master_words(const PoolStatus& status) {
  const auto naming = [&](const std::string& label) {
    return std::count_if(status.hosts.begin(), status.hosts.end(),
                         [&](const HostStatus& host) { return host.said.believed_master == label; });
  };
  if (!status.master.empty())
    return {status.master + ", named by " + std::to_string(naming(status.master)) + " of " +
                std::to_string(status.hosts.size()) + " hosts",
            Tone::kPlain};
  if (!status.anybody_answers()) return {"unknown, no host told", Tone::kWarn};
  std::string named;
  for (const HostStatus& host : status.hosts)
    if (const std::string& master = host.said.believed_master;
        !master.empty() && named.find(master) == std::string::npos)
      named += (named.empty() ? "" : ", ") + master + " (named by " + std::to_string(naming(master)) + ")";
  return {status.masters().size() > 1 ? "TWO: " + named : "NONE" + (named.empty() ? "" : "; " + named),
          Tone::kBad};
}

Cell reenable_words(const PoolStatus& status) {
  const std::optional<hooks::GuardReport> first = objection(status.decision);
  if (!first) return {"yes, nothing objects: xenhactl ha enable " + status.pool, Tone::kGood};
  const auto others = std::count_if(status.decision.guards.begin(), status.decision.guards.end(),
                                    [&](const hooks::GuardReport& report) {
                                      hooks::Decision one{.guards = {report}};
                                      return report.guard != first->guard && objection(one).has_value();
                                    });
  return {
      "NO, " + std::string(word(first->guard)) + ": " + first->fact +
          (others > 0 ? "; and " + std::to_string(others) + " more: xenhactl explain " + status.pool : ""),
      Tone::kWarn};
}

Cell vms_words(const PoolStatus& status) {
  if (!status.exporter.problem.empty()) return {"unknown, the exporter was not read", Tone::kWarn};
  std::string down;
  int pending = 0;
  bool sure = false;
  for (const OpenFailover& failover : status.exporter.failovers) {
    pending += failover.pending;
    sure = sure || (failover.pending > 0 && status.perhaps_not_lost(failover) == nullptr);
    for (const std::string& vm : failover.down) down += (down.empty() ? "" : ", ") + vm;
  }
  if (pending == 0) return {"none that the exporter knows of", Tone::kPlain};
  return {(sure ? "" : "perhaps ") + std::to_string(pending) + ": " + down, sure ? Tone::kBad : Tone::kWarn};
}

Cell hooks_words(const PoolStatus& status) {
  const HooksWord& hooks = status.hooks;
  const WallTime now = status.now();
  if (!hooks.problem.empty()) return {"unknown, " + hooks.problem, Tone::kWarn};
  std::string out = "mode " + hooks.mode + (hooks.policies == 0 ? ", without a policy: does nothing" : "");
  if (hooks.acting)
    out += ", is switching HA on right now";
  else if (hooks.evaluation)
    out += ", " + hooks.evaluation->verdict + ": " + hooks.evaluation->reason + " (" +
           hooks.evaluation->fact + ")";
  else
    out += hooks.open_alerts == 0 ? ", no open alert" : ", an alert is open and not decided yet";
  if (hooks.last_attempt)
    out += "; last attempt " +
           (hooks.last_attempt->outcome.empty() ? std::string("runs") : hooks.last_attempt->outcome) + " " +
           moment_words(hooks.last_attempt->at, now) +
           (hooks.last_attempt->error.empty() || hooks.last_attempt->outcome == "success"
                ? ""
                : ": " + hooks.last_attempt->error);
  return {out, Tone::kPlain};
}

Cell cloud_words(const PoolStatus& status) {
  const auto& cloud = status.situation.cloud;
  if (!cloud) return {status.cloudstack + " was not asked", Tone::kWarn};
  if (!cloud->problem.empty()) return {status.cloudstack + ": " + cloud->problem, Tone::kWarn};
  if (cloud->managed_state.empty())
    return {status.cloudstack + " has no cluster with hosts of this pool", Tone::kWarn};
  return {status.cloudstack + ", the cluster is " + cloud->managed_state,
          cloud->managed_state == "Managed" ? Tone::kPlain : Tone::kWarn};
}

std::string message_words(const PoolStatus& status) {
  constexpr std::size_t kMost = 4;
  std::string out;
  for (std::size_t i = 0; i < std::min(kMost, status.messages.size()); ++i) {
    const PoolMessage& message = status.messages[i];
    out += (out.empty() ? "" : ", ") + moment_short(message.at, status.now()) + " " + message.name +
           (message.host.empty() ? "" : " " + message.host);
  }
  return out + (status.messages.size() > kMost ? ", ..." : "");
}

std::string facts_table(const PoolStatus& status, const Style& style) {
  Table table;
  const auto add = [&](const char* name, Cell value) {
    table.add({{name, Tone::kDim}, {std::move(value.text), value.tone}});
  };
  add("HA", ha_words(status));
  add("Master", master_words(status));
  if (status.situation.ha_enabled == false) add("Re-enable?", reenable_words(status));
  add("VMs down", vms_words(status));
  add("Hooks", hooks_words(status));
  if (!status.cloudstack.empty()) add("CloudStack", cloud_words(status));
  if (!status.messages.empty()) add("Messages", {message_words(status)});
  return table.text(style, 2);
}

std::string not_read(const PoolStatus& status, const Style& style) {
  Table table;
  for (const std::string& failed : status.situation.failed_reads) table.add({{"-"}, {failed}});
  if (!status.exporter.problem.empty()) table.add({{"-"}, {status.exporter.problem}});
  if (!status.hooks.problem.empty()) table.add({{"-"}, {status.hooks.problem}});
  if (status.situation.cloud && !status.situation.cloud->problem.empty())
    table.add({{"-"}, {status.cloudstack + ": " + status.situation.cloud->problem}});
  return table.empty() ? "" : "  Not read:\n" + table.text(style, 2);
}

}  // namespace

std::string pool_screen(const PoolStatus& status, const std::vector<Finding>& findings, const Style& style) {
  const bool well = healthy(findings);
  std::string out = style.paint(plain(status.pool), Tone::kBold) + "  " +
                    style.paint(well ? "healthy" : "NOT HEALTHY", well ? Tone::kGood : Tone::kBad) + "  " +
                    utc_words(status.now()) + "\n";
  Table table;
  for (const Finding& finding : findings) {
    table.add(
        {{mark_of(finding.severity), tone_of(finding.severity)}, {finding.what, tone_of(finding.severity)}});
    if (!finding.next.empty()) table.add({{"->", Tone::kBold}, {finding.next}});
    if (!finding.command.empty())
      table.add({{finding.next.empty() ? "->" : "", Tone::kBold}, {finding.command, Tone::kBold}});
  }
  if (!table.empty()) out += table.text(style);
  out += "\n" + facts_table(status, style) + "\n" + hosts_table(status, style);
  if (const std::string missing = not_read(status, style); !missing.empty()) out += "\n" + missing;
  return out;
}

std::string pool_line(const PoolStatus& status) {
  return "HA on, master " + status.master + ", " + std::to_string(status.hosts.size()) +
         " hosts live and armed";
}

}  // namespace xenha::ctl
