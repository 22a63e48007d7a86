#include "tests/sim/wire/connection.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace xenha::sim {
namespace {

constexpr std::size_t kHeadLimitOfOldReleases = 64 * 1024;
constexpr auto kDrainTime = std::chrono::seconds(2);

// Every seventh byte becomes a control character, which neither XML nor JSON allows.
void garble(std::string& body) {
  for (std::size_t i = 3; i < body.size(); i += 7) body[i] = '\x01';
}

}  // namespace

void free_ssl(ssl_st* ssl) {
  SSL_free(ssl);
}

Connection::Connection(std::shared_ptr<ListenerState> state, int fd, std::string client_address,
                       std::function<void(Connection&)> on_gone)
    : state_(std::move(state)),
      on_gone_(std::move(on_gone)),
      fd_(fd),
      client_address_(std::move(client_address)) {}

Connection::~Connection() {
  if (fd_ >= 0) {
    state_->loop.unwatch(fd_);
    ::close(fd_);
  }
}

void Connection::start() {
  if (state_->options.tls) {
    ssl_.reset(SSL_new(state_->options.tls->context()));
    SSL_set_fd(ssl_.get(), fd_);
    SSL_set_accept_state(ssl_.get());
    phase_ = State::kHandshake;
  }
  watch();
}

void Connection::on_io(std::uint32_t events) {
  const auto self = shared_from_this();  // whatever happens below, this object lives until the end of it
  if (hung_) return;
  if (phase_ == State::kHandshake) return shake_hands();
  if ((events & EPOLLOUT) != 0 && phase_ == State::kWriting) flush();
  if (phase_ != State::kClosed && (events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0) read_some();
}

void Connection::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    phase_ = State::kReading;
    wants_write_ = false;
    watch();
    return read_some();
  }
  const int reason = SSL_get_error(ssl_.get(), result);
  if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) return close_now();
  wants_write_ = reason == SSL_ERROR_WANT_WRITE;
  watch();
}

Connection::Io Connection::receive(char* buffer, std::size_t size, std::size_t& got) {
  if (!ssl_ || phase_ == State::kDraining) {
    const ssize_t count = recv(fd_, buffer, size, 0);
    if (count > 0) {
      got = static_cast<std::size_t>(count);
      return Io::kDone;
    }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? Io::kAgain : Io::kGone;
  }
  ERR_clear_error();
  if (SSL_read_ex(ssl_.get(), buffer, size, &got) == 1) return Io::kDone;
  const int reason = SSL_get_error(ssl_.get(), 0);
  return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? Io::kAgain : Io::kGone;
}

void Connection::read_some() {
  std::array<char, 16384> buffer;
  while (phase_ != State::kClosed && !hung_) {
    std::size_t got = 0;
    const Io io = receive(buffer.data(), buffer.size(), got);
    if (io == Io::kAgain) return;
    if (io == Io::kGone) return close_now();
    if (phase_ == State::kDraining) continue;
    in_.append(buffer.data(), got);
    if (phase_ == State::kReading) process_input();
    // A client that sends ahead of the answers is told to wait by TCP itself.
    if (phase_ != State::kReading && in_.size() > state_->options.body_limit + kHeadLimitOfOldReleases)
      return close_now();
  }
}

void Connection::process_input() {
  if (processing_) return;  // an answer inside the handler: the loop below goes on
  processing_ = true;
  while (phase_ == State::kReading && !in_.empty()) {
    const std::size_t limit =
        state_->options.head_limit != 0 ? state_->options.head_limit : kHeadLimitOfOldReleases;
    HeadResult result = parse_head(in_, limit);
    if (std::holds_alternative<HeadIncomplete>(result)) break;
    if (std::holds_alternative<HeadTooLarge>(result)) {
      refuse(431, "request header fields too large", "Exceeded the maximum header size.");
    } else if (std::holds_alternative<HeadMalformed>(result)) {
      refuse(500, "internal server error", "The HTTP headers could not be parsed.");
    } else {
      Head& head = std::get<Head>(result);
      const std::size_t body = head.content_length.value_or(0);
      const bool needs_length = head.request.method == "POST" || head.request.method == "PUT";
      if (head.chunked || (needs_length && !head.content_length)) {
        refuse(500, "internal server error", "We require a content-length: HTTP header");
      } else if (body > state_->options.body_limit) {
        refuse(500, "internal server error", "The request body is over the size limit.");
      } else if (in_.size() < head.bytes + body) {
        break;
      } else {
        take_request(std::move(head));
      }
    }
  }
  if (in_.empty()) in_.shrink_to_fit();  // thousands of idle connections must stay small
  processing_ = false;
}

void Connection::take_request(Head head) {
  const std::size_t body = head.content_length.value_or(0);
  head.request.body = in_.substr(head.bytes, body);
  in_.erase(0, head.bytes + body);
  head.request.client_address = client_address_;
  head.request.tls = ssl_ != nullptr;
  keep_alive_ = head.keep_alive;
  http_1_0_ = head.http_1_0;
  phase_ = State::kHandling;
  exchange_ = std::make_shared<PendingExchange>(weak_from_this(), std::move(head.request));
  const std::shared_ptr<ListenerState> state = state_;  // the handler may destroy the listener
  state->handler(exchange_);
}

void Connection::refuse(int status, const char* reason, const char* text) {
  in_.clear();
  const std::string body =
      "<html><body><h1>HTTP " + std::to_string(status) + " " + reason + "</h1>" + text + "</body></html>";
  std::string head = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_phrase(status));
  head += "\r\ncontent-length: " + std::to_string(body.size()) +
          "\r\ncontent-type: text/html\r\nconnection: close\r\ncache-control: no-cache, no-store\r\n\r\n";
  answer(std::move(head), body, BodyEnd::kClose);
}

void Connection::answer(std::string head, std::string body, BodyEnd end) {
  if (phase_ == State::kClosed || hung_) return;
  exchange_.reset();
  phase_ = State::kHandling;
  const Network& network = state_->network;
  if (network.kind == Network::Kind::kGarble) garble(body);
  bool close_after = end == BodyEnd::kClose || !keep_alive_;
  std::string bytes = std::move(head);
  bytes += body;
  if (network.kind == Network::Kind::kCutAfter && bytes.size() > network.bytes) {
    bytes.resize(network.bytes);
    cut_ = close_after = true;
  }
  if (network.kind != Network::Kind::kDelay) return send(std::move(bytes), close_after);
  state_->loop.after(network.delay,
                     [weak = weak_from_this(), bytes = std::move(bytes), close_after]() mutable {
                       if (const auto self = weak.lock()) self->send(std::move(bytes), close_after);
                     });
}

void Connection::send(std::string bytes, bool close_after) {
  if (phase_ == State::kClosed || hung_) return;
  out_ = std::move(bytes);
  out_sent_ = 0;
  close_after_ = close_after;
  phase_ = State::kWriting;
  flush();
}

Connection::Io Connection::send_some() {
  while (out_sent_ < out_.size()) {
    const char* const data = out_.data() + out_sent_;
    const std::size_t left = out_.size() - out_sent_;
    if (!ssl_) {
      const ssize_t count = ::send(fd_, data, left, MSG_NOSIGNAL);
      if (count < 0) return errno == EAGAIN || errno == EINTR ? Io::kAgain : Io::kGone;
      out_sent_ += static_cast<std::size_t>(count);
      continue;
    }
    ERR_clear_error();
    std::size_t written = 0;
    if (SSL_write_ex(ssl_.get(), data, left, &written) != 1) {
      const int reason = SSL_get_error(ssl_.get(), 0);
      return reason == SSL_ERROR_WANT_WRITE || reason == SSL_ERROR_WANT_READ ? Io::kAgain : Io::kGone;
    }
    out_sent_ += written;
  }
  return Io::kDone;
}

void Connection::flush() {
  const Io io = send_some();
  if (io == Io::kGone) return close_now();
  const bool blocked = io == Io::kAgain;
  if (blocked != wants_write_) {
    wants_write_ = blocked;
    watch();
  }
  if (!blocked) answer_sent();
}

void Connection::answer_sent() {
  out_ = std::string();
  if (close_after_) return finish_writing_side();
  phase_ = State::kReading;
  process_input();
}

// Closing at once would reset the connection while the client's bytes are unread, and it could lose the
// answer.
void Connection::finish_writing_side() {
  if (ssl_ && !cut_) SSL_shutdown(ssl_.get());
  shutdown(fd_, SHUT_WR);
  phase_ = State::kDraining;
  in_ = std::string();
  drain_timer_ = state_->loop.after(kDrainTime, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->close_now();
  });
}

void Connection::watch() {
  std::uint32_t events = EPOLLIN | EPOLLRDHUP;
  if (wants_write_) events |= EPOLLOUT;
  state_->loop.watch(fd_, events, this);
}

void Connection::hang() {
  hung_ = true;
  state_->loop.unwatch(fd_);
}

void Connection::reset() {
  if (phase_ == State::kClosed) return;
  const linger no_wait{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &no_wait, sizeof no_wait);
  close_now();
}

void Connection::close_now() {
  if (phase_ == State::kClosed) return;
  const auto self = weak_from_this().lock();  // on_gone_ drops the owner's reference
  phase_ = State::kClosed;
  state_->loop.cancel(drain_timer_);
  state_->loop.unwatch(fd_);
  ::close(fd_);
  fd_ = -1;
  const auto exchange = std::move(exchange_);
  if (exchange) exchange->connection_gone();
  if (on_gone_) on_gone_(*this);
}

}  // namespace xenha::sim
