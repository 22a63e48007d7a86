// The reloads of a running daemon.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace xenha {

/// One at a time, each logged, and how they ended remembered for the metrics. The start counts as a good one.
class Reloads {
 public:
  struct Last {
    bool successful = true;
    WallTime success;  ///< of the newest that was good
  };

  /// `file` is named in the log.
  Reloads(std::string file, const Clock& clock)
      : file_(std::move(file)), clock_(clock), last_{true, clock.wall()} {}
  /// Gives what `reload` gives.
  Status run(const std::function<Status()>& reload);
  Last last() const;

 private:
  const std::string file_;
  const Clock& clock_;
  std::mutex running_;
  mutable std::mutex mutex_;
  Last last_;
};

}  // namespace xenha
