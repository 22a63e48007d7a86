#include "exporter/landing_page.h"

#include <algorithm>
#include <cmath>

#include "exporter/failover_panel.h"
#include "exporter/findings.h"
#include "exporter/metrics/heartbeat.h"
#include "lib/web/html.h"
#include "lib/web/page_style.h"

namespace xenha::exporter {
namespace {

using web::html::escape;
using web::html::kUnknown;

constexpr std::size_t kMostOpenHealthy = 6;  ///< more pools than that: healthy ones are folded

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

std::string cloud_words(const PoolSnapshot& pool, const CloudSnapshot* cloud, WallTime now) {
  const std::string name = escape(pool.cloudstack);
  if (!cloud) return name + " <span class=\"soft\">not read yet</span>";
  const std::string version =
      cloud->facts && !cloud->facts->version.empty() ? " " + escape(cloud->facts->version) : "";
  return name + " <span class=\"soft\">" + version + "</span> " +
         (cloud->up ? "answers" : "<span class=\"no\">NO ANSWER</span>") + " <span class=\"soft\">(" +
         ago(cloud->last_success, now) + ")</span>";
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
  if (host.maintenance_xenserver == true || host.maintenance_xenha == true ||
      host.maintenance_cloudstack == true)
    return "maintenance";
  if (host.believed_master.empty() || host.claims_master == true) return "";
  for (const HostSnapshot& other : pool.hosts)
    if (other.claims_master == true && host.believed_master != other.label)
      return "follows " + escape(host.believed_master);
  return "";
}

/// What CloudStack holds the host for. Up while it is reached is the only state that needs no second look.
std::string cloud_state_words(const HostSnapshot& host, const CloudSnapshot* cloud, const std::string& pool) {
  if (!cloud || !cloud->facts) return kUnknown;
  for (const CloudHostSnapshot& known : cloud->facts->hosts) {
    if (known.pool != pool || known.host_uuid.empty() || known.host_uuid != host.uuid) continue;
    if (known.state.empty()) return kUnknown;
    std::string words = escape(known.state);
    if (!known.resource_state.empty() && known.resource_state != "Enabled")
      words += " <span class=\"soft\">" + escape(known.resource_state) + "</span>";
    if (known.state == "Up") return words;
    return (known.state == "Down" || known.state == "Alert" ? "<span class=\"no\">"
                                                            : "<span class=\"odd\">") +
           words + "</span>";
  }
  return "<span class=\"odd\">not there</span>";
}

/// Of a host that it holds for dead the master repeats what was true before.
std::string armed_words(const HostSnapshot& host, bool ha_on) {
  if (host.live == false) return kUnknown;
  return !ha_on && host.ha_armed == false ? "no" : yes(host.ha_armed);
}

std::string host_table(const PoolSnapshot& pool, const CloudSnapshot* cloud) {
  const bool with_cloud = !pool.cloudstack.empty();
  std::string out =
      "<div class=\"wide\"><table><tr><th>Host</th><th>State</th><th>Live</th><th>Enabled</th><th>HA "
      "armed</th>"
      "<th title=\"part of the HA timeout left before the host fences itself\">Margin</th>";
  out += std::string(with_cloud ? "<th>CloudStack</th>" : "") + "<th></th></tr>\n";
  for (const HostSnapshot& host : pool.hosts) {
    const bool ha_on = pool.facts && pool.facts->ha_enabled == true;
    out += "<tr><td title=\"" + escape(host.address) + "\">" + escape(host.label) + "</td><td>" +
           state_words(host) + "</td><td>" + yes(host.live) + "</td><td>" + yes(host.enabled) + "</td><td>" +
           armed_words(host, ha_on) + "</td><td>" + margin_words(pool, host) + "</td>" +
           (with_cloud ? "<td>" + cloud_state_words(host, cloud, pool.name) + "</td>" : "") +
           "<td class=\"note\">" + note_of(pool, host) + "</td></tr>\n";
  }
  return out + "</table></div>\n";
}

struct Card {
  const PoolSnapshot* pool = nullptr;
  const CloudSnapshot* cloud = nullptr;  ///< null: none, or not read yet
  std::vector<Finding> findings;
  /// 0 the worst, 2 healthy.
  int rank() const { return findings.empty() ? 2 : std::min(2, static_cast<int>(findings.front().severity)); }
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
      static constexpr const char* kItems[] = {"<li class=\"critical\"><b>&#10006;</b>", "<li><b>&#9650;</b>",
                                               "<li class=\"info\"><b>&#8505;</b>"};
      out += kItems[static_cast<std::size_t>(finding.severity)] + escape(finding.text) + "</li>\n";
    }
    out += "</ul>\n";
  }
  out += "<dl>" + fact("Master", master_words(pool, now)) + fact("HA", ha_words(pool, now)) +
         fact("Heartbeat on", storage_words(pool)) + fact("Last answer", ago(pool.last_success, now)) +
         (pool.cloudstack.empty() ? "" : fact("CloudStack", cloud_words(pool, card.cloud, now))) + "</dl>\n";
  const bool under_way = pool.failovers && !pool.failovers->open.empty();
  const std::string panel = failover_panel(pool, now);
  if (under_way) out += panel;  // what is happening comes before how things stand
  if (!pool.hosts.empty()) out += host_table(pool, card.cloud);
  return out + (under_way ? "" : panel) + "</details>\n";
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

const CloudSnapshot* cloud_of(const LandingPage& page, const PoolSnapshot& pool) {
  for (const auto& cloud : page.clouds)
    if (!pool.cloudstack.empty() && cloud->name == pool.cloudstack) return cloud.get();
  return nullptr;
}

}  // namespace

std::string render_landing_page(const LandingPage& page) {
  std::vector<Card> cards;
  for (const auto& pool : page.pools) {
    const CloudSnapshot* cloud = cloud_of(page, *pool);
    cards.push_back({pool.get(), cloud, pool_findings(*pool, cloud, page.now)});
  }
  std::stable_sort(cards.begin(), cards.end(),
                   [](const Card& a, const Card& b) { return a.rank() < b.rank(); });
  const std::string words = summary_words(cards, page.waiting.size());

  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"refresh\" content=\"30\">\n<title>xenha: " +
      words + "</title>\n<style>" + web::html::kStyle +
      "</style></head>\n<body>\n<header><h1>xenha exporter <small>" XENHA_VERSION
      "</small></h1>\n<p class=\"sum\">" +
      words + "</p>\n<nav><a href=\"" + escape(page.telemetry_path) +
      "\">metrics</a><a href=\"/api/v1/pools\">pools as JSON</a><a href=\"/api/v1/failovers\">failovers as "
      "JSON</a>"
      "<a href=\"/sd\">targets</a>"
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
  return out + "</main>\n<footer>As of " + web::html::utc(page.now) +
         "; renewed every 30 s. &ndash; means unknown. Margin: the part of the "
         "HA timeout a host has left before it fences itself.</footer>\n</body></html>\n";
}

}  // namespace xenha::exporter
