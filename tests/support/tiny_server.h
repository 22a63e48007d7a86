// A small HTTP server for tests of clients: plain or TLS, one blocking thread a connection, answers as raw
// bytes so that they can be wrong. It counts what a client did: connections, requests, bytes of application
// data.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/certificate.h"

namespace xenha::test {

/// A request as it came over the wire.
struct Seen {
  int connection = 0;  ///< 1, 2, ... in order of accept
  int turn = 0;        ///< 1, 2, ... on this connection
  std::string head;    ///< request line and headers, with the empty line
  std::string body;
};

struct Reply {
  std::string bytes;   ///< sent as they are
  bool close = false;  ///< the connection is closed after the bytes
  bool hang = false;   ///< after the bytes nothing more is read or sent
};

/// "HTTP/1.1 200 OK" with Content-Length and, unless empty, `extra` header lines, each ended by CR LF.
std::string http_answer(const std::string& body, const std::string& extra = {},
                        const std::string& status = "200 OK");

class TinyServer {
 public:
  struct Options {
    std::string address = "127.0.0.1";                ///< or "::1"
    std::shared_ptr<const TestCertificate> tls = {};  ///< null: plain
    int tls_min = 0, tls_max = 0;                     ///< TLS1_VERSION ...; 0: OpenSSL's own limits
    std::string ciphers = {};                         ///< OpenSSL's list for TLS 1.2 and older
    bool keep_requests = true;                        ///< false: requests() stays empty, for benchmarks
    bool accept_only = false;                       ///< accepts, then neither reads nor writes, not even TLS
    std::string greeting = {};                      ///< sent in plain text to everybody who connects
    std::function<Reply(const Seen&)> answer = {};  ///< any connection's thread; without one: 200 "ok"
  };
  explicit TinyServer(Options options);
  /// Closes everything at once.
  ~TinyServer();
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const;
  /// Connections whose TLS handshake was completed; 0 for a plain server.
  int handshakes() const;
  /// Server names (SNI) of those, "" where there was none.
  std::vector<std::string> server_names() const;
  std::vector<Seen> requests() const;
  /// Bytes of application data that ever came, complete requests or not.
  std::size_t application_bytes() const;
  /// Wait at most 20 s, so that a broken test ends; false if it did not come to that.
  bool wait_for_connections(int count);
  bool wait_for_handshakes(int count);
  bool wait_for_requests(std::size_t count);
  bool wait_until_all_closed();

 private:
  struct Connection;
  void listen_on(const std::string& address);
  void accept_all();
  void serve(Connection& connection);
  bool read_request(Connection& connection, std::string& pending, Seen& seen);

  Options options_;
  Handle<ssl_ctx_st, SSL_CTX_free> context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  int open_ = 0;
  int handshakes_ = 0;
  std::size_t application_bytes_ = 0;
  std::vector<std::string> server_names_;
  std::vector<Seen> requests_;
  std::list<std::unique_ptr<Connection>> connections_;
  std::thread acceptor_;
};

}  // namespace xenha::test
