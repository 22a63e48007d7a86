#include "exporter/failover/history.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "exporter/failover/state_json.h"
#include "lib/base/log.h"

namespace xenha::exporter {
namespace {

std::string_view reason() {
  return std::strerror(errno);
}

Error file_error(const std::filesystem::path& file, std::string_view what, std::string_view why) {
  return {ErrorCode::kBadConfig,
          "failover file " + file.string() + " cannot be " + std::string(what) + ": " + std::string(why)};
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
  return state_to_json(state).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<StopwatchState> load_failovers(const std::filesystem::path& file) {
  std::error_code gone;
  if (!std::filesystem::exists(file, gone) && !gone) return StopwatchState{};
  std::ifstream in(file, std::ios::binary);
  if (!in) return file_error(file, "read", reason());
  std::ostringstream text;
  text << in.rdbuf();
  Result<StopwatchState> state = parse_failovers(text.str());
  if (!state) return file_error(file, "understood", state.error().message);
  return state;
}

Status save_failovers(const std::filesystem::path& file, const StopwatchState& state) {
  const std::string text = failovers_text(state);
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

FailoverHistory::FailoverHistory(const std::filesystem::path& dir, std::string pool)
    : file_(failovers_file(dir, pool)), pool_(std::move(pool)) {
  Result<StopwatchState> loaded = load_failovers(file_);
  if (loaded) {
    loaded_ = *std::move(loaded);
    return;
  }
  const std::filesystem::path aside = file_.string() + ".unreadable";
  std::error_code failed;
  std::filesystem::rename(file_, aside, failed);
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
