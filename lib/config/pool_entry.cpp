#include <algorithm>
#include <map>

#include "lib/config/duration.h"
#include "lib/config/entries.h"

namespace xenha::config {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

std::string checked_address(const Text& text, Problems& problems) {
  if (text.empty()) return {};
  Result<std::string> address = parse_host_address(text.value);
  if (address) return *std::move(address);
  problems.error(text.where, address.error().message);
  return {};
}

HostEntry read_host(const Node& node, const Where& where, Problems& problems) {
  HostEntry host;
  host.where = where;
  if (node.kind != Node::Kind::kMap) {
    host.address = checked_address(text_of(node, where, problems), problems);
    return host;
  }
  Section section(&node, where, problems);
  host.address = checked_address(section.required("address", "write the host's address or name"), problems);
  if (section.has("pinned_sha256")) host.pins = read_pins(section);
  const Text name = section.text("tls_name");
  if (!name.empty()) {
    Result<std::string> known = parse_host_address(name.value);
    if (known) {
      host.tls_name = *std::move(known);
    } else {
      problems.error(name.where, known.error().message);
    }
  }
  return host;
}

std::vector<HostEntry> read_hosts(Section& section) {
  std::vector<HostEntry> hosts;
  std::map<std::string, int> first_line;
  const auto items = section.list("hosts");
  for (const auto& [node, where] : items) {
    HostEntry host = read_host(*node, where, section.problems());
    const auto [first, added] = first_line.emplace(host.address, where.line);
    if (!added && !host.address.empty()) {
      section.problems().error(
          where, in_quotes(host.address) + " is already in line " + std::to_string(first->second),
          "remove one");
      continue;
    }
    hosts.push_back(std::move(host));
  }
  const Node* node = section.find("hosts");
  if (items.empty() && (!node || node->kind != Node::Kind::kText))
    section.problems().error(section.at("hosts"), "no host is listed",
                             "list at least one member, better all");
  return hosts;
}

std::optional<LoginEntry> read_optional_login(Section& pool, const char* key, const Path& directory) {
  if (!pool.has(key)) return {};
  Section section(pool.find(key), pool.at(key), pool.problems());
  return read_login(section, directory);
}

std::uint16_t read_port(Section& section, std::uint16_t fallback) {
  const Text text = section.text("port");
  if (text.empty()) return fallback;
  const Result<std::uint16_t> port = parse_port(text.value);
  if (port) return *port;
  section.problems().error(text.where, port.error().message);
  return fallback;
}

seconds read_ha_timeout(Section& section) {
  // xapi refuses a timeout below 10 s only after it has half enabled HA.
  const Duration span = section.duration("ha_timeout", seconds(90), seconds(10), hours(1));
  const Where where = section.at("ha_timeout");
  if (span % seconds(1) != Duration::zero())
    section.problems().error(where, "XenServer counts HA timeouts in whole seconds",
                             "write " + format_duration(std::chrono::ceil<seconds>(span)));
  if (span < seconds(90))
    section.problems().warn(where, "below 90s a short storage outage fences hosts", "use 90s or more");
  return std::chrono::floor<seconds>(span);
}

bool every_host_pinned(const PoolEntry& pool) {
  return std::all_of(pool.hosts.begin(), pool.hosts.end(), [&](const HostEntry& host) {
    return !host.pins.value_or(pool.tls.policy.pins).empty();
  });
}

void check_host_tls(const PoolEntry& pool, Problems& problems) {
  for (const HostEntry& host : pool.hosts) {
    if (!host.pins && host.tls_name.empty()) continue;
    if (!pool.tls_on) problems.error(host.where, "TLS keys have no effect on plain http", "use scheme https");
    if (pool.tls_on && pool.tls.policy.insecure_skip_verify)
      problems.error(host.where, "asks for a check that insecure_skip_verify switches off",
                     "remove insecure_skip_verify from the pool");
  }
}

void warn_of_weak_tls(const Section& section, const PoolEntry& pool, Problems& problems) {
  if (!pool.tls_on)
    problems.warn(section.at("scheme"),
                  "plain http sends the password readable, and a master that is not listed is not followed",
                  "use https, or list every member under hosts");
  if (pool.tls_on && pool.tls.policy.insecure_skip_verify)
    problems.warn(
        pool.tls.insecure_skip_verify,
        "nobody checks who gets the password, and a master that is not listed is not followed",
        "use pinned_sha256 (man xenha-exporter says how to get a pin), or list every member under hosts");
  if (pool.tls_on && pool.tls.policy.min_version < http::TlsVersion::k1_2 && pool.tls.policy.pins.empty() &&
      every_host_pinned(pool))
    problems.warn(
        pool.tls.min_version,
        "the pins stand at single hosts, so members that are not listed are asked with TLS 1.2 only",
        "list every member, or put the pins under tls");
}

}  // namespace

PoolEntry read_pool(const Node& node, const Where& where, const Path& directory, Problems& problems) {
  Section section(&node, where, problems);
  PoolEntry pool;
  pool.where = where;
  if (node.kind != Node::Kind::kMap && node.kind != Node::Kind::kNull) return pool;
  pool.name = read_name(section);
  pool.hosts = read_hosts(section);
  pool.tls_on = section.word("scheme", "https", {"https", "http"}) == "https";
  pool.port = read_port(section, pool.tls_on ? 443 : 80);
  pool.login = read_login(section, directory);
  pool.host_login = read_optional_login(section, "host_login", directory);
  pool.actor = read_optional_login(section, "actor", directory);
  pool.tls = read_tls(section.find("tls"), section.at("tls"), directory, problems);
  pool.heartbeat_sr = section.text("heartbeat_sr").value;
  pool.ha_timeout = read_ha_timeout(section);
  pool.cloudstack = section.text("cloudstack");
  const Text cluster = section.text("cloudstack_cluster");
  pool.cloudstack_cluster = cluster.value;
  if (!cluster.empty() && !section.has("cloudstack"))
    problems.error(cluster.where, "needs the key cloudstack too", "add cloudstack: NAME or remove this key");
  check_tls(pool.tls, pool.tls_on, every_host_pinned(pool), problems);
  check_host_tls(pool, problems);
  if (!pool.hosts.empty()) warn_of_weak_tls(section, pool, problems);
  return pool;
}

}  // namespace xenha::config
