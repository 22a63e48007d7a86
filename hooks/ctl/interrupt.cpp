#include "hooks/ctl/interrupt.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

namespace xenha::ctl {
namespace {

int opened(int fd) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "waiting for signals");
  return fd;
}

void raise(int event) {
  const std::uint64_t one = 1;
  static_cast<void>(!write(event, &one, sizeof one));
}

/// Which of the two can be read, the first before the second.
int first_readable(int first, int second) {
  std::array<pollfd, 2> fds{pollfd{first, POLLIN, 0}, pollfd{second, POLLIN, 0}};
  while (poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
  }
  return fds[0].revents != 0 ? first : second;
}

}  // namespace

Interrupt::Interrupt() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  signals_ = opened(signalfd(-1, &signals, SFD_CLOEXEC));
  told_ = opened(eventfd(0, EFD_CLOEXEC));
  quit_ = opened(eventfd(0, EFD_CLOEXEC));
  thread_ = std::thread([this] { watch(); });
}

Interrupt::~Interrupt() {
  raise(quit_);
  thread_.join();
  for (const int fd : {signals_, told_, quit_}) close(fd);
}

void Interrupt::watch() {
  for (bool again = false; first_readable(quit_, signals_) == signals_; again = true) {
    signalfd_siginfo info{};
    if (read(signals_, &info, sizeof info) != sizeof info) return;
    if (again) _exit(128 + static_cast<int>(info.ssi_signo));
    raise(told_);
    source_.request_stop();
  }
}

bool Interrupt::wait_readable(int fd) const {
  return first_readable(told_, fd) == fd;
}

}  // namespace xenha::ctl
