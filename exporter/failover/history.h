// What the stop-watch knows, over restarts of the exporter: one JSON file a pool in state_dir, replaced as a
// whole.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "exporter/failover/stopwatch.h"
#include "lib/base/result.h"

namespace xenha::exporter {

/// What such a file holds. Errors: kBadConfig, one line, when it is no such JSON, or holds what the
/// stop-watch never writes: an unknown word, a running VM that never ran, a time beyond reason. Times come
/// back to the microsecond.
Result<StopwatchState> parse_failovers(std::string_view text);
std::string failovers_text(const StopwatchState& state);

/// A file that is not there is an empty state. Errors: kBadConfig when it cannot be read or understood.
Result<StopwatchState> load_failovers(const std::filesystem::path& file);
/// Written beside, synced, renamed. Errors: kBadConfig with the reason of the system.
Status save_failovers(const std::filesystem::path& file, const StopwatchState& state);
std::filesystem::path failovers_file(const std::filesystem::path& dir, const std::string& pool);

/// The file of one pool, with the habits of the exporter's other state: unreadable is set aside with a log
/// line, and that it cannot be written is said once.
class FailoverHistory {
 public:
  FailoverHistory(const std::filesystem::path& dir, std::string pool);

  /// What was kept; for the constructor of the stop-watch, once.
  StopwatchState take();
  void save(const StopwatchState& state);

 private:
  std::filesystem::path file_;
  std::string pool_;
  StopwatchState loaded_;
  bool complained_ = false;
};

}  // namespace xenha::exporter
