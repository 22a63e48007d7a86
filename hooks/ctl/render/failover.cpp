#include "hooks/ctl/render/failover.h"

#include <algorithm>
#include <cmath>

#include "hooks/ctl/render/json.h"
#include "hooks/ctl/render/spans.h"
#include "lib/base/minutes.h"

namespace xenha::ctl {
namespace {

Tone tone_of_outcome(const std::string& outcome) {
  if (outcome == "recovered" || outcome == "false_alarm") return Tone::kGood;
  return outcome == "open" ? Tone::kWarn : Tone::kBad;
}

std::string outcome_words(const std::string& outcome) {
  if (outcome == "open") return "OPEN";
  if (outcome == "false_alarm") return "false alarm";
  if (outcome == "recovered") return "recovered";
  return outcome == "partial" ? "PARTIAL" : "EXPIRED";
}

WallTime lost_at(const Json& failover) {
  return time_at(at(failover, "loss"), "last_contact_timestamp_seconds").value_or(WallTime{});
}

long count_at(const Json& failover, const char* state) {
  return std::lround(number_at(at(failover, "vms"), state).value_or(0));
}

std::string after_words(std::optional<double> seconds) {
  return seconds ? minutes_words(*seconds) : "-";
}

/// When it ran again: as XenServer saw it, or else CloudStack.
std::optional<double> back_after(const Json& victim) {
  const std::optional<double> seen = number_at(at(victim, "running_xenserver"), "seconds");
  return seen ? seen : number_at(at(victim, "running_cloudstack"), "seconds");
}

Cell state_cell(const Json& victim) {
  const std::string state = text_at(victim, "state");
  if (state == "running") return {"runs again", Tone::kGood};
  if (state == "pending") return {"DOWN", Tone::kBad};
  if (state == "not_protected") return {"down, no HA", Tone::kWarn};
  if (state == "stayed") return {"never stopped", Tone::kDim};
  return {"stopped by a person", Tone::kDim};
}

std::string where_words(const Json& victim) {
  std::string out = text_at(victim, "new_host");
  if (const std::string by = text_at(victim, "replaced_by"); !by.empty()) out += " (as " + by + ")";
  const long failed = std::lround(number_at(victim, "failed_attempts").value_or(0));
  if (failed > 0)
    out += (out.empty() ? "" : ", ") + std::to_string(failed) +
           (failed == 1 ? " failed start" : " failed starts");
  if (bool_at(victim, "started_by_operator") == true) out += ", started by a person";
  return out;
}

std::string vms_words(const Json& failover) {
  std::string out;
  const auto add = [&](const char* state, const char* words) {
    if (const long count = count_at(failover, state); count > 0)
      out += (out.empty() ? "" : ", ") + std::to_string(count) + " " + words;
  };
  add("pending", "down and waiting");
  add("not_protected", "down without HA");
  add("running", "running again");
  add("stopped", "stopped by a person");
  add("stayed", "never stopped");
  return out.empty() ? "none was on it" : out;
}

std::string phases_table(const Json& failover, const Style& style) {
  Table table({"PHASE", "AFTER", "PUBLISHED"});
  for (const Json& row : list_at(failover, "table")) {
    const std::string measured = text_at(row, "measured"), published = text_at(row, "published");
    table.add({{text_at(row, "label")},
               {measured.empty() ? "not reached" : measured, measured.empty() ? Tone::kWarn : Tone::kBold},
               {published, Tone::kDim}});
  }
  return table.text(style, 2);
}

std::string victims_table(const Json& failover, const Style& style) {
  // Who is still down comes first, then who waited longest.
  std::vector<const Json*> victims;
  for (const Json& victim : list_at(failover, "victims")) victims.push_back(&victim);
  const auto rank = [](const Json& victim) {
    const std::string state = text_at(victim, "state");
    return state == "pending" ? 0 : state == "not_protected" ? 1 : state == "running" ? 2 : 3;
  };
  std::stable_sort(victims.begin(), victims.end(), [&](const Json* a, const Json* b) {
    if (rank(*a) != rank(*b)) return rank(*a) < rank(*b);
    return back_after(*a).value_or(0) > back_after(*b).value_or(0);
  });
  Table table({"VM", "KIND", "STATE", "AFTER", "WHERE"});
  for (const Json* victim : victims) {
    const std::string shown = text_at(*victim, "display_name");
    table.add({{text_at(*victim, "name") + (shown.empty() ? "" : " " + shown)},
               {text_at(*victim, "vm_kind")},
               state_cell(*victim),
               {text_at(*victim, "state") == "running" ? after_words(back_after(*victim)) : "-"},
               {where_words(*victim)}});
  }
  return table.empty() ? "  No VM was on it.\n" : table.text(style, 2);
}

}  // namespace

std::string failover_list(const Json& failovers, WallTime now, const Style& style) {
  Table table({"ID", "LOST (UTC)", "HOST", "OUTCOME"});
  for (const Json& failover : failovers) {
    const std::string outcome = text_at(failover, "outcome");
    const long pending = count_at(failover, "pending");
    const std::optional<double> all = number_at(at(at(failover, "phases"), "all_vms_running"), "seconds");
    std::string words = outcome_words(outcome);
    if (pending > 0)
      words += ", " + std::to_string(pending) + (pending == 1 ? " VM DOWN" : " VMs DOWN");
    else if (all)
      words += " in " + minutes_words(*all);
    table.add({{text_at(failover, "id")},
               {moment_short(lost_at(failover), now)},
               {text_at(failover, "role") + " " + text_at(failover, "host")},
               {words, tone_of_outcome(outcome)}});
  }
  return table.text(style);
}

std::string failover_screen(const Json& failover, WallTime now, const Style& style) {
  const std::string outcome = text_at(failover, "outcome");
  const Json& loss = at(failover, "loss");
  std::string out = style.paint(plain(text_at(failover, "pool") + ": " + text_at(failover, "role") + " " +
                                      text_at(failover, "host") + " lost"),
                                Tone::kBold) +
                    ", " + style.paint(outcome_words(outcome), tone_of_outcome(outcome)) + "\n";
  Table facts;
  facts.add({{"last contact"},
             {moment_words(lost_at(failover), now) + "; really lost up to " +
              std::to_string(std::lround(number_at(loss, "uncertainty_seconds").value_or(0))) + " s later"}});
  const std::optional<bool> ha = bool_at(failover, "ha_enabled");
  facts.add({{"pool HA then"}, {!ha ? "unknown" : *ha ? "on" : "OFF"}});
  if (const std::string master = text_at(failover, "new_master"); !master.empty())
    facts.add({{"new master"}, {master}});
  const std::optional<double> back = number_at(at(failover, "back"), "seconds");
  facts.add({{"host is back"}, {back ? "after " + minutes_words(*back) : "not yet"}});
  facts.add({{"VMs"}, {vms_words(failover)}});
  return out + facts.text(style, 2) + "\n" + phases_table(failover, style) + "\n" +
         victims_table(failover, style);
}

}  // namespace xenha::ctl
