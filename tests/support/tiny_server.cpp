#include "tests/support/tiny_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace xenha::test {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

void must(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::abort();
}

std::size_t content_length(const std::string& head) {
  std::string lower;
  for (const char c : head) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::size_t at = lower.find("\r\ncontent-length:");
  return at == std::string::npos ? 0 : std::strtoul(lower.c_str() + at + 17, nullptr, 10);
}

}  // namespace

std::string http_answer(const std::string& body, const std::string& extra, const std::string& status) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: text/xml\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + extra +
         "\r\n" + body;
}

struct TinyServer::Connection {
  Connection(int socket, int position) : fd(socket), number(position) {}
  ~Connection() { ::close(fd); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int read(char* to, int size) {
    return tls ? SSL_read(tls.get(), to, size)
               : static_cast<int>(::recv(fd, to, static_cast<std::size_t>(size), 0));
  }
  bool write(const std::string& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto left = bytes.size() - done;
      const int wrote = tls ? SSL_write(tls.get(), bytes.data() + done, static_cast<int>(left))
                            : static_cast<int>(::send(fd, bytes.data() + done, left, MSG_NOSIGNAL));
      if (wrote <= 0) return false;
      done += static_cast<std::size_t>(wrote);
    }
    return true;
  }
  /// Until the client closes or the server stops.
  void wait_for_end() const {
    pollfd watch{.fd = fd, .events = POLLRDHUP, .revents = 0};
    while (::poll(&watch, 1, -1) < 0) {
    }
  }

  const int fd;
  const int number;
  Handle<SSL, SSL_free> tls;
  std::thread thread;
};

TinyServer::TinyServer(Options options) : options_(std::move(options)) {
  if (options_.tls) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* context = context_.get();
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_num_tickets(context,
                            0);  // a client that hangs up at once would make sending them a failed handshake
    SSL_CTX_set_min_proto_version(context, options_.tls_min);
    SSL_CTX_set_max_proto_version(context, options_.tls_max);
    if (!options_.ciphers.empty())
      must(SSL_CTX_set_cipher_list(context, options_.ciphers.c_str()) == 1, "ciphers");
    must(SSL_CTX_use_certificate(context, options_.tls->certificate()) == 1, "certificate");
    must(SSL_CTX_use_PrivateKey(context, options_.tls->key()) == 1, "key");
  }
  listen_on(options_.address);
  acceptor_ = std::thread([this] { accept_all(); });
}

TinyServer::~TinyServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (const auto& connection : connections_) ::shutdown(connection->fd, SHUT_RDWR);
  for (const auto& connection : connections_) connection->thread.join();
}

void TinyServer::listen_on(const std::string& address) {
  const bool six = address.find(':') != std::string::npos;
  sockaddr_storage any{};
  socklen_t size = six ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  any.ss_family = six ? AF_INET6 : AF_INET;
  void* host = six ? static_cast<void*>(&reinterpret_cast<sockaddr_in6&>(any).sin6_addr)
                   : static_cast<void*>(&reinterpret_cast<sockaddr_in&>(any).sin_addr);
  must(inet_pton(any.ss_family, address.c_str(), host) == 1, "address");
  listener_ = ::socket(any.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto* where = reinterpret_cast<sockaddr*>(&any);
  must(listener_ >= 0 && ::bind(listener_, where, size) == 0 && ::listen(listener_, 512) == 0, "listen");
  must(::getsockname(listener_, where, &size) == 0, "port");
  port_ = ntohs(six ? reinterpret_cast<sockaddr_in6&>(any).sin6_port
                    : reinterpret_cast<sockaddr_in&>(any).sin_port);
}

void TinyServer::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (fd < 0 || stopping_) {
      if (fd >= 0) ::close(fd);
      return;
    }
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    Connection& connection = *connections_.emplace_back(
        std::make_unique<Connection>(fd, static_cast<int>(connections_.size()) + 1));
    ++open_;
    connection.thread = std::thread([this, &connection] {
      serve(connection);
      ::shutdown(connection.fd, SHUT_RDWR);
      const std::lock_guard closing(mutex_);
      --open_;
      changed_.notify_all();
    });
    changed_.notify_all();
  }
}

void TinyServer::serve(Connection& connection) {
  // SSL_write knows no MSG_NOSIGNAL. For this thread only: a client that raises the signal must still be
  // found out.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  if (options_.accept_only) return connection.wait_for_end();
  if (!connection.write(options_.greeting)) return;
  if (context_) {
    connection.tls.reset(SSL_new(context_.get()));
    SSL_set_fd(connection.tls.get(), connection.fd);
    if (SSL_accept(connection.tls.get()) != 1) return;
    const char* name = SSL_get_servername(connection.tls.get(), TLSEXT_NAMETYPE_host_name);
    const std::lock_guard lock(mutex_);
    ++handshakes_;
    changed_.notify_all();
    server_names_.emplace_back(name ? name : "");
  }
  std::string pending;
  for (int turn = 1;; ++turn) {
    Seen seen{.connection = connection.number, .turn = turn, .head = {}, .body = {}};
    if (!read_request(connection, pending, seen)) return;
    if (options_.keep_requests) {
      const std::lock_guard lock(mutex_);
      requests_.push_back(seen);
      changed_.notify_all();
    }
    const Reply reply = options_.answer ? options_.answer(seen) : Reply{.bytes = http_answer("ok")};
    if (!connection.write(reply.bytes) || reply.close) return;
    if (reply.hang) return connection.wait_for_end();
  }
}

bool TinyServer::read_request(Connection& connection, std::string& pending, Seen& seen) {
  for (;;) {
    if (const std::size_t end = pending.find("\r\n\r\n"); end != std::string::npos) {
      const std::size_t length = content_length(pending.substr(0, end + 2));
      if (pending.size() >= end + 4 + length) {
        seen.head = pending.substr(0, end + 4);
        seen.body = pending.substr(end + 4, length);
        pending.erase(0, end + 4 + length);
        return true;
      }
    }
    char piece[4096];
    const int got = connection.read(piece, sizeof piece);
    if (got <= 0) return false;
    pending.append(piece, static_cast<std::size_t>(got));
    const std::lock_guard lock(mutex_);
    application_bytes_ += static_cast<std::size_t>(got);
  }
}

int TinyServer::connections() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(connections_.size());
}
int TinyServer::handshakes() const {
  const std::lock_guard lock(mutex_);
  return handshakes_;
}
std::vector<std::string> TinyServer::server_names() const {
  const std::lock_guard lock(mutex_);
  return server_names_;
}
std::vector<Seen> TinyServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}
std::size_t TinyServer::application_bytes() const {
  const std::lock_guard lock(mutex_);
  return application_bytes_;
}
bool TinyServer::wait_for_connections(int count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return static_cast<int>(connections_.size()) >= count; });
}
bool TinyServer::wait_for_handshakes(int count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return handshakes_ >= count; });
}
bool TinyServer::wait_for_requests(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; });
}
bool TinyServer::wait_until_all_closed() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return open_ == 0; });
}

}  // namespace xenha::test
