#include "exporter/failover/history.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "exporter/failover/state_json.h"
#include "exporter/kept_json.h"
#include "lib/base/kept_file.h"
#include "lib/base/log.h"

namespace xenha::exporter {
std::filesystem::path failovers_file(const std::filesystem::path& dir, const std::string& pool) {
  return dir / ("failovers-" + pool + ".json");
}

Result<StopwatchState> parse_failovers(std::string_view text) {
  try {
    return state_from_json(nlohmann::json::parse(text));
  } catch (const nlohmann::json::exception& error) {
    return Error{ErrorCode::kBadConfig, error.what()};
  } catch (const Damage& damage) {
    return Error{ErrorCode::kBadConfig, damage.what()};
  }
}

std::string failovers_text(const StopwatchState& state) {
  return kept_text(state_to_json(state));
}

Result<StopwatchState> load_failovers(const std::filesystem::path& file) {
  return load_kept_file(file, parse_failovers);
}

Status save_failovers(const std::filesystem::path& file, const StopwatchState& state) {
  return replace_kept_file(file, failovers_text(state));
}

FailoverHistory::FailoverHistory(const std::filesystem::path& dir, std::string pool)
    : file_(failovers_file(dir, pool)), pool_(std::move(pool)) {
  Result<StopwatchState> loaded = load_failovers(file_);
  if (loaded) {
    loaded_ = *std::move(loaded);
    return;
  }
  const std::filesystem::path aside = set_kept_file_aside(file_);
  log::warn("failovers of a pool could not be read; their history begins anew, the old file is kept",
            {{"pool", pool_}, {"kept_as", aside.string()}, {"problem", loaded.error().message}});
}

StopwatchState FailoverHistory::take() {
  return std::exchange(loaded_, {});
}

void FailoverHistory::save(const StopwatchState& state) {
  const Status written = save_failovers(file_, state);
  if (written) {
    complained_ = false;
  } else if (!std::exchange(complained_, true)) {
    log::error("failovers are not kept: a restart of the exporter forgets them",
               {{"pool", pool_}, {"problem", written.error().message}});
  }
}

}  // namespace xenha::exporter
