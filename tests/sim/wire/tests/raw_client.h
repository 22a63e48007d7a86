// A bare TCP client, to see what no well-behaved client shows.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

namespace xenha::sim {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, const char* address = "127.0.0.1")
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    inet_pton(AF_INET, address, &to.sin_addr);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~RawClient() {
    if (fd_ >= 0) close(fd_);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }
  void send(std::string_view bytes) const {
    [[maybe_unused]] const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  void go_away() {
    close(fd_);
    fd_ = -1;
  }

  enum class End { kClosed, kReset, kSilence };
  /// Everything until the connection ends, or until `silence` milliseconds without a byte.
  End read_all(std::string* into, int silence = 5000) const {
    std::array<char, 4096> buffer{};
    for (;;) {
      pollfd wait{fd_, POLLIN, 0};
      if (poll(&wait, 1, silence) == 0) return End::kSilence;
      const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
      if (got == 0) return End::kClosed;
      if (got < 0) return errno == ECONNRESET ? End::kReset : End::kClosed;
      into->append(buffer.data(), static_cast<std::size_t>(got));
    }
  }
  /// Reads until `text` has come; false if the connection ends or 5 seconds pass first.
  bool read_until(std::string_view text, std::string* into) const {
    std::array<char, 4096> buffer{};
    while (into->find(text) == std::string::npos) {
      pollfd wait{fd_, POLLIN, 0};
      if (poll(&wait, 1, 5000) == 0) return false;
      const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
      if (got <= 0) return false;
      into->append(buffer.data(), static_cast<std::size_t>(got));
    }
    return true;
  }

 private:
  int fd_;
  bool connected_ = false;
};

}  // namespace xenha::sim
