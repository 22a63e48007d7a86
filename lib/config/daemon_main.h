// main() of a daemon, once its command line is parsed.
#pragma once

#include <iostream>
#include <memory>
#include <variant>

#include "lib/base/clock.h"
#include "lib/base/daemon.h"
#include "lib/config/check_report.h"
#include "lib/config/common_flags.h"

namespace xenha::config {

/// Says what there is to say instead of running, or checks the configuration, or runs. `Flags` has a member
/// `common` (CommonFlags); `check(flags)` gives a CheckReport, `start(flags, clock)` a Result of a pointer to
/// a Daemon. Gives the exit code.
template <class Flags, class Check, class Start>
int daemon_main(const std::variant<Flags, EarlyExit>& parsed, const Check& check, const Start& start) {
  if (const auto* early = std::get_if<EarlyExit>(&parsed)) {
    std::cout << early->out;
    if (!early->error.empty()) std::cerr << early->error << "\n";
    return early->code;
  }
  const Flags& flags = std::get<Flags>(parsed);
  if (flags.common.config_check) {
    const CheckReport report = check(flags);
    std::cout << report.text;
    return report.exit_code;
  }
  const SystemClock clock;
  return run_daemon([&]() -> Result<std::unique_ptr<Daemon>> {
    auto app = start(flags, clock);
    if (!app) return app.error();
    return std::unique_ptr<Daemon>(*std::move(app));
  });
}

}  // namespace xenha::config
