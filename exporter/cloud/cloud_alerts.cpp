#include "exporter/cloud/cloud_alerts.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace xenha::exporter {
namespace {

using nlohmann::json;

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    const char c = text[at];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

/// The JSON object at the beginning of `text`, to its closing brace; empty when it has none.
std::string_view object_at(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted && c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == '{') {
      ++depth;
    } else if (!quoted && c == '}' && --depth == 0) {
      return text.substr(0, at + 1);
    }
  }
  return {};
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? found->dump() : std::string();
}

/// `Host {"id":<n>,"name":"..","uuid":".."}`, the fields in any order.
std::optional<AlertHost> host_object(std::string_view text) {
  const std::size_t brace = text.find("Host {");
  if (brace == text.npos) return std::nullopt;
  const json object = json::parse(object_at(text.substr(brace + 5)), nullptr, false);
  if (!object.is_object()) return std::nullopt;
  AlertHost host{text_of(object, "id"), text_of(object, "name"), text_of(object, "uuid")};
  if (!is_number(host.number)) host.number.clear();
  return host;
}

/// `name: <host> (id:<n or uuid>)`. A name may hold commas and brackets, so the end is an id that is one.
std::optional<AlertHost> host_in_words(std::string_view text) {
  constexpr std::string_view kBefore = "name: ";
  const std::size_t begin = text.find(kBefore);
  if (begin == text.npos) return std::nullopt;
  text.remove_prefix(begin + kBefore.size());
  for (std::size_t at = text.find("(id:"); at != text.npos; at = text.find("(id:", at + 1)) {
    const std::size_t end = text.find(')', at);
    if (end == text.npos) break;
    const std::string_view id = text.substr(at + 4, end - at - 4);
    if (!is_number(id) && !is_uuid(id)) continue;
    std::string_view name = text.substr(0, at);
    if (name.ends_with(' ')) name.remove_suffix(1);  // one release writes the blank, another does not
    AlertHost host{.number = {}, .name = std::string(name), .id = {}};
    (is_number(id) ? host.number : host.id) = id;
    return host;
  }
  return std::nullopt;
}

AlertHost host_in(std::string_view text) {
  if (auto host = host_object(text)) return *std::move(host);
  if (auto host = host_in_words(text)) return *std::move(host);
  return {};
}

/// What stands between the two, the second searched from the end; empty if either is missing.
std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t begin = text.find(before);
  if (begin == text.npos) return {};
  text.remove_prefix(begin + before.size());
  const std::size_t end = text.rfind(after);
  return end == text.npos ? std::string() : std::string(text.substr(0, end));
}

/// Of "<name> (<instance name>)", whatever the name holds.
std::string last_in_brackets(std::string_view text) {
  const std::size_t open = text.rfind(" (");
  if (open == text.npos || !text.ends_with(')')) return {};
  return std::string(text.substr(open + 2, text.size() - open - 3));
}

std::optional<AlertText> host_alert(std::string_view text) {
  using Kind = CloudAlertKind;
  constexpr std::pair<std::string_view, Kind> kInWords[] = {
      {"Host is down, ", Kind::kHaScheduled},
      {"Host in ALERT state, ", Kind::kHostAlert},
      {"Host disconnected, name: ", Kind::kHostDisconnected},
      {"Host disconnected, Host {", Kind::kHostDisconnected},
      {"Migration Complete for host ", Kind::kMaintenanceComplete},
  };
  for (const auto& [prefix, kind] : kInWords) {
    if (text.starts_with(prefix)) return AlertText{kind, host_in(text), {}};
  }
  for (const std::string_view prefix : {"Host disconnected, ", "Host down, "}) {
    if (!text.starts_with(prefix)) continue;
    const std::string_view rest = text.substr(prefix.size());
    AlertHost host = host_in(rest);
    if (is_number(rest)) host.number = rest;
    if (is_uuid(rest)) host.id = rest;
    return AlertText{Kind::kHostDown, std::move(host), {}};
  }
  return std::nullopt;
}

std::optional<AlertText> vm_alert(std::string_view text) {
  using Kind = CloudAlertKind;
  if (text.starts_with("HA starting VM: ")) return AlertText{Kind::kVmRestarted, {}, last_in_brackets(text)};
  if (text.starts_with("Unable to restart ")) {
    const std::size_t host = text.rfind(" on host ");
    return AlertText{Kind::kVmRestartFailed, host == text.npos ? AlertHost{} : host_in(text.substr(host)),
                     between(text, "Unable to restart ", " which was running on host ")};
  }
  if (text.starts_with("Unable to migrate vm ")) {
    const std::string rest = between(text, " from host ", " in zone ");
    return AlertText{Kind::kMigrationFailed,
                     {.number = {}, .name = rest, .id = {}},
                     std::string(text.substr(21, std::min(text.find(" from host "), text.size()) - 21))};
  }
  if (!text.starts_with("VM (name: ")) return std::nullopt;
  if (const std::size_t stop = text.rfind(") stopped unexpectedly on host "); stop != text.npos) {
    AlertHost host = host_in(text.substr(stop));
    const std::string number = between(text.substr(stop), "on host id:", ", availability zone");
    if (is_number(number)) host.number = number;
    return AlertText{Kind::kVmStoppedUnexpectedly, std::move(host),
                     between(text.substr(0, stop), "VM (name: ", ", id: ")};
  }
  const std::size_t stop = text.rfind(") stopped on host ");
  if (stop == text.npos || text.find("storage failure", stop) == text.npos) return std::nullopt;
  return AlertText{Kind::kVmStoppedStorage, host_in(text.substr(stop)),
                   between(text.substr(0, stop), "VM (name: ", ", id: ")};
}

}  // namespace

std::optional<AlertText> read_alert(const std::string& subject) {
  const std::string_view text = subject;
  // Before the others: it begins with several of their words.
  if (text.find("VM high availability manager is disabled") != text.npos)
    return AlertText{CloudAlertKind::kHaDisabled, host_in(text), {}};
  if (auto alert = host_alert(text)) return alert;
  return vm_alert(text);
}

void HostNumbers::learn(const AlertHost& host) {
  if (host.number.empty() || host.name.empty()) return;
  if (hosts_.size() >= kMost && !hosts_.contains(host.number)) return;
  Host& known = hosts_[host.number];
  if (known.name != host.name) known = {host.name, {}};  // renamed: the id is learnt again
  if (!host.id.empty()) known.id = host.id;
}

AlertHost HostNumbers::completed(AlertHost host) const {
  const auto found = hosts_.find(host.number);
  if (found == hosts_.end()) return host;
  if (host.name.empty()) host.name = found->second.name;
  if (host.id.empty() && host.name == found->second.name) host.id = found->second.id;
  return host;
}

}  // namespace xenha::exporter
