#include "exporter/landing_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "exporter/findings.h"
#include "exporter/metrics/heartbeat.h"

namespace xenha::exporter {
namespace {

constexpr std::size_t kMostOpenHealthy = 6;  ///< more pools than that: healthy ones are folded
constexpr const char* kUnknown = "<span class=\"unknown\" title=\"unknown\">&ndash;</span>";

constexpr const char* kStyle = R"(
:root{color-scheme:light dark;--ground:#f5f6f8;--card:#fff;--text:#1d2530;--soft:#5b6675;--line:#dde2e8;
--bad:#b3261e;--bad-ground:#fcebea;--warn:#8a5a00;--warn-ground:#fdf3dc;--good:#1b6e3c;--link:#1c5fb0}
@media (prefers-color-scheme:dark){:root{--ground:#14181d;--card:#1d232b;--text:#e3e8ee;--soft:#98a4b3;--line:#323b46;
--bad:#ff8a80;--bad-ground:#3a1d1c;--warn:#f2bf5b;--warn-ground:#33290f;--good:#6fcf97;--link:#85b7ff}}
*{box-sizing:border-box}
body{margin:0;padding:1rem 1.25rem 1.5rem;background:var(--ground);color:var(--text);
font:15px/1.45 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
a{color:var(--link)}
header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;margin-bottom:.9rem}
h1{font-size:1.15rem;margin:0}
h1 small,.soft,.unknown{color:var(--soft);font-weight:400}
.sum{margin:0;font-weight:600;flex:1}
nav a{margin-right:.9rem}
main{columns:36rem;column-gap:.9rem}
details{break-inside:avoid;margin-bottom:.9rem;background:var(--card);border:1px solid var(--line);border-left:6px solid var(--good);border-radius:5px;
padding:.55rem .9rem}
details.bad{border-left-color:var(--bad)}
details.warn{border-left-color:var(--warn)}
details.wait{border-left-color:var(--soft)}
details.good:not([open]),details.wait:not([open]){padding:.1rem .9rem;margin-bottom:.3rem}
summary{cursor:pointer;display:flex;flex-wrap:wrap;gap:.1rem .8rem;align-items:baseline}
summary b{font-size:1.05rem;overflow-wrap:anywhere}
.mark{font-weight:700;white-space:nowrap;color:var(--good)}
.bad>summary .mark,.no{color:var(--bad)}
.warn>summary .mark,.odd{color:var(--warn)}
.wait>summary .mark{color:var(--soft)}
.no,.odd{font-weight:700}
ul{list-style:none;margin:.5rem 0;padding:0}
li{padding:.2rem .6rem;margin-bottom:.2rem;border-radius:4px;background:var(--warn-ground);overflow-wrap:anywhere}
li.critical{background:var(--bad-ground)}
li b{white-space:nowrap;margin-right:.4rem;color:var(--warn)}
li.critical b{color:var(--bad)}
dl{display:flex;flex-wrap:wrap;gap:.1rem 1.4rem;margin:.5rem 0}
dl div{display:flex;gap:.4rem}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.16rem .7rem .16rem 0;border-top:1px solid var(--line);white-space:nowrap}
th{color:var(--soft);font-weight:400;font-size:.86rem;border-top:0}
td:first-child{white-space:normal;overflow-wrap:anywhere;min-width:6rem}
td.note{white-space:normal;min-width:9rem;overflow-wrap:anywhere}
footer{margin-top:1rem;color:var(--soft);font-size:.86rem}
)";

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char letter : text) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        // Control characters have no place in a page, and a name may hold any.
        out += static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f ? ' ' : letter;
    }
  }
  return out;
}

/// "yes", a loud "NO", or unknown.
std::string yes(const std::optional<bool>& fact) {
  if (!fact) return kUnknown;
  return *fact ? "yes" : "<span class=\"no\">NO</span>";
}

std::string ago(const std::optional<WallTime>& when, WallTime now) {
  return when ? age_words(now - *when) + " ago" : "never";
}

std::string fact(std::string_view name, const std::string& value) {
  return "<div><dt>" + std::string(name) + "</dt><dd>" + value + "</dd></div>";
}

std::string master_words(const PoolSnapshot& pool, WallTime now) {
  if (!pool.masters) return kUnknown;
  std::string names;
  for (const HostSnapshot& host : pool.hosts)
    if (host.claims_master == true) names += (names.empty() ? "" : ", ") + escape(host.label);
  if (names.empty()) return "<span class=\"no\">NONE</span>";
  if (*pool.masters > 1) return "<span class=\"no\">" + names + "</span>";
  return names + (pool.master_since
                      ? " <span class=\"soft\">for " + age_words(now - *pool.master_since) + "</span>"
                      : "");
}

std::string ha_words(const PoolSnapshot& pool, WallTime now) {
  if (!pool.facts || !pool.facts->ha_enabled) return kUnknown;
  const PoolFacts& facts = *pool.facts;
  if (facts.ha_enable_running == true) return "<span class=\"odd\">being enabled</span>";
  if (facts.ha_disable_running == true) return "<span class=\"odd\">being disabled</span>";
  if (*facts.ha_enabled) {
    const auto timeout = facts.ha_timeout ? " <span class=\"soft\">timeout " +
                                                std::to_string(std::lround(*facts.ha_timeout)) + " s</span>"
                                          : "";
    return "on" + timeout;
  }
  const std::string since = pool.ha_disabled_since ? " for " + age_words(now - *pool.ha_disabled_since) : "";
  return (facts.ha_required == false ? "off" : "<span class=\"no\">OFF</span>") + since +
         (facts.ha_required == false ? " <span class=\"soft\">(not required)</span>" : "");
}

std::string storage_words(const PoolSnapshot& pool) {
  if (!pool.facts) return kUnknown;
  std::string out;
  for (const HeartbeatSrSnapshot& sr : pool.facts->heartbeat_srs)
    out += (out.empty() ? "" : ", ") + escape(sr.label) +
           (sr.type.empty() ? "" : " <span class=\"soft\">" + escape(sr.type) + "</span>");
  return out.empty() ? "none" : out;
}

std::string state_words(const HostSnapshot& host) {
  if (!host.state) return kUnknown;
  std::string word = kHostStateWords[static_cast<std::size_t>(*host.state)];
  std::replace(word.begin(), word.end(), '_', ' ');
  switch (*host.state) {
    case HostState::kMaster:
      return "<b>master</b>";
    case HostState::kSlave:
      return word;
    case HostState::kEmergency:
    case HostState::kUnreachable:
      return "<span class=\"no\">" + word + "</span>";
    case HostState::kBooting:
    case HostState::kAuthError:
    case HostState::kTlsError:
      break;
  }
  return "<span class=\"odd\">" + word + "</span>";
}

std::string margin_words(const PoolSnapshot& pool, const HostSnapshot& host) {
  if (!pool.facts || pool.facts->ha_enabled != true) return kUnknown;
  const auto margin = heartbeat_margin(host, pool.facts->ha_timeout);
  if (!margin) return kUnknown;
  const std::string text = std::to_string(std::lround(std::max(0.0, *margin) * 100)) + "&nbsp;%";
  return *margin < 0.25 ? "<span class=\"odd\">" + text + "</span>" : text;
}

/// A code such as HA_HOST_CANNOT_SEE_PEERS, which may be broken after an underscore.
std::string code_words(const std::string& code) {
  std::string out = escape(code);
  for (std::size_t at = out.find('_'); at != std::string::npos; at = out.find('_', at + 6))
    out.insert(at + 1, "<wbr>");
  return out;
}

std::string note_of(const PoolSnapshot& pool, const HostSnapshot& host) {
  if (host.emergency == true) return code_words(host.emergency_reason);
  if (host.maintenance_xenserver == true || host.maintenance_xenha == true) return "maintenance";
  if (host.believed_master.empty() || host.claims_master == true) return "";
  for (const HostSnapshot& other : pool.hosts)
    if (other.claims_master == true && host.believed_master != other.label)
      return "follows " + escape(host.believed_master);
  return "";
}

std::string host_table(const PoolSnapshot& pool) {
  std::string out =
      "<div class=\"wide\"><table><tr><th>Host</th><th>State</th><th>Live</th><th>Enabled</th><th>HA "
      "armed</th>"
      "<th title=\"part of the HA timeout left before the host fences itself\">Margin</th><th></th></tr>\n";
  for (const HostSnapshot& host : pool.hosts) {
    const bool ha_on = pool.facts && pool.facts->ha_enabled == true;
    out += "<tr><td title=\"" + escape(host.address) + "\">" + escape(host.label) + "</td><td>" +
           state_words(host) + "</td><td>" + yes(host.live) + "</td><td>" + yes(host.enabled) + "</td><td>" +
           (!ha_on && host.ha_armed == false ? "no" : yes(host.ha_armed)) + "</td><td>" +
           margin_words(pool, host) + "</td><td class=\"note\">" + note_of(pool, host) + "</td></tr>\n";
  }
  return out + "</table></div>\n";
}

struct Card {
  const PoolSnapshot* pool = nullptr;
  std::vector<Finding> findings;
  int rank() const { return findings.empty() ? 2 : findings.front().severity == Severity::kCritical ? 0 : 1; }
};

std::string short_facts(const PoolSnapshot& pool) {
  const auto count = [&](const std::optional<bool>& fact) {
    return std::count_if(pool.hosts.begin(), pool.hosts.end(),
                         [&](const auto& host) { return host.live == fact; });
  };
  const std::string hosts = std::to_string(pool.hosts.size()) + (pool.hosts.size() == 1 ? " host" : " hosts");
  const bool known = count(std::nullopt) == 0;
  return "<span class=\"soft\">" + (known ? std::to_string(count(true)) + " of " + hosts + " live" : hosts) +
         "</span>";
}

std::string render_card(const Card& card, WallTime now, bool open) {
  static constexpr const char* kClasses[] = {"bad", "warn", "good"};
  static constexpr const char* kMarks[] = {"&#10006; PROBLEM", "&#9650; LOOK", "&#10004; ok"};
  const PoolSnapshot& pool = *card.pool;
  std::string out = "<details class=\"" + std::string(kClasses[card.rank()]) + "\"" + (open ? " open" : "") +
                    "><summary><span class=\"mark\">" + kMarks[card.rank()] + "</span> <b>" +
                    escape(pool.name) + "</b> " + short_facts(pool) + "</summary>\n";
  if (!card.findings.empty()) {
    out += "<ul>\n";
    for (const Finding& finding : card.findings) {
      const bool critical = finding.severity == Severity::kCritical;
      out += std::string(critical ? "<li class=\"critical\"><b>&#10006;</b>" : "<li><b>&#9650;</b>") +
             escape(finding.text) + "</li>\n";
    }
    out += "</ul>\n";
  }
  out += "<dl>" + fact("Master", master_words(pool, now)) + fact("HA", ha_words(pool, now)) +
         fact("Heartbeat on", storage_words(pool)) + fact("Last answer", ago(pool.last_success, now)) +
         "</dl>\n";
  return out + (pool.hosts.empty() ? "" : host_table(pool)) + "</details>\n";
}

std::string summary_words(const std::vector<Card>& cards, std::size_t waiting) {
  const auto sick =
      std::count_if(cards.begin(), cards.end(), [](const Card& card) { return card.rank() < 2; });
  const std::size_t all = cards.size() + waiting;
  const std::string pools = all == 1 ? "1 pool" : std::to_string(all) + " pools";
  std::string text =
      sick == 0 ? "Nothing wrong in " + pools
                : std::to_string(sick) + " of " + pools + (sick == 1 ? " needs" : " need") + " attention";
  if (waiting > 0) text += ", " + std::to_string(waiting) + " not read yet";
  return text;
}

std::string utc(WallTime when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return {text, length};
}

}  // namespace

std::string render_landing_page(const LandingPage& page) {
  std::vector<Card> cards;
  for (const auto& pool : page.pools) cards.push_back({pool.get(), pool_findings(*pool, page.now)});
  std::stable_sort(cards.begin(), cards.end(),
                   [](const Card& a, const Card& b) { return a.rank() < b.rank(); });
  const std::string words = summary_words(cards, page.waiting.size());

  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"refresh\" content=\"30\">\n<title>xenha: " +
      words + "</title>\n<style>" + kStyle +
      "</style></head>\n<body>\n<header><h1>xenha exporter <small>" XENHA_VERSION
      "</small></h1>\n<p class=\"sum\">" +
      words + "</p>\n<nav><a href=\"" + escape(page.telemetry_path) +
      "\">metrics</a><a href=\"/api/v1/pools\">pools as JSON</a><a href=\"/sd\">targets</a>"
      "<a href=\"/-/healthy\">healthy</a><a href=\"/-/ready\">ready</a></nav></header>\n<main>\n";
  const bool fold = cards.size() + page.waiting.size() > kMostOpenHealthy;
  const auto healthy =
      std::find_if(cards.begin(), cards.end(), [](const Card& card) { return card.rank() == 2; });
  for (auto card = cards.begin(); card != healthy; ++card) out += render_card(*card, page.now, true);
  for (const std::string& name : page.waiting)
    out += "<details class=\"wait\"><summary><span class=\"mark\">&#8230; not read yet</span> <b>" +
           escape(name) +
           "</b></summary><p>The first round of questions to this pool has not ended.</p></details>\n";
  for (auto card = healthy; card != cards.end(); ++card) out += render_card(*card, page.now, !fold);
  return out + "</main>\n<footer>As of " + utc(page.now) +
         "; renewed every 30 s. &ndash; means unknown. Margin: the part of the "
         "HA timeout a host has left before it fences itself.</footer>\n</body></html>\n";
}

}  // namespace xenha::exporter
