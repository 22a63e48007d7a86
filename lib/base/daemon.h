// What a program is that runs until a signal ends it.
#pragma once

#include <functional>
#include <memory>

#include "lib/base/result.h"

namespace xenha {

class Daemon {
 public:
  Daemon() = default;
  virtual ~Daemon() = default;
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  /// Reads the files anew; logs the result itself. An error leaves everything as it is.
  virtual Status reload() = 0;
};

/// Starts one, reloads it at SIGHUP, ends it at SIGTERM and SIGINT. Gives the program's exit code: 2 when it
/// did not start, with the reason on standard error. To be called before any thread exists.
int run_daemon(const std::function<Result<std::unique_ptr<Daemon>>()>& start);

}  // namespace xenha
