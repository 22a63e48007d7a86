// Ctrl-C and SIGTERM, told to whoever waits. The second signal ends the program where it stands.
#pragma once

#include <stop_token>
#include <thread>

namespace xenha::ctl {

class Interrupt {
 public:
  /// Before any other thread exists: the signals are blocked here, and every later thread inherits that.
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  /// Waits until `fd` can be read; false when interrupted before.
  bool wait_readable(int fd) const;

 private:
  void watch();

  std::stop_source source_;
  int signals_ = -1, told_ = -1, quit_ = -1;
  std::thread thread_;
};

}  // namespace xenha::ctl
