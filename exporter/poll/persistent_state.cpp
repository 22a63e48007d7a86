#include "exporter/poll/persistent_state.h"

#include <nlohmann/json.hpp>

#include "exporter/kept_json.h"
#include "lib/base/kept_file.h"

namespace xenha::exporter {
namespace {

using nlohmann::json;

/// Only what we write ourselves is a count: anything else, a fraction too, is damage and throws
/// json::exception.
std::uint64_t to_count(const json& value) {
  return value.is_null() ? 0 : value.get_ref<const json::number_unsigned_t&>();
}

json to_json(const PersistentState& state) {
  json messages = json::object();
  for (const auto& [name, seen] : state.messages)
    messages[name] = {{"count", seen.count}, {"last", kept_time(seen.last)}};
  json counted = json::object();
  for (const auto& [uuid, when] : state.counted_messages) counted[uuid] = unix_seconds(when);
  json members = json::object();
  for (const auto& [address, member] : state.members)
    members[address] = {{"uuid", member.uuid}, {"label", member.label}};
  return {{"version", 1},
          {"pool_uuid", state.pool_uuid},
          {"master_uuid", state.master_uuid},
          {"master_changes", state.master_changes},
          {"master_since", kept_time(state.master_since)},
          {"ha_seen_on", state.ha_seen_on},
          {"ha_disabled_since", kept_time(state.ha_disabled_since)},
          {"ha_enabled_since", kept_time(state.ha_enabled_since)},
          {"first_run", kept_time(state.first_run)},
          {"messages", std::move(messages)},
          {"counted_messages", std::move(counted)},
          {"members", std::move(members)}};
}

PersistentState from_json(const json& document) {
  PersistentState state;
  state.pool_uuid = document.value("pool_uuid", "");
  state.master_uuid = document.value("master_uuid", "");
  state.master_changes = to_count(document.value("master_changes", json()));
  state.master_since = to_kept_time(document.value("master_since", json()));
  state.ha_seen_on = document.value("ha_seen_on", false);
  state.ha_disabled_since = to_kept_time(document.value("ha_disabled_since", json()));
  state.ha_enabled_since = to_kept_time(document.value("ha_enabled_since", json()));
  state.first_run = to_kept_time(document.value("first_run", json()));
  const json messages = document.value("messages", json::object());
  for (const auto& [name, seen] : messages.items()) {
    state.messages[name] = {to_count(seen.value("count", json())), to_kept_time(seen.value("last", json()))};
  }
  const json counted_messages = document.value("counted_messages", json::object());
  for (const auto& [uuid, when] : counted_messages.items()) {
    if (const auto time = to_kept_time(when)) state.counted_messages[uuid] = *time;
  }
  const json members = document.value("members", json::object());
  for (const auto& [address, member] : members.items()) {
    state.members[address] = {member.value("uuid", ""), member.value("label", "")};
  }
  return state;
}

}  // namespace

std::filesystem::path state_file(const std::filesystem::path& dir, const std::string& pool) {
  return dir / ("pool-" + pool + ".json");
}

Result<PersistentState> parse_state(std::string_view text) {
  try {
    return from_json(json::parse(text));
  } catch (const json::exception& error) {
    return Error{ErrorCode::kBadConfig, error.what()};
  }
}

std::string state_text(const PersistentState& state) {
  return kept_text(to_json(state));
}

Result<PersistentState> load_state(const std::filesystem::path& file) {
  return load_kept_file(file, parse_state);
}

Status save_state(const std::filesystem::path& file, const PersistentState& state) {
  return replace_kept_file(file, state_text(state));
}

}  // namespace xenha::exporter
