#include "lib/model/pool_reading.h"

#include <algorithm>
#include <charconv>

#include "lib/base/wall_time.h"

namespace xenha::model {
namespace {

constexpr std::chrono::minutes kStartSettles{30};

/// xapi takes an integer; anything else makes the next enable fail, so it is no timeout.
std::optional<double> whole_number(const std::string& text) {
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

bool task_runs(const PoolDb& db, std::string_view method) {
  return std::any_of(db.tasks.begin(), db.tasks.end(), [&](const auto& entry) {
    const TaskRecord& task = entry.second;
    return task.status == "pending" &&
           (task.name_label == method || task.name_label == "Async." + std::string(method));
  });
}

std::string name_of(const HostRecord& host) {
  if (!host.name_label.empty()) return host.name_label;
  return host.hostname.empty() ? host.uuid : host.hostname;
}

}  // namespace

const HostRecord* find_host(const PoolDb& db, const Ref& ref) {
  const auto found = db.hosts.find(ref);
  return found == db.hosts.end() ? nullptr : &found->second;
}

const HostRecord* master_of(const PoolDb& db) {
  const PoolRecord* pool = db.pool();
  return pool == nullptr ? nullptr : find_host(db, pool->master);
}

std::vector<Identity> identify(const PoolDb& db, const std::vector<AskedAddress>& asked) {
  std::vector<Identity> out;
  std::map<std::string, int> names;
  for (const auto& [ref, host] : db.hosts) ++names[name_of(host)];
  for (const auto& entry : db.hosts) {
    const Ref& ref = entry.first;
    const HostRecord& host = entry.second;
    Identity one{.uuid = host.uuid, .label = name_of(host), .record_address = host.address, .ref = ref};
    if (names[one.label] > 1) one.label += " (" + host.uuid.substr(0, 8) + ")";
    const auto answers_there = [&](const AskedAddress& door) {
      if (host.address.empty()) return false;
      return door.address == host.address || door.peer_ip == host.address;
    };
    const auto is_called = [&](const AskedAddress& door) {
      return door.address == host.hostname || door.address == host.name_label;
    };
    auto door = std::find_if(asked.begin(), asked.end(), answers_there);
    if (door == asked.end()) door = std::find_if(asked.begin(), asked.end(), is_called);
    if (door != asked.end()) one.probe_address = door->address;
    out.push_back(std::move(one));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.label < b.label; });
  return out;
}

std::optional<double> effective_timeout(const PoolRecord& pool) {
  if (pool.ha_timeout) return whole_number(*pool.ha_timeout);
  if (pool.default_ha_timeout) return whole_number(*pool.default_ha_timeout);
  return 60;
}

std::optional<bool> ha_required(const HostRecord& master, std::optional<bool> any_hotfix) {
  if (master.api_major == 0) return std::nullopt;
  if (master.api_major > 2 || master.api_minor >= 3) return true;
  return any_hotfix;
}

bool restarted_by_xenserver(const VmRecord& vm) {
  return vm.real && ((vm.ha_always_run && vm.ha_restart_priority == "restart") ||
                     vm.ha_restart_priority == "best-effort");
}

HaOperations ha_operations(const PoolDb& db) {
  const PoolRecord* pool = db.pool();
  if (pool == nullptr) return {};
  if (pool->current_operations) {
    const auto runs = [&](const char* word) {
      return std::find(pool->current_operations->begin(), pool->current_operations->end(), word) !=
             pool->current_operations->end();
    };
    return {runs("ha_enable"), runs("ha_disable")};
  }
  return {task_runs(db, "pool.enable_ha"), task_runs(db, "pool.disable_ha")};
}

std::vector<std::string> running_operations(const PoolDb& db) {
  std::vector<std::string> out;
  const PoolRecord* pool = db.pool();
  if (pool != nullptr && pool->current_operations) out = *pool->current_operations;
  for (const char* method : {"pool.enable_ha", "pool.disable_ha"})
    if (task_runs(db, method)) out.emplace_back(method);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::optional<std::string> mark_entry(const std::string& mark, std::string_view key) {
  std::size_t begin = 0;
  while (begin <= mark.size()) {
    const std::size_t end = std::min(mark.find(';', begin), mark.size());
    const std::string_view part = std::string_view(mark).substr(begin, end - begin);
    if (part.size() > key.size() && part.starts_with(key) && part[key.size()] == '=') {
      return std::string(part.substr(key.size() + 1));
    }
    begin = end + 1;
  }
  return std::nullopt;
}

std::optional<WallTime> mark_until(const std::string& mark) {
  const std::optional<std::string> until = mark_entry(mark, "until");
  if (!until) return std::nullopt;
  std::int64_t epoch = 0;
  const char* end = until->data() + until->size();
  const auto [stop, error] = std::from_chars(until->data(), end, epoch);
  if (error != std::errc() || stop != end) return std::nullopt;
  return wall_time(epoch);
}

bool intent_covers(const PoolRecord& pool, const Identity& host, WallTime now) {
  if (!pool.intent) return false;
  const std::optional<WallTime> until = mark_until(*pool.intent);
  if (!until || now >= *until) return false;
  const std::optional<std::string> name = mark_entry(*pool.intent, "host");
  return !name || name->empty() || *name == host.label || *name == host.uuid;
}

std::optional<bool> in_maintenance(const HostRecord& host, std::optional<bool> live, const HostRecord* master,
                                   Duration offset, WallTime now) {
  if (host.maintenance_mode) return true;
  if (!host.enabled || !live) return std::nullopt;
  if (*host.enabled || !*live) return false;
  if (!host.agent_start_time || master == nullptr || !master->agent_start_time) return std::nullopt;
  const WallTime newest = std::max(*host.agent_start_time, *master->agent_start_time);
  return now + offset - newest > kStartSettles;
}

}  // namespace xenha::model
