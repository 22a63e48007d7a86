#include "exporter/cloud/cloud_state.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "exporter/kept_file.h"

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

json to_json(const CloudState& state) {
  json seen = json::object();
  for (const auto& [id, when] : state.seen_alerts) seen[id] = unix_seconds(when);
  json numbers = json::object();
  for (const auto& [number, host] : state.host_numbers)
    numbers[number] = {{"name", host.name}, {"id", host.id}};
  return {{"version", 1},
          {"first_run", to_json(state.first_run)},
          {"alerts", state.alerts},
          {"seen_alerts", std::move(seen)},
          {"horizon", to_json(state.horizon)},
          {"host_numbers", std::move(numbers)}};
}

/// Whatever is not as we write it is damage and throws json::exception.
CloudState from_json(const json& document) {
  CloudState state;
  state.first_run = to_time(document.value("first_run", json()));
  state.horizon = to_time(document.value("horizon", json()));
  const json alerts = document.value("alerts", json::object());
  for (const auto& [word, count] : alerts.items())
    state.alerts[word] = count.get_ref<const json::number_unsigned_t&>();
  const json seen = document.value("seen_alerts", json::object());
  for (const auto& [id, when] : seen.items()) {
    if (const auto time = to_time(when)) state.seen_alerts[id] = *time;
  }
  const json numbers = document.value("host_numbers", json::object());
  for (const auto& [number, host] : numbers.items())
    state.host_numbers[number] = {host.value("name", ""), host.value("id", "")};
  return state;
}

}  // namespace

std::filesystem::path cloud_state_file(const std::filesystem::path& dir, const std::string& cloud) {
  return dir / ("cloud-" + cloud + ".json");
}

Result<CloudState> parse_cloud_state(std::string_view text) {
  try {
    return from_json(json::parse(text));
  } catch (const json::exception& error) {
    return Error{ErrorCode::kBadConfig, error.what()};
  }
}

std::string cloud_state_text(const CloudState& state) {
  return to_json(state).dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<CloudState> load_cloud_state(const std::filesystem::path& file) {
  const Result<std::optional<std::string>> text = read_kept_file(file);
  if (!text) return text.error();
  if (!*text) return CloudState{};
  Result<CloudState> state = parse_cloud_state(**text);
  if (!state) return kept_file_error(file, "understood", state.error().message);
  return state;
}

Status save_cloud_state(const std::filesystem::path& file, const CloudState& state) {
  return replace_kept_file(file, cloud_state_text(state));
}

}  // namespace xenha::exporter
