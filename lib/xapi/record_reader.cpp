#include "lib/xapi/record_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <tuple>

namespace xenha::xapi {
namespace {

using namespace std::string_view_literals;
using model::PoolDb;

std::string text(const Value& value) {
  return std::string(value.text().value_or(""));
}

model::Ref ref_of(const Value& value) {
  const std::string_view found = value.text().value_or("");
  return is_null_ref(found) ? model::Ref{} : model::Ref(found);
}

std::vector<std::string> texts(const Value& array) {
  std::vector<std::string> out;
  for (const Value& item : array.items) out.push_back(text(item));
  return out;
}

std::optional<std::string> entry(const Value& map, std::string_view key) {
  const Value* found = map.find(key);
  if (found == nullptr || !found->text()) return std::nullopt;
  return std::string(*found->text());
}

/// Seconds since the epoch as text, maybe with a fraction: other_config boot_time and agent_start_time.
std::optional<WallTime> epoch_entry(const Value& map, std::string_view key) {
  const std::optional<std::string> found = entry(map, key);
  if (!found) return std::nullopt;
  double epoch = 0;
  const char* end = found->data() + found->size();
  const auto [stop, error] = std::from_chars(found->data(), end, epoch);
  // A fraction may end in a bare dot ("1447000000."), which from_chars takes as part of the number or leaves.
  const bool whole = stop == end || (stop + 1 == end && *stop == '.');
  if (error != std::errc() || !whole || !std::isfinite(epoch) || epoch <= 0 || epoch > 1e11)
    return std::nullopt;
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(epoch)));
}

/// Sizes of -1 mean that the storage manager does not know.
std::optional<std::int64_t> size_of(const Value& value) {
  const std::optional<std::int64_t> found = value.integer();
  return found && *found >= 0 ? found : std::nullopt;
}

/// `mpath-<scsi id>` = "[active, total]".
bool add_paths(std::string_view list, int& active, int& total) {
  if (list.size() < 2 || list.front() != '[' || list.back() != ']') return false;
  list = list.substr(1, list.size() - 2);
  const std::size_t comma = list.find(',');
  if (comma == std::string_view::npos) return false;
  const auto number = [](std::string_view part, int& out) {
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), out);
    return error == std::errc() && stop == part.data() + part.size() && out >= 0;
  };
  int a = 0;
  int t = 0;
  if (!number(list.substr(0, comma), a) || !number(list.substr(comma + 1), t)) return false;
  active += a;
  total += t;
  return true;
}

/// CloudStack's mark on a host for each of its primary storages.
constexpr std::string_view kCloudHeartbeatTag = "cloud-heartbeat-";

template <class Record>
struct Field {
  std::string_view name;
  void (*read)(Record&, const Value&);
};

// One table a class: the field, and what becomes of it. The names are also what the decoder keeps of an
// answer.

const Field<model::PoolRecord> kPoolFields[] = {
    {"uuid", [](auto& r, const Value& v) { r.uuid = text(v); }},
    {"name_label", [](auto& r, const Value& v) { r.name_label = text(v); }},
    {"master", [](auto& r, const Value& v) { r.master = ref_of(v); }},
    {"ha_enabled", [](auto& r, const Value& v) { r.ha_enabled = v.boolean(); }},
    {"ha_configuration", [](auto& r, const Value& v) { r.ha_timeout = entry(v, "timeout"); }},
    {"ha_statefiles", [](auto& r, const Value& v) { r.ha_statefiles = texts(v); }},
    {"ha_host_failures_to_tolerate",
     [](auto& r, const Value& v) { r.ha_host_failures_to_tolerate = v.integer(); }},
    {"ha_plan_exists_for", [](auto& r, const Value& v) { r.ha_plan_exists_for = v.integer(); }},
    {"ha_overcommitted", [](auto& r, const Value& v) { r.ha_overcommitted = v.boolean(); }},
    {"ha_cluster_stack", [](auto& r, const Value& v) { r.ha_cluster_stack = text(v); }},
    {"restrictions",
     [](auto& r, const Value& v) {
       r.ha_licensed = std::nullopt;
       if (const auto word = entry(v, "enable_xha")) r.ha_licensed = *word == "true";
     }},
    {"current_operations",
     [](auto& r, const Value& v) {
       std::vector<std::string> running;
       for (const Member& member : v.members) running.push_back(text(member.value));
       r.current_operations = std::move(running);
     }},
    {"other_config",
     [](auto& r, const Value& v) {
       r.default_ha_timeout = entry(v, "default_ha_timeout");
       r.rolling_upgrade = v.find("rolling_upgrade_in_progress") != nullptr;
       r.intent = entry(v, "xenha:intent");
       r.paused = entry(v, "xenha:paused");
     }},
};

const Field<model::HostRecord> kHostFields[] = {
    {"uuid", [](auto& r, const Value& v) { r.uuid = text(v); }},
    {"name_label", [](auto& r, const Value& v) { r.name_label = text(v); }},
    {"hostname", [](auto& r, const Value& v) { r.hostname = text(v); }},
    {"address", [](auto& r, const Value& v) { r.address = text(v); }},
    {"enabled", [](auto& r, const Value& v) { r.enabled = v.boolean(); }},
    {"metrics", [](auto& r, const Value& v) { r.metrics = ref_of(v); }},
    {"API_version_major",
     [](auto& r, const Value& v) { r.api_major = static_cast<int>(v.integer().value_or(0)); }},
    {"API_version_minor",
     [](auto& r, const Value& v) { r.api_minor = static_cast<int>(v.integer().value_or(0)); }},
    {"ha_statefiles", [](auto& r, const Value& v) { r.has_ha_statefile = !v.items.empty(); }},
    {"ha_network_peers", [](auto& r, const Value& v) { r.ha_network_peers = texts(v); }},
    {"software_version",
     [](auto& r, const Value& v) {
       r.product_version = entry(v, "product_version").value_or("");
       r.build_number = entry(v, "build_number").value_or("");
       r.product_brand = entry(v, "product_brand").value_or("");
       r.xapi_build = entry(v, "xapi_build").value_or("");
     }},
    {"other_config",
     [](auto& r, const Value& v) {
       r.boot_time = epoch_entry(v, "boot_time");
       r.agent_start_time = epoch_entry(v, "agent_start_time");
       r.maintenance_mode = std::any_of(v.members.begin(), v.members.end(), [](const Member& m) {
         return m.name.starts_with("MAINTENANCE_MODE");
       });
     }},
    {"tags",
     [](auto& r, const Value& v) {
       r.cloud_heartbeat_srs.clear();
       for (const std::string& tag : texts(v))
         if (tag.starts_with(kCloudHeartbeatTag))
           r.cloud_heartbeat_srs.push_back(tag.substr(kCloudHeartbeatTag.size()));
     }},
};

const Field<model::HostMetricsRecord> kHostMetricsFields[] = {
    {"live", [](auto& r, const Value& v) { r.live = v.boolean(); }},
};

const Field<model::PbdRecord> kPbdFields[] = {
    {"host", [](auto& r, const Value& v) { r.host = ref_of(v); }},
    {"SR", [](auto& r, const Value& v) { r.sr = ref_of(v); }},
    {"currently_attached", [](auto& r, const Value& v) { r.currently_attached = v.boolean(); }},
    {"other_config",
     [](auto& r, const Value& v) {
       int active = 0;
       int total = 0;
       bool any = false;
       for (const Member& member : v.members) {
         if (member.name.starts_with("mpath-")) any |= add_paths(text(member.value), active, total);
       }
       r.paths_active = any ? std::optional(active) : std::nullopt;
       r.paths = any ? std::optional(total) : std::nullopt;
     }},
};

const Field<model::SrRecord> kSrFields[] = {
    {"uuid", [](auto& r, const Value& v) { r.uuid = text(v); }},
    {"name_label", [](auto& r, const Value& v) { r.name_label = text(v); }},
    {"type", [](auto& r, const Value& v) { r.type = text(v); }},
    {"shared", [](auto& r, const Value& v) { r.shared = v.boolean(); }},
    {"physical_size", [](auto& r, const Value& v) { r.physical_size = size_of(v); }},
    {"physical_utilisation", [](auto& r, const Value& v) { r.physical_utilisation = size_of(v); }},
};

const Field<model::VdiRecord> kVdiFields[] = {
    {"SR", [](auto& r, const Value& v) { r.sr = ref_of(v); }},
    {"type", [](auto& r, const Value& v) { r.type = text(v); }},
    {"name_label", [](auto& r, const Value& v) { r.ha_metadata = v.text() == "Metadata for HA"; }},
    {"virtual_size", [](auto& r, const Value& v) { r.virtual_size = v.integer().value_or(0); }},
    {"missing", [](auto& r, const Value& v) { r.missing = v.boolean().value_or(false); }},
};

const Field<model::VmRecord> kVmFields[] = {
    {"uuid", [](auto& r, const Value& v) { r.uuid = text(v); }},
    {"name_label", [](auto& r, const Value& v) { r.name_label = text(v); }},
    {"power_state", [](auto& r, const Value& v) { r.power_state = text(v); }},
    {"resident_on", [](auto& r, const Value& v) { r.resident_on = ref_of(v); }},
    {"is_a_template", [](auto& r, const Value& v) { r.real = r.real && !v.boolean().value_or(false); }},
    {"is_a_snapshot", [](auto& r, const Value& v) { r.real = r.real && !v.boolean().value_or(false); }},
    {"is_control_domain", [](auto& r, const Value& v) { r.real = r.real && !v.boolean().value_or(false); }},
    {"ha_restart_priority", [](auto& r, const Value& v) { r.ha_restart_priority = text(v); }},
    {"ha_always_run", [](auto& r, const Value& v) { r.ha_always_run = v.boolean().value_or(false); }},
};

const Field<model::TaskRecord> kTaskFields[] = {
    {"name_label", [](auto& r, const Value& v) { r.name_label = text(v); }},
    {"status", [](auto& r, const Value& v) { r.status = text(v); }},
};

template <class Record, std::size_t N>
std::array<std::string_view, N> names(const Field<Record> (&fields)[N]) {
  std::array<std::string_view, N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = fields[i].name;
  return out;
}

/// Calls `act(map, fields)` with the map and the field table of a class; false when the class is not
/// followed.
template <class Db, class Act>
bool with_class(Db& db, std::string_view event_class, Act act) {
  if (event_class == "pool") return act(db.pools, std::span(kPoolFields)), true;
  if (event_class == "host") return act(db.hosts, std::span(kHostFields)), true;
  if (event_class == "host_metrics") return act(db.host_metrics, std::span(kHostMetricsFields)), true;
  if (event_class == "pbd") return act(db.pbds, std::span(kPbdFields)), true;
  if (event_class == "sr") return act(db.srs, std::span(kSrFields)), true;
  if (event_class == "vdi") return act(db.vdis, std::span(kVdiFields)), true;
  if (event_class == "vm") return act(db.vms, std::span(kVmFields)), true;
  if (event_class == "task") return act(db.tasks, std::span(kTaskFields)), true;
  return false;
}

}  // namespace

std::span<const FollowedClass> followed_classes() {
  static const auto pool = names(kPoolFields);
  static const auto host = names(kHostFields);
  static const auto host_metrics = names(kHostMetricsFields);
  static const auto pbd = names(kPbdFields);
  static const auto sr = names(kSrFields);
  static const auto vdi = names(kVdiFields);
  static const auto vm = names(kVmFields);
  static const auto task = names(kTaskFields);
  static const std::array<FollowedClass, 8> classes{{
      {"pool", "pool", pool},
      {"host", "host", host},
      {"host_metrics", "host_metrics", host_metrics},
      {"PBD", "pbd", pbd},
      {"SR", "sr", sr},
      {"VDI", "vdi", vdi},
      {"VM", "vm", vm},
      {"task", "task", task},
  }};
  return classes;
}

const FollowedClass* followed_class(std::string_view event_name) {
  for (const FollowedClass& followed : followed_classes()) {
    if (followed.event == event_name) return &followed;
  }
  return nullptr;
}

bool put_record(PoolDb& db, std::string_view event_class, std::string_view ref, const Value& record) {
  if (record.kind != Value::Kind::kStruct) return false;
  return with_class(db, event_class, [&](auto& map, auto fields) {
    typename std::remove_reference_t<decltype(map)>::mapped_type made;
    for (const auto& field : fields) {
      if (const Value* value = record.find(field.name)) field.read(made, *value);
    }
    map.insert_or_assign(model::Ref(ref), std::move(made));
  });
}

void drop_record(PoolDb& db, std::string_view event_class, std::string_view ref) {
  with_class(db, event_class, [&](auto& map, auto) { map.erase(model::Ref(ref)); });
}

std::size_t record_count(const PoolDb& db, std::string_view event_class) {
  std::size_t count = 0;
  with_class(db, event_class, [&](auto& map, auto) { count = map.size(); });
  return count;
}

void clear_class(PoolDb& db, std::string_view event_class) {
  with_class(db, event_class, [&](auto& map, auto) { map.clear(); });
}

Keep keep_followed() {
  std::vector<RecordFilter> filters;
  for (const FollowedClass& followed : followed_classes())
    filters.push_back({followed.event, followed.fields});
  return Keep::events(std::move(filters));
}

void copy_class(PoolDb& to, const PoolDb& from, std::string_view event_class) {
  if (event_class == "pool") to.pools = from.pools;
  if (event_class == "host") to.hosts = from.hosts;
  if (event_class == "host_metrics") to.host_metrics = from.host_metrics;
  if (event_class == "pbd") to.pbds = from.pbds;
  if (event_class == "sr") to.srs = from.srs;
  if (event_class == "vdi") to.vdis = from.vdis;
  if (event_class == "vm") to.vms = from.vms;
  if (event_class == "task") to.tasks = from.tasks;
}

void put_all_records(PoolDb& db, std::string_view event_class, const Value& map) {
  clear_class(db, event_class);
  for (const Member& member : map.members) put_record(db, event_class, member.name, member.value);
}

bool put_field(PoolDb& db, std::string_view event_class, std::string_view ref, std::string_view field,
               const Value& value) {
  bool known = false;
  with_class(db, event_class, [&](auto& map, auto fields) {
    for (const auto& candidate : fields) {
      if (candidate.name != field) continue;
      candidate.read(map[model::Ref(ref)], value);
      known = true;
    }
  });
  return known;
}

}  // namespace xenha::xapi
