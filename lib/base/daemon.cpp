#include "lib/base/daemon.h"

#include <pthread.h>

#include <csignal>
#include <iostream>

#include "lib/base/log.h"

namespace xenha {

int run_daemon(const std::function<Result<std::unique_ptr<Daemon>>()>& start) {
  // Blocked before any thread exists, so that only this one gets them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const Result<std::unique_ptr<Daemon>> daemon = start();
  if (!daemon) {
    std::cerr << daemon.error().message << "\n";
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
    static_cast<void>((*daemon)->reload());
  }
}

}  // namespace xenha
