#include "tests/sim/cloud/settings.h"

#include <cstdlib>

namespace xenha::sim::cloud {
namespace {

constexpr Version kAlways{0, 0, 0};
constexpr Version kNever{99, 0, 0};

struct Row {
  const char* name;
  const char* category;
  const char* value;
  bool dynamic;
  Version from = kAlways, until = kNever;  ///< until: first release without it
  Version hidden_until = kAlways;
};

// The reference's table 4.3, and some more, so that a search for a part of a name finds several.
const Row kRows[] = {
    {"ping.interval", "Advanced", "60", false},
    {"ping.timeout", "Advanced", "2.5", true},
    {"alert.wait", "Advanced", "1800", true},
    {"wait", "Advanced", "1800", true},
    {"xapiwait", "Advanced", "600", false, kAlways, {4, 5, 0}},
    {"xapiwait", "Advanced", "60", false, {4, 5, 0}},
    {"host.ping.retry.count", "Advanced", "0", true, {4, 5, 0}},
    {"host.ping.retry.timer", "Advanced", "5", true, {4, 5, 0}},
    {"direct.agent.scan.interval", "Advanced", "90", false},
    {"sync.interval", "Advanced", "60", false},
    {"investigate.retry.interval", "Advanced", "60", false},
    {"restart.retry.interval", "Advanced", "600", false},
    {"stop.retry.interval", "Advanced", "600", false},
    {"migrate.retry.interval", "Advanced", "120", false},
    {"time.to.sleep", "Advanced", "60", false, kAlways, kNever, {4, 14, 0}},
    {"max.retries", "Advanced", "5", false, kAlways, {4, 14, 0}, {4, 14, 0}},
    {"vm.ha.migration.max.retries", "Advanced", "5", false, {4, 14, 0}},
    {"time.between.failures", "Advanced", "3600", false},
    {"time.between.cleanup", "Advanced", "86400", false},
    {"ha.workers", "Advanced", "5", false},
    {"force.ha", "Advanced", "false", false, kAlways, {4, 18, 0}},
    {"force.ha", "Advanced", "false", true, {4, 18, 0}},
    {"ha.tag", "Advanced", "", false},
    {"vm.ha.enabled", "Advanced", "true", true, {4, 20, 1}},
    {"vm.ha.alerts.enabled", "Advanced", "true", true, {4, 20, 1}},
    {"ha.vm.restart.hostup", "Advanced", "true", true, {4, 11, 1}},
    {"vm.op.wait.interval", "Advanced", "120", true},
    {"xen.heartbeat.interval", "Advanced", "60", false, kAlways, {4, 5, 0}},
    {"xenserver.heartbeat.timeout", "Advanced", "120", false, {4, 5, 0}},
    {"xenserver.heartbeat.interval", "Advanced", "60", false, {4, 5, 0}},
    {"event.purge.delay", "Advanced", "15", false},
    {"alert.purge.delay", "Advanced", "0", false},
    {"default.page.size", "Advanced", "500", false},
    {"default.ui.page.size", "Advanced", "20", true},
    {"json.content.type", "Advanced", "text/javascript", false, kAlways, {4, 9, 0}},
    {"json.content.type", "Advanced", "application/json; charset=UTF-8", false, {4, 9, 0}},
    {"api.throttling.enabled", "Advanced", "false", false},
    {"api.throttling.interval", "Advanced", "1", false},
    {"api.throttling.max", "Advanced", "25", false},
    {"enforce.post.requests.and.timestamps", "Advanced", "false", false, {4, 21, 0}},
    {"alert.smtp.host", "Alert", "", false},
    {"backup.snapshot.wait", "Advanced", "21600", true},
    {"copy.volume.wait", "Advanced", "10800", true},
    {"migratewait", "Advanced", "3600", true},
    {"consoleproxy.capacityscan.interval", "Console Proxy", "30000", false},
};

}  // namespace

Settings::Settings(const Version& version, const std::map<std::string, std::string>& overrides) {
  for (const Row& row : kRows) {
    if (version < row.from || version >= row.until) continue;
    definitions_[row.name] = {row.category, row.value, std::string("Setting ") + row.name, row.dynamic,
                              version < row.hidden_until};
    stored_[row.name] = *row.value ? std::optional<std::string>(row.value) : std::nullopt;
  }
  for (const auto& [name, value] : overrides)
    if (exists(name)) stored_[name] = value;
  take_over_all();
}

std::optional<std::string> Settings::stored(const std::string& name) const {
  const auto found = stored_.find(name);
  return found == stored_.end() ? std::nullopt : found->second;
}

void Settings::store(const std::string& name, std::optional<std::string> value) {
  stored_[name] = std::move(value);
}

void Settings::take_over(const std::string& name) {
  running_[name] = stored_[name];
}

void Settings::take_over_all() {
  running_ = stored_;
}

std::string Settings::text(const std::string& name) const {
  const auto found = running_.find(name);
  if (found == running_.end()) return {};
  return found->second ? *found->second : definitions_.at(name).default_value;
}

double Settings::number(const std::string& name) const {
  return std::strtod(text(name).c_str(), nullptr);
}

Duration Settings::seconds(const std::string& name) const {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(number(name)));
}

}  // namespace xenha::sim::cloud
