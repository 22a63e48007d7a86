#include "exporter/poll/persistent_state.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace xenha::exporter {
namespace {

using nlohmann::json;

json to_json(const std::optional<WallTime>& when) {
  return when ? json(unix_seconds(*when)) : json(nullptr);
}

std::optional<WallTime> to_time(const json& value) {
  if (!value.is_number()) return std::nullopt;
  const double epoch = value.get<double>();
  // Nanoseconds in 64 bits end in 2262; further out than this, the difference of two times would overflow.
  if (!std::isfinite(epoch) || std::fabs(epoch) > 4e9) return std::nullopt;
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(epoch)));
}

/// Only what we write ourselves is a count: anything else, a fraction too, is damage and throws
/// json::exception.
std::uint64_t to_count(const json& value) {
  return value.is_null() ? 0 : value.get_ref<const json::number_unsigned_t&>();
}

std::string_view reason() {
  return std::strerror(errno);
}

Error file_error(const std::filesystem::path& file, std::string_view what, std::string_view why) {
  return {ErrorCode::kBadConfig,
          "state file " + file.string() + " cannot be " + std::string(what) + ": " + std::string(why)};
}

json to_json(const PersistentState& state) {
  json messages = json::object();
  for (const auto& [name, seen] : state.messages)
    messages[name] = {{"count", seen.count}, {"last", to_json(seen.last)}};
  json counted = json::object();
  for (const auto& [uuid, when] : state.counted_messages) counted[uuid] = unix_seconds(when);
  json members = json::object();
  for (const auto& [address, member] : state.members)
    members[address] = {{"uuid", member.uuid}, {"label", member.label}};
  return {{"version", 1},
          {"pool_uuid", state.pool_uuid},
          {"master_uuid", state.master_uuid},
          {"master_changes", state.master_changes},
          {"master_since", to_json(state.master_since)},
          {"ha_seen_on", state.ha_seen_on},
          {"ha_disabled_since", to_json(state.ha_disabled_since)},
          {"first_run", to_json(state.first_run)},
          {"messages", std::move(messages)},
          {"counted_messages", std::move(counted)},
          {"members", std::move(members)}};
}

PersistentState from_json(const json& document) {
  PersistentState state;
  state.pool_uuid = document.value("pool_uuid", "");
  state.master_uuid = document.value("master_uuid", "");
  state.master_changes = to_count(document.value("master_changes", json()));
  state.master_since = to_time(document.value("master_since", json()));
  state.ha_seen_on = document.value("ha_seen_on", false);
  state.ha_disabled_since = to_time(document.value("ha_disabled_since", json()));
  state.first_run = to_time(document.value("first_run", json()));
  const json messages = document.value("messages", json::object());
  for (const auto& [name, seen] : messages.items()) {
    state.messages[name] = {to_count(seen.value("count", json())), to_time(seen.value("last", json()))};
  }
  const json counted_messages = document.value("counted_messages", json::object());
  for (const auto& [uuid, when] : counted_messages.items()) {
    if (const auto time = to_time(when)) state.counted_messages[uuid] = *time;
  }
  const json members = document.value("members", json::object());
  for (const auto& [address, member] : members.items()) {
    state.members[address] = {member.value("uuid", ""), member.value("label", "")};
  }
  return state;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
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
  return to_json(state).dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<PersistentState> load_state(const std::filesystem::path& file) {
  std::error_code gone;
  if (!std::filesystem::exists(file, gone) && !gone) return PersistentState{};
  std::ifstream in(file, std::ios::binary);
  if (!in) return file_error(file, "read", reason());
  std::ostringstream text;
  text << in.rdbuf();
  Result<PersistentState> state = parse_state(text.str());
  if (!state) return file_error(file, "understood", state.error().message);
  return state;
}

Status save_state(const std::filesystem::path& file, const PersistentState& state) {
  const std::string text = state_text(state);
  const std::filesystem::path beside = file.string() + ".new";
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (fd < 0) return file_error(beside, "written", reason());
  const bool written = write_all(fd, text) && ::fsync(fd) == 0;
  const std::string why(reason());
  ::close(fd);
  if (!written) return file_error(beside, "written", why);
  if (std::rename(beside.c_str(), file.c_str()) != 0) return file_error(file, "replaced", reason());
  const int dir = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
  return Nothing{};
}

}  // namespace xenha::exporter
