// The sections beside pools: cloudstack, exporter, hooks, ctl.
#include <algorithm>
#include <tuple>

#include "lib/config/duration.h"
#include "lib/config/entries.h"

namespace xenha::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
constexpr hours kMonth{24 * 30};

Url read_url(Section& section, std::string_view key, const char* fallback) {
  const Text text = section.text(key);
  Result<Url> url = parse_url(text.empty() ? fallback : text.value);
  if (url) return *std::move(url);
  section.problems().error(text.where, url.error().message);
  return {};
}

CloudKeysEntry read_cloud_keys(Section& section, const Path& directory) {
  return {read_secret_file(section, "api_key_file", "api_key", directory, true),
          read_secret_file(section, "secret_key_file", "secret_key", directory, true)};
}

Path read_path(Section& section, std::string_view key, const char* fallback, const Path& directory) {
  const Text text = section.text(key);
  return text.empty() ? Path(fallback) : resolved(directory, text.value);
}

/// Prometheus takes nearly everything as the name of an alert; what nobody would write on purpose is a slip.
void check_alert_name(const Text& name, Problems& problems) {
  const std::string& text = name.value;
  const bool plain =
      std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (!plain || text.size() > 200 || text.front() == ' ' || text.back() == ' ')
    problems.error(name.where, in_quotes(text) + " is no usable name of an alert",
                   "write it as the rule has it behind alert:");
  // Alerts without a policy are counted under this name.
  if (text == "other") problems.error(name.where, "this name is taken", "give the alert another one");
}

std::vector<PolicyEntry> read_policies(Section& hooks) {
  std::vector<PolicyEntry> policies;
  for (const auto& [node, where] : hooks.list("policies")) {
    Section section(node, where, hooks.problems());
    PolicyEntry policy;
    const Text alert = section.required("alert", "write the alert's name");
    policy.alert = alert.value;
    if (!alert.empty()) check_alert_name(alert, hooks.problems());
    if (!section.has("action"))
      hooks.problems().error(section.at("action"), "is missing", "write enable-pool-ha");
    policy.action = section.word("action", "enable-pool-ha", {"enable-pool-ha"});
    const bool twice = std::any_of(policies.begin(), policies.end(),
                                   [&](const PolicyEntry& other) { return other.alert == policy.alert; });
    if (twice && !alert.empty())
      hooks.problems().error(alert.where, in_quotes(alert.value) + " has a policy already", "keep one");
    policies.push_back(std::move(policy));
  }
  return policies;
}

GuardsEntry read_guards(const Node* node, const Where& where, const Path& directory, Problems& problems) {
  Section section(node, where, problems);
  GuardsEntry guards;
  guards.settle = section.duration("settle", seconds(60), seconds(0), hours(24));
  guards.read_gap = section.duration("read_gap", seconds(10), milliseconds(100), minutes(10));
  guards.recheck = section.duration("recheck", seconds(30), seconds(1), hours(1));
  guards.max_facts_age = section.duration("max_facts_age", seconds(30), seconds(1), hours(1));
  guards.cool_down = section.duration("cool_down", minutes(15), seconds(0), kMonth);
  guards.max_attempts_per_day = section.integer("max_attempts_per_day", 2, 1, 100);
  guards.storm_pools = section.integer("storm_pools", 3, 1, 10000);
  guards.storm_window = section.duration("storm_window", minutes(10), seconds(1), hours(24));
  guards.flap_window = section.duration("flap_window", hours(1), seconds(0), kMonth);
  guards.maintenance_quiet = section.duration("maintenance_quiet", minutes(10), seconds(0), hours(24));
  const Node* forget = section.find("intent_forget_after");
  if (!forget || forget->text != "never")
    guards.intent_forget_after =
        section.duration("intent_forget_after", hours(8), minutes(1), hours(24 * 365));
  guards.verify = section.duration("verify", seconds(60), seconds(0), hours(1));
  guards.kill_switch_file = read_path(section, "kill_switch_file", "/etc/xenha/STOP", directory);
  if (guards.read_gap >= guards.max_facts_age)
    problems.error(section.at("read_gap"), "must be shorter than max_facts_age (" +
                                               format_duration(guards.max_facts_age) +
                                               "), or the first of the two reads is always too old");
  return guards;
}

/// One of the login's keys is there.
std::optional<LoginEntry> read_web_login(Section& section, const Path& directory) {
  bool any = section.present("password");
  for (const char* key : {"username", "password_file", "password_env"}) any = section.has(key) || any;
  if (!any) return {};
  LoginEntry login = read_login(section, directory);
  if (login.username.find(':') != std::string::npos)
    section.problems().error(section.at("username"), "holds a colon, which ends the name for a web server",
                             "give it another name in basic_auth_users");
  return login;
}

void warn_of_readable_secrets(const Section& section, const CtlEntry& ctl, bool hooks_token,
                              Problems& problems) {
  const bool to_hooks = ctl.login || ctl.token.source.is_set() || hooks_token;
  for (const auto& [key, url, gets] : {std::tuple("exporter_url", &ctl.exporter_url, ctl.login.has_value()),
                                       std::tuple("hooks_url", &ctl.hooks_url, to_hooks)})
    if (gets && !url->tls && !is_loopback(url->host))
      problems.warn(section.at(key), "plain http sends the password or token readable through the network",
                    "give the daemon TLS (its web config) and write https");
  if (to_hooks && ctl.tls.policy.insecure_skip_verify)
    problems.warn(ctl.tls.insecure_skip_verify, "nobody checks who gets the password or token",
                  "use ca_file or pinned_sha256");
}

}  // namespace

CloudEntry read_cloud(const Node& node, const Where& where, const Path& directory, Problems& problems) {
  Section section(&node, where, problems);
  CloudEntry cloud;
  cloud.where = where;
  if (node.kind != Node::Kind::kMap && node.kind != Node::Kind::kNull) return cloud;
  cloud.name = read_name(section);
  if (!section.has("url"))
    problems.error(section.at("url"), "is missing", "write for example https://mgmt.example:8443/client/api");
  cloud.url = read_url(section, "url", "https://missing/");
  cloud.keys = read_cloud_keys(section, directory);
  if (section.has("actor")) {
    Section actor(section.find("actor"), section.at("actor"), problems);
    cloud.actor = read_cloud_keys(actor, directory);
  }
  cloud.tls = read_tls(section.find("tls"), section.at("tls"), directory, problems);
  check_tls(cloud.tls, cloud.url.tls, !cloud.tls.policy.pins.empty(), problems);
  return cloud;
}

ExporterEntry read_exporter(const Node* node, const Where& where, const Path& directory, Problems& problems) {
  Section section(node, where, problems);
  ExporterEntry exporter;
  exporter.where = where;
  exporter.probe_interval = section.duration("probe_interval", seconds(5), seconds(1), minutes(5));
  exporter.cloudstack_interval = section.duration("cloudstack_interval", seconds(30), seconds(5), hours(1));
  exporter.request_timeout = section.duration("request_timeout", seconds(10), seconds(1), minutes(2));
  exporter.keep_facts = section.duration("keep_facts", minutes(15), seconds(10), kMonth);
  exporter.state_dir = read_path(section, "state_dir", "/var/lib/xenha-exporter", directory);
  const Duration least = exporter.probe_interval + exporter.request_timeout;
  if (exporter.keep_facts < least)
    problems.error(
        section.at("keep_facts"),
        "is shorter than probe_interval and request_timeout together, so facts would vanish between two "
        "probes",
        "write at least " + format_duration(least));
  return exporter;
}

HooksEntry read_hooks(const Node* node, const Where& where, const Path& directory, Problems& problems) {
  Section section(node, where, problems);
  HooksEntry hooks;
  hooks.where = where;
  hooks.mode = section.word("mode", "dry-run", {"dry-run", "act", "standby"});
  hooks.state_dir = read_path(section, "state_dir", "/var/lib/xenha-hooks", directory);
  hooks.bearer_token = read_secret_file(section, "bearer_token_file", "bearer_token", directory, false);
  hooks.operator_token = read_secret_file(section, "operator_token_file", "operator_token", directory, false);
  hooks.max_body = section.size("max_body", 1u << 20, 1u << 10, 64u << 20);
  hooks.policies = read_policies(section);
  hooks.guards = read_guards(section.find("guards"), section.at("guards"), directory, problems);
  return hooks;
}

CtlEntry read_ctl(const Node* node, const Where& where, const Path& directory, bool hooks_token,
                  Problems& problems) {
  Section section(node, where, problems);
  CtlEntry ctl;
  ctl.where = where;
  ctl.exporter_url = read_url(section, "exporter_url", "http://127.0.0.1:10045");
  ctl.hooks_url = read_url(section, "hooks_url", "http://127.0.0.1:10046");
  ctl.tls = read_tls(section.find("tls"), section.at("tls"), directory, problems, true);
  check_tls(ctl.tls, ctl.exporter_url.tls || ctl.hooks_url.tls, !ctl.tls.policy.pins.empty(), problems);
  ctl.token = read_secret_file(section, "token_file", "token", directory, false);
  ctl.login = read_web_login(section, directory);
  warn_of_readable_secrets(section, ctl, hooks_token, problems);
  const std::string state_dir = section.text("state_dir").value;
  ctl.state_dir =
      state_dir.empty() || state_dir.starts_with("~/") ? state_dir : resolved(directory, state_dir).string();
  return ctl;
}

}  // namespace xenha::config
