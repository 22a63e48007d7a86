#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <unordered_map>

#include "tests/sim/wire/connection.h"
#include "tests/sim/wire/http_server.h"
#include "tests/sim/wire/virtual_network.h"

namespace xenha::sim {
namespace {

constexpr int kBacklog = 4096;
constexpr auto kPauseWithoutDescriptors = std::chrono::milliseconds(100);

Error system_failure(const std::string& what) {
  return {ErrorCode::kBadConfig, what + ": " + std::generic_category().message(errno)};
}

class TcpListener final : public Listener, public IoHandler {
 public:
  TcpListener(Loop& loop, ListenerOptions options, Handler handler)
      : state_(std::make_shared<ListenerState>(ListenerState{loop, std::move(options), std::move(handler)})) {
  }
  ~TcpListener() override {
    loop().cancel(accept_again_);
    close_socket();
    drop_connections();
  }
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  Status bind_socket();

  const std::string& address() const override { return state_->options.address; }
  std::uint16_t port() const override { return state_->options.port; }
  std::string url() const override {
    return (state_->options.tls ? "https://" : "http://") + address() + ":" + std::to_string(port());
  }
  Status set_network(Network network) override;
  const Network& network() const override { return state_->network; }
  std::size_t connection_count() const override { return connections_.size(); }
  void drop_connections() override;

  void on_io(std::uint32_t) override { accept_waiting(); }

 private:
  Loop& loop() { return state_->loop; }
  int accept_one(std::string* client_address);
  void accept_waiting();
  void reset_waiting();
  void close_socket();

  std::shared_ptr<ListenerState> state_;
  int fd_ = -1;
  TimerId accept_again_ = 0;
  std::unordered_map<const Connection*, std::shared_ptr<Connection>> connections_;
};

Status TcpListener::bind_socket() {
  ListenerOptions& options = state_->options;
  const std::string where = options.address + ":" + std::to_string(options.port);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  if (inet_pton(AF_INET, options.address.c_str(), &address.sin_addr) != 1)
    return Error{ErrorCode::kBadConfig, "no IPv4 address to listen on: " + options.address};
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return system_failure("cannot make a socket");
  const int on = 1;
  setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd_, generic, size) != 0 || listen(fd_, kBacklog) != 0 || getsockname(fd_, generic, &size) != 0) {
    const Error error = system_failure("cannot listen on " + where);
    close_socket();
    return error;
  }
  options.port = ntohs(address.sin_port);
  loop().watch(fd_, EPOLLIN, this);
  return Nothing{};
}

int TcpListener::accept_one(std::string* client_address) {
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  const int fd = accept4(fd_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -1;
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &peer.sin_addr, text.data(), text.size());
  *client_address = text.data();
  return fd;
}

void TcpListener::accept_waiting() {
  std::string client_address;
  while (fd_ >= 0) {
    const int fd = accept_one(&client_address);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EMFILE || errno == ENFILE) {  // the waiting connection would wake us for ever
        loop().unwatch(fd_);
        accept_again_ = loop().after(kPauseWithoutDescriptors, [this] {
          if (fd_ >= 0 && network().kind != Network::Kind::kHang) loop().watch(fd_, EPOLLIN, this);
        });
      }
      return;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto connection = std::make_shared<Connection>(state_, fd, client_address,
                                                   [this](Connection& gone) { connections_.erase(&gone); });
    connections_[connection.get()] = connection;
    connection->start();
  }
}

// Connections that the kernel accepted while the network hung.
void TcpListener::reset_waiting() {
  std::string client_address;
  for (int fd = accept_one(&client_address); fd >= 0; fd = accept_one(&client_address)) {
    const linger no_wait{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &no_wait, sizeof no_wait);
    close(fd);
  }
}

void TcpListener::drop_connections() {
  while (!connections_.empty()) {
    const std::shared_ptr<Connection> connection = connections_.begin()->second;
    connections_.erase(connections_.begin());
    connection->reset();
  }
}

void TcpListener::close_socket() {
  if (fd_ < 0) return;
  loop().unwatch(fd_);
  close(fd_);
  fd_ = -1;
}

Status TcpListener::set_network(Network network) {
  using Kind = Network::Kind;
  const Kind before = state_->network.kind;
  state_->network = network;
  if (before == Kind::kHang && network.kind != Kind::kHang) {
    drop_connections();
    reset_waiting();
    if (network.kind != Kind::kRefuse) loop().watch(fd_, EPOLLIN, this);
  }
  if (network.kind == Kind::kRefuse) {
    close_socket();
    drop_connections();
    return Nothing{};
  }
  if (fd_ < 0) {
    if (Status bound = bind_socket(); !bound) return bound;
  }
  if (network.kind == Kind::kHang) {
    loop().unwatch(fd_);
    for (const auto& [key, connection] : connections_) connection->hang();
  }
  return Nothing{};
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, ListenerOptions options, Handler handler) {
  if (loop.virtual_network()) return loop.virtual_network()->open(std::move(options), std::move(handler));
  auto listener = std::make_unique<TcpListener>(loop, std::move(options), std::move(handler));
  if (const Status bound = listener->bind_socket(); !bound) return bound.error();
  return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace xenha::sim
