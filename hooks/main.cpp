// xenha-hooks: flags, signals, exit code.
#include <pthread.h>

#include <csignal>
#include <iostream>

#include "hooks/flags.h"
#include "hooks/hooks_app.h"
#include "lib/base/log.h"

namespace {

using namespace xenha;

int run(const hooks::Flags& flags) {
  // Blocked before any thread exists, so that only this one gets them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const SystemClock clock;
  Result<std::unique_ptr<hooks::HooksApp>> app =
      hooks::HooksApp::start({.config_file = flags.common.config_file, .line = flags.line}, clock);
  if (!app) {
    std::cerr << app.error().message << "\n";
    return 2;
  }
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) {
      log::info("stopping");
      return 0;
    }
    // The result is logged and counted; the running configuration stays if it is bad.
    static_cast<void>((*app)->reload());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = hooks::parse_flags(argc, argv);
  if (const auto* early = std::get_if<config::EarlyExit>(&parsed)) {
    std::cout << early->out;
    if (!early->error.empty()) std::cerr << early->error << "\n";
    return early->code;
  }
  const hooks::Flags& flags = std::get<hooks::Flags>(parsed);
  if (flags.common.config_check) {
    const config::CheckReport report = hooks::check_report(flags.common.config_file, flags.line);
    std::cout << report.text;
    return report.exit_code;
  }
  return run(flags);
}
