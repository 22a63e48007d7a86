#include "exporter/cloud/cloud_state.h"

#include <nlohmann/json.hpp>

#include "exporter/kept_json.h"
#include "lib/base/kept_file.h"

namespace xenha::exporter {
namespace {

using nlohmann::json;

json to_json(const CloudState& state) {
  json seen = json::object();
  for (const auto& [id, when] : state.seen_alerts) seen[id] = unix_seconds(when);
  json numbers = json::object();
  for (const auto& [number, host] : state.host_numbers)
    numbers[number] = {{"name", host.name}, {"id", host.id}};
  return {{"version", 1},
          {"first_run", kept_time(state.first_run)},
          {"alerts", state.alerts},
          {"seen_alerts", std::move(seen)},
          {"horizon", kept_time(state.horizon)},
          {"host_numbers", std::move(numbers)}};
}

/// Whatever is not as we write it is damage and throws json::exception.
CloudState from_json(const json& document) {
  CloudState state;
  state.first_run = to_kept_time(document.value("first_run", json()));
  state.horizon = to_kept_time(document.value("horizon", json()));
  const json alerts = document.value("alerts", json::object());
  for (const auto& [word, count] : alerts.items())
    state.alerts[word] = count.get_ref<const json::number_unsigned_t&>();
  const json seen = document.value("seen_alerts", json::object());
  for (const auto& [id, when] : seen.items()) {
    if (const auto time = to_kept_time(when)) state.seen_alerts[id] = *time;
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
  return kept_text(to_json(state));
}

Result<CloudState> load_cloud_state(const std::filesystem::path& file) {
  return load_kept_file(file, parse_cloud_state);
}

Status save_cloud_state(const std::filesystem::path& file, const CloudState& state) {
  return replace_kept_file(file, cloud_state_text(state));
}

}  // namespace xenha::exporter
