// One accepted connection: reads requests, hands them on, writes answers. Used by the listener only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lib/base/handle.h"
#include "tests/sim/wire/http_server.h"
#include "tests/sim/wire/request_head.h"

struct ssl_st;

namespace xenha::sim {

void free_ssl(ssl_st* ssl);

/// What the connections of one listener share; outlives the listener while a connection is at work.
struct ListenerState {
  Loop& loop;
  ListenerOptions options;
  Handler handler;
  Network network = {};
};

class PendingExchange;

class Connection final : public IoHandler, public std::enable_shared_from_this<Connection> {
 public:
  /// Takes over `fd` (non-blocking). `on_gone` is called once, when the connection has ended.
  Connection(std::shared_ptr<ListenerState> state, int fd, std::string client_address,
             std::function<void(Connection&)> on_gone);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Starts to read; not in the constructor, as it needs a shared_ptr.
  void start();
  void on_io(std::uint32_t events) override;
  /// Ends it with a TCP reset.
  void reset();
  /// The network hangs: nothing is read or written any more, whatever happens.
  void hang();

  enum class BodyEnd { kContentLength, kClose };
  void answer(std::string head, std::string body, BodyEnd end);
  bool http_1_0() const { return http_1_0_; }
  bool keep_alive() const { return keep_alive_; }

 private:
  enum class State { kHandshake, kReading, kHandling, kWriting, kDraining, kClosed };
  enum class Io { kDone, kAgain, kGone };

  void shake_hands();
  void read_some();
  Io receive(char* buffer, std::size_t size, std::size_t& got);
  Io send_some();
  void process_input();
  void take_request(Head head);
  void refuse(int status, const char* reason, const char* text);
  void send(std::string bytes, bool close_after);
  void flush();
  void answer_sent();
  void finish_writing_side();
  void watch();
  void close_now();

  std::shared_ptr<ListenerState> state_;
  std::function<void(Connection&)> on_gone_;
  int fd_;
  std::string client_address_;
  Handle<ssl_st, free_ssl> ssl_;
  State phase_ = State::kReading;
  bool wants_write_ = false;  // TLS or a full socket buffer
  bool processing_ = false;
  bool hung_ = false;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool close_after_ = false;
  bool cut_ = false;
  std::string in_;
  std::string out_;
  std::size_t out_sent_ = 0;
  TimerId drain_timer_ = 0;
  std::shared_ptr<PendingExchange> exchange_;
};

/// The exchange that a handler holds; loses its connection when that ends.
class PendingExchange final : public Exchange {
 public:
  PendingExchange(std::weak_ptr<Connection> connection, Request request)
      : connection_(std::move(connection)), request_(std::move(request)) {}
  const Request& request() const override { return request_; }
  void respond(int status, std::string_view content_type, std::string body, const Headers& extra) override;
  void respond_close_delimited(std::string_view content_type, std::string body) override;
  void abort() override;
  bool closed() const override { return done_; }
  void on_close(std::function<void()> callback) override { on_close_ = std::move(callback); }

  void connection_gone();

 private:
  std::shared_ptr<Connection> claim();

  std::weak_ptr<Connection> connection_;
  Request request_;
  std::function<void()> on_close_;
  bool done_ = false;
};

/// The reason phrase that xapi sends with a status.
std::string_view reason_phrase(int status);

}  // namespace xenha::sim
