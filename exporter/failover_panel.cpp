#include "exporter/failover_panel.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "exporter/failover_table.h"
#include "exporter/findings.h"
#include "exporter/timeline.h"
#include "lib/base/minutes.h"
#include "lib/web/html.h"

namespace xenha::exporter {
namespace {

using web::html::escape;

constexpr Duration kNews = std::chrono::hours(24);
constexpr std::size_t kMostNames = 12;

std::string within(const FailoverRecord& record) {
  const double span = std::max(0.0, seconds(record.uncertainty()));
  char text[32];
  std::snprintf(text, sizeof text, "%ld.%ld", std::lround(span * 10) / 10, std::lround(span * 10) % 10);
  std::string words = text;
  if (words.ends_with(".0")) words.resize(words.size() - 2);
  return words + " s";
}

std::string vms_words(const VictimCount& count) {
  if (count.expected() == 0) return "no VM was to be restarted";
  return std::to_string(count.running) + " of " + std::to_string(count.expected()) +
         (count.expected() == 1 ? " VM runs again" : " VMs run again");
}

std::string headline(const FailoverRecord& record, WallTime now) {
  const std::string who = std::string(kFailoverRoleWords[static_cast<std::size_t>(record.role)]) + " <b>" +
                          escape(record.host) + "</b>";
  const VictimCount count = count_victims(record);
  if (!record.closed)
    return "<b class=\"no\">Failover under way for " + minutes_words(seconds(now - record.last_contact)) +
           "</b>: " + who + " was lost; " + vms_words(count);
  std::string words = "Last failover, " + age_words(now - *record.closed) + " ago: " + who + ", ";
  switch (record.outcome) {
    case FailoverOutcome::kRecovered:
      words += "recovered";
      break;
    case FailoverOutcome::kExpired:
      words += "<b class=\"no\">given up after 3 h</b>";
      break;
    default:
      words += "<b class=\"odd\">only partly recovered</b>";
  }
  words += "; " + vms_words(count);
  if (const auto all = record.seconds_to(FailoverPhase::kAllVmsRunning))
    words += ", the last after " + minutes_words(*all);
  return words;
}

std::string table(const FailoverRecord& record) {
  std::string out =
      "<div class=\"wide\"><table class=\"phases\"><tr><th>After the loss (min:s)</th><th>Measured</th>"
      "<th title=\"two clusters of four hosts, both masters lost at once\">Published</th></tr>\n";
  for (const FailoverRow& row : failover_table(record))
    out += "<tr><td>" + escape(row.label) + "</td><td>" +
           (row.measured    ? minutes_words(*row.measured)
            : record.closed ? "&ndash;"
                            : "not yet") +
           "</td><td class=\"soft\">" + (row.published ? minutes_words(*row.published) : "") + "</td></tr>\n";
  return out + "</table></div>\n";
}

/// "Not running yet: a, b and 3 more", or nothing.
std::string names(const FailoverRecord& record, VictimState state, const char* words, const char* style) {
  std::string listed;
  std::size_t count = 0;
  for (const Victim& victim : record.victims) {
    if (victim.state != state || ++count > kMostNames) continue;
    const bool has_other_name = !victim.display_name.empty() && victim.display_name != victim.name;
    listed += (listed.empty() ? "<span class=\"vm\">" : ",</span> <span class=\"vm\">") +
              escape(victim.name) + (has_other_name ? " (" + escape(victim.display_name) + ")" : "");
  }
  if (count == 0) return "";
  listed += "</span>";
  if (count > kMostNames) listed += " and " + std::to_string(count - kMostNames) + " more";
  return "<p><b class=\"" + std::string(style) + "\">" + words + "</b> " + listed + "</p>\n";
}

constexpr const char* kLegend = R"(<p class="legend soft">
<span><svg width="12" height="14"><line class="unsure" x1="0" x2="12" y1="7" y2="7" stroke-width="14"/></svg> lost in here</span>
<span><svg width="14" height="14" viewBox="-7 -7 14 14"><path class="mark" d="M0-6 6 0 0 6-6 0z"/></svg> measured</span>
<span><svg width="16" height="14" viewBox="-8 -7 16 14"><path class="ring" d="M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0z"/></svg>
published time</span>
<span><svg width="24" height="14"><line class="down" x1="0" x2="24" y1="7" y2="7"/></svg> VM down</span>
<span><svg width="14" height="14" viewBox="-7 -7 14 14"><path class="runs" d="M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z"/></svg>
runs again</span></p>
)";

std::string details(const FailoverRecord& record, WallTime now) {
  std::string facts = "<p>Last contact " + web::html::utc(record.last_contact) +
                      "; the host was lost within " + within(record) +
                      " after that, and all times count from there, in minutes.";
  if (record.ha_enabled)
    facts += *record.ha_enabled ? " Pool HA was on." : " <b class=\"no\">Pool HA was OFF.</b>";
  if (record.back)
    facts += " The host was back after " + minutes_words(seconds(*record.back - record.last_contact)) +
             (record.rebooted == true    ? ", rebooted."
              : record.rebooted == false ? ", without a reboot."
                                         : ".");
  facts += "</p>\n";
  return timeline_svg(record, now) + kLegend +
         names(record, VictimState::kPending, record.closed ? "Never ran again:" : "Not running yet:", "no") +
         names(record, VictimState::kNotProtected, "Stay stopped, their HA is off:", "odd") + table(record) +
         facts + "<p><a href=\"/api/v1/failovers?id=" + escape(record.id) +
         "\">each VM of it, as JSON</a></p>\n";
}

std::string section(const FailoverRecord& record, WallTime now) {
  const bool shown = !record.closed || now - *record.closed < kNews;
  return std::string("<details class=\"failover\"") + (shown ? " open" : "") + "><summary>" +
         headline(record, now) + ".</summary>\n" + details(record, now) + "</details>\n";
}

}  // namespace

std::string failover_panel(const PoolSnapshot& pool, WallTime now) {
  if (!pool.failovers) return "";
  std::string out;
  for (const FailoverRecord& record : pool.failovers->open) out += section(record, now);
  if (out.empty())
    if (const FailoverRecord* newest = pool.failovers->newest()) out = section(*newest, now);
  return out;
}

}  // namespace xenha::exporter
