#include "lib/web/civet_server.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "lib/base/handle.h"
#include "lib/base/log.h"
#include "lib/web/auth.h"
#include "lib/web/gate.h"
#include "lib/web/request.h"
#include "lib/web/tls_context.h"

extern "C" int xenha_tls_shim_ssl();
extern "C" int xenha_tls_shim_crypto();

namespace xenha::web {
namespace {

using Deadline = SteadyTime;

constexpr std::size_t kSendPiece = std::size_t{256} << 10;
constexpr Duration kTurn = std::chrono::milliseconds(100);
constexpr std::size_t kDiscardLimit = std::size_t{256} << 10;
constexpr const char* kPagePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

SteadyTime now() {
  return SystemClock{}.steady();
}

std::string milliseconds(Duration span) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(span).count());
}

/// What civetweb can do in this process; loads OpenSSL through the shims, once.
bool civetweb_has_tls() {
  static const bool has = [] {
    const bool shims = xenha_tls_shim_ssl() == 1 && xenha_tls_shim_crypto() == 1;
    const bool loaded = (mg_init_library(MG_FEATURES_TLS) & MG_FEATURES_TLS) != 0;
    // The function whose absence makes civetweb call a null pointer after the first handshake.
    void* library = dlopen("libssl.so", RTLD_LAZY | RTLD_NOLOAD);
    const bool safe = library != nullptr && dlsym(library, "SSL_get_peer_certificate") != nullptr;
    if (library != nullptr) dlclose(library);
    return shims && loaded && safe;
  }();
  return has;
}

const char* reason_phrase(int status) {
  const char* phrase = mg_get_response_code_text(nullptr, status);
  return phrase ? phrase : "Status";
}

bool is_loopback(const char* address) {
  in_addr parsed{};
  return inet_pton(AF_INET, address, &parsed) == 1 && (ntohl(parsed.s_addr) >> 24) == 127;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& letter : out) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return out;
}

/// The socket of a plain connection, which civetweb does not tell. -1: not found.
int socket_of(const mg_request_info& info) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  const int most = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65536));
  for (int fd = 3; fd < most; ++fd) {
    sockaddr_in peer{}, own{};
    socklen_t peer_size = sizeof peer, own_size = sizeof own;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) continue;
    if (peer.sin_family != AF_INET || ntohs(peer.sin_port) != info.remote_port) continue;
    char text[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, &peer.sin_addr, text, sizeof text);
    if (std::strcmp(text, info.remote_addr) != 0) continue;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
        ntohs(own.sin_port) == info.server_port)
      return fd;
  }
  return -1;
}

/// Reads a body under our own deadline. mg_read waits for as much as it is asked for, and anew after each
/// byte; so ask for one byte, then for what has arrived beyond doubt.
class BodyReader {
 public:
  BodyReader(mg_connection* connection, const mg_request_info& info)
      : connection_(connection),
        info_(info),
        left_(static_cast<std::size_t>(std::max(0LL, info.content_length))) {}

  std::size_t left() const { return left_; }

  /// Appends to `body` until it is whole (true), the peer is gone or the time is up (false).
  bool read(std::string& body, Deadline deadline) {
    while (left_ > 0) {
      if (now() >= deadline) return false;
      char piece[16384];
      const std::size_t wanted = std::min({waiting(), sizeof piece, left_});
      const int got = mg_read(connection_, piece, std::max<std::size_t>(wanted, 1));
      if (got <= 0) return false;
      body.append(piece, static_cast<std::size_t>(got));
      left_ -= static_cast<std::size_t>(got);
    }
    return true;
  }

  /// After the answer: takes what the peer still sends, for a short time, until it closes. Closing on unread
  /// bytes would reset the connection and could take the answer with it.
  void discard(Deadline deadline) {
    const int fd = socket();
    if (fd < 0) return;
    if (!info_.is_ssl) shutdown(fd, SHUT_WR);  // says that the answer is whole
    for (std::size_t taken = 0; taken < kDiscardLimit;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now()).count();
      pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
      char piece[16384];
      if (left <= 0 || poll(&wait, 1, static_cast<int>(left)) <= 0) return;
      const ssize_t got = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
      if (got <= 0) return;
      taken += static_cast<std::size_t>(got);
    }
  }

 private:
  int socket() {
    if (!looked_) fd_ = info_.is_ssl ? SSL_get_fd(tls_connection_of_this_thread()) : socket_of(info_);
    looked_ = true;
    return fd_;
  }

  std::size_t waiting() {
    if (info_.is_ssl)
      return static_cast<std::size_t>(std::max(0, SSL_pending(tls_connection_of_this_thread())));
    int bytes = 0;
    return socket() >= 0 && ioctl(fd_, FIONREAD, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
  }

  mg_connection* connection_;
  const mg_request_info& info_;
  std::size_t left_;
  bool looked_ = false;
  int fd_ = -1;
};

bool send_all(mg_connection* connection, std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kSendPiece);
    const int sent = mg_write(connection, piece.data(), piece.size());
    if (sent != static_cast<int>(piece.size())) return false;
    bytes.remove_prefix(piece.size());
    if (!bytes.empty() && now() >= deadline) return false;
  }
  return true;
}

std::size_t length_of(const Reply& reply) {
  std::size_t length = reply.shared_body.empty() ? reply.body.size() : 0;
  for (const auto& piece : reply.shared_body) length += piece->size();
  return length;
}

std::string one_line(std::string text) {
  for (char& letter : text)
    if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f) letter = ' ';
  return text;
}

std::string head_of(const Reply& reply, std::size_t length) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " " + reason_phrase(reply.status) + "\r\n";
  const auto line = [&](std::string_view name, const std::string& value) {
    head += name;
    head += ": " + one_line(value) + "\r\n";
  };
  line("Content-Type", reply.content_type);
  line("Content-Length", std::to_string(length));
  line("Connection", "close");
  line("Cache-Control", "no-store");
  line("X-Content-Type-Options", "nosniff");
  if (reply.content_type.starts_with("text/html")) {
    line("Content-Security-Policy", kPagePolicy);
    line("X-Frame-Options", "DENY");
    line("Referrer-Policy", "no-referrer");
  }
  for (const auto& [name, value] : reply.headers) line(one_line(name), value);
  return head + "\r\n";
}

/// An Error whose sentence says what the operator can do about a listener that did not start.
Error start_error(const std::string& messages, const std::vector<ListenAddress>& addresses) {
  std::string list;
  for (const ListenAddress& address : addresses) list += (list.empty() ? "" : ", ") + address.text();
  std::string text =
      "cannot listen on " + list + ": " + (messages.empty() ? "civetweb gives no reason" : messages);
  if (messages.find("Address already in use") != std::string::npos)
    text +=
        "; another program (or another instance of this one) has the address: choose one with "
        "--web.listen-address";
  else if (messages.find("Cannot assign requested address") != std::string::npos)
    text += "; no interface of this machine has the address";
  else if (messages.find("Permission denied") != std::string::npos)
    text += "; ports below 1024 need a privilege: choose a higher one";
  return {ErrorCode::kBadConfig, text};
}

}  // namespace

class CivetServer::Core {
 public:
  Core(const Router& router, ServerOptions options, std::map<std::string, Secret> users)
      : router_(router),
        options_(std::move(options)),
        auth_(std::move(users)),
        inside_(options_.workers),
        handlers_(options_.max_requests),
        bodies_(options_.max_bodies) {}

  Status start(std::vector<ListenAddress> addresses, const WebConfig& config);
  Status reload(const WebConfig& config);
  void stop();
  const std::vector<ListenAddress>& addresses() const { return addresses_; }
  bool tls() const { return tls_ != nullptr; }

  void serve(mg_connection* connection);
  void refuse(mg_connection* connection, int status, const char* message);
  void keep_message(const char* message);
  void* tls_entry() const { return tls_ ? tls_->entry() : nullptr; }

 private:
  std::optional<Reply> fill(Request& request, const mg_request_info& info);
  std::optional<Reply> authenticate(Request& request, const mg_request_info& info);
  std::optional<Reply> receive_body(Request& request, mg_connection* connection, BodyReader& reader);
  Reply answer(Request& request, mg_connection* connection, const mg_request_info& info, BodyReader& reader);
  void send(mg_connection* connection, const Reply& reply, bool head_only);
  void wake_listeners();

  const Router& router_;
  const ServerOptions options_;
  BasicAuth auth_;
  Gate inside_;    // from the head to the last byte of the answer: what a stop waits for
  Gate handlers_;  // in the router
  Gate turns_{std::max(2u, std::thread::hardware_concurrency())};
  Gate bodies_;  // being received
  std::unique_ptr<TlsSwitch> tls_;
  std::vector<ListenAddress> addresses_;
  std::mutex messages_mutex_;
  bool starting_ = true;
  std::string messages_;
  std::mutex stop_mutex_;
  mg_context* context_ = nullptr;
};

namespace {

template <class Core>
Core* core_of(const mg_connection* connection) {
  if (connection == nullptr) return nullptr;
  const mg_context* context = mg_get_context(connection);
  return context ? static_cast<Core*>(mg_get_user_data(context)) : nullptr;
}

template <class Core>
mg_callbacks callbacks_of() {
  mg_callbacks callbacks{};
  callbacks.begin_request = [](mg_connection* connection) noexcept -> int {
    try {
      core_of<Core>(connection)->serve(connection);
    } catch (const std::exception& problem) {
      log::error("answering a request failed", {{"reason", problem.what()}});
    }
    return 200;  // handled; the number goes nowhere
  };
  callbacks.http_error = [](mg_connection* connection, int status, const char* message) noexcept -> int {
    try {
      core_of<Core>(connection)->refuse(connection, status, message);
    } catch (const std::exception& problem) {
      log::error("refusing a request failed", {{"reason", problem.what()}});
    }
    return 0;
  };
  callbacks.log_message = [](const mg_connection* connection, const char* message) noexcept -> int {
    try {
      if (Core* core = core_of<Core>(connection)) core->keep_message(message);
    } catch (const std::exception&) {
      return 1;  // a message is all that is lost
    }
    return 1;
  };
  callbacks.external_ssl_ctx = [](void** context, void* core) noexcept -> int {
    *context = static_cast<Core*>(core)->tls_entry();
    return 1;  // ours: civetweb neither sets it up nor frees it
  };
  return callbacks;
}

}  // namespace

Status CivetServer::Core::start(std::vector<ListenAddress> addresses, const WebConfig& config) {
  const bool has_tls = civetweb_has_tls();
  if (config.tls) {
    if (!has_tls)
      return Error{
          ErrorCode::kBadConfig,
          "HTTPS is not possible: the private libraries libssl.so and libcrypto.so of this program were not "
          "loaded; install the package again, or remove tls_server_config"};
    auto made = TlsSwitch::make(*config.tls);
    if (!made) return made.error();
    tls_ = *std::move(made);
  }
  std::string ports;
  for (const ListenAddress& address : addresses)
    ports += (ports.empty() ? "" : ",") + address.text() + (tls_ ? "s" : "");
  const std::string timeout = milliseconds(options_.head_timeout);
  const std::string workers = std::to_string(options_.workers);
  const char* settings[] = {"listening_ports",
                            ports.c_str(),
                            "num_threads",
                            workers.c_str(),
                            "connection_queue",
                            "256",
                            "listen_backlog",
                            "1024",
                            "request_timeout_ms",
                            timeout.c_str(),
                            "enable_keep_alive",
                            "no",
                            "tcp_nodelay",
                            "1",
                            "decode_url",
                            "no",
                            "enable_directory_listing",
                            "no",
                            "access_control_allow_origin",
                            "",
                            "access_control_allow_methods",
                            "",
                            "access_control_allow_headers",
                            "",
                            "enable_auth_domain_check",
                            "no",
                            nullptr};
  const mg_callbacks callbacks = callbacks_of<Core>();
  char text[256] = {};
  mg_init_data init{&callbacks, this, settings};
  unsigned code = 0;
  mg_error_data error{&code, text, sizeof text};
  context_ = mg_start2(&init, &error);

  const std::lock_guard lock(messages_mutex_);
  starting_ = false;
  if (context_ == nullptr) return start_error(messages_.empty() ? text : messages_, addresses);
  addresses_ = std::move(addresses);
  std::vector<mg_server_port> chosen(addresses_.size());
  const int count = mg_get_server_ports(context_, static_cast<int>(chosen.size()), chosen.data());
  for (std::size_t i = 0; i < addresses_.size() && static_cast<int>(i) < count; ++i)
    addresses_[i].port = static_cast<std::uint16_t>(chosen[i].port);
  return Nothing{};
}

Status CivetServer::Core::reload(const WebConfig& config) {
  if (config.tls.has_value() != tls())
    return Error{ErrorCode::kBadConfig, "a change between HTTP and HTTPS needs a restart of the service"};
  if (config.tls)
    if (const Status status = tls_->replace(*config.tls); !status) return status.error();
  auth_.set_users(config.users);
  return Nothing{};
}

void CivetServer::Core::keep_message(const char* message) {
  {
    const std::lock_guard lock(messages_mutex_);
    if (starting_) {
      messages_ += (messages_.empty() ? "" : "; ") + std::string(message);
      return;
    }
  }
  log::debug("web server", {{"message", message}});  // broken handshakes of strangers, mostly
}

std::optional<Reply> CivetServer::Core::fill(Request& request, const mg_request_info& info) {
  request.method = info.request_method;
  request.peer = info.remote_addr;
  for (int i = 0; i < info.num_headers; ++i) {
    const std::string value = info.http_headers[i].value ? info.http_headers[i].value : "";
    const auto [place, added] = request.headers.emplace(lower(info.http_headers[i].name), value);
    if (!added) place->second += ", " + value;
  }
  // What a front on this machine passes on comes from anywhere.
  request.peer_is_loopback = is_loopback(info.remote_addr) && !request.header("x-forwarded-for") &&
                             !request.header("forwarded") && !request.header("via");
  auto path = percent_decode(info.local_uri_raw ? info.local_uri_raw : "", Plus::kIsPlus);
  auto query = parse_query(info.query_string ? info.query_string : "");
  if (!path || !query) return Reply::text(400, "The address holds a broken % escape or a zero byte.");
  request.path = std::move(*path);
  request.query = std::move(*query);
  return std::nullopt;
}

std::optional<Reply> CivetServer::Core::authenticate(Request& request, const mg_request_info& info) {
  request.authenticated = info.is_ssl && peer_is_verified(tls_connection_of_this_thread());
  if (!auth_.required()) return std::nullopt;
  const std::string given = request.header("authorization").value_or("");
  const bool basic = lower(given.substr(0, 6)) == "basic ";
  const bool own = options_.own_authentication && options_.own_authentication(request.path);
  if (!basic && own) return std::nullopt;
  Reply wrong =
      Reply::text(401, given.empty() ? "Name and password are needed here." : "Wrong name or password.");
  wrong.headers.emplace_back("WWW-Authenticate", "Basic realm=\"xenha\", charset=\"UTF-8\"");
  if (!basic) return wrong;
  switch (auth_.check(given)) {
    case BasicAuth::Answer::kRight:
      request.authenticated = true;
      return std::nullopt;
    case BasicAuth::Answer::kBusy:
      return Reply::text(503, "Too many logins are being checked at once; try again in a second.");
    case BasicAuth::Answer::kWrong:
      break;
  }
  return wrong;
}

std::optional<Reply> CivetServer::Core::receive_body(Request& request, mg_connection* connection,
                                                     BodyReader& reader) {
  if (request.header("transfer-encoding"))
    return Reply::text(411, "Send the body with Content-Length; chunked bodies are not taken.");
  if (reader.left() == 0) return std::nullopt;
  if (options_.before_body)
    if (auto refusal = options_.before_body(request)) return refusal;
  if (reader.left() > options_.max_body)
    return Reply::text(413, "The body has more than " + std::to_string(options_.max_body) + " bytes.");
  const Gate::Pass pass(bodies_);
  if (!pass) return Reply::text(503, "Too many requests are being received at once; try again in a second.");
  if (const auto expect = request.header("expect")) {
    if (lower(*expect) != "100-continue") return Reply::text(417, "Only Expect: 100-continue is understood.");
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    mg_write(connection, kContinue.data(), kContinue.size());
  }
  request.body.reserve(reader.left());
  if (reader.read(request.body, now() + options_.body_timeout)) return std::nullopt;
  return Reply::text(408, "The body did not arrive in time.");
}

Reply CivetServer::Core::answer(Request& request, mg_connection* connection, const mg_request_info& info,
                                BodyReader& reader) {
  if (auto refusal = fill(request, info)) return std::move(*refusal);
  if (auto refusal = authenticate(request, info)) return std::move(*refusal);
  if (auto refusal = receive_body(request, connection, reader)) return std::move(*refusal);
  const Gate::Pass pass(handlers_, options_.patience);
  if (!pass) return Reply::text(503, "Too many requests at once; try again in a second.");
  return router_.handle(request);
}

void CivetServer::Core::serve(mg_connection* connection) {
  const mg_request_info& info = *mg_get_request_info(connection);
  const bool head_only = std::strcmp(info.request_method, "HEAD") == 0;
  // Else civetweb, on its way to a next request that never comes, reads the rest of a body at the peer's
  // pace.
  mg_disable_keep_alive(connection);
  BodyReader reader(connection, info);
  Request request;
  bool body_is_late = false;
  {
    const Gate::Pass inside(inside_);
    const Reply reply = inside ? answer(request, connection, info, reader)
                               : Reply::text(503, "The program is about to stop.");
    body_is_late = !inside || reply.status == 408;
    send(connection, reply, head_only);
  }
  const bool unread = reader.left() > 0 || request.header("transfer-encoding");
  if (unread && !body_is_late) reader.discard(now() + std::chrono::seconds(1));
}

void CivetServer::Core::send(mg_connection* connection, const Reply& reply, bool head_only) {
  const std::size_t length = length_of(reply);
  std::string bytes = head_of(reply, length);
  if (!head_only && reply.shared_body.empty()) bytes += reply.body;  // one packet where it fits
  // Large answers take turns: as many at once as there are cores, so that many scrapers together each wait
  // about as long as the others. Nobody waits long for a turn, and who is not done when it ends goes on
  // without one: a slow reader delays nobody.
  std::optional<Gate::Pass> turn;
  if (!head_only && length > kSendPiece) turn.emplace(turns_, kTurn);
  const SteadyTime begin = now();
  const Deadline deadline = begin + options_.answer_grace +
                            std::chrono::seconds(length / std::max<std::size_t>(options_.least_speed, 1));
  if (!send_all(connection, bytes, deadline) || head_only) return;
  for (const auto& piece : reply.shared_body) {
    for (std::string_view rest = *piece; !rest.empty();
         rest.remove_prefix(std::min(rest.size(), kSendPiece))) {
      if (turn && now() >= begin + kTurn) turn->leave();
      if (now() >= deadline || !send_all(connection, rest.substr(0, kSendPiece), deadline)) return;
    }
  }
}

void CivetServer::Core::refuse(mg_connection* connection, int status, const char* message) {
  send(connection, Reply::text(status, "The request cannot be read: " + std::string(message) + "."), false);
}

void CivetServer::Core::wake_listeners() {
  for (const ListenAddress& address : addresses_) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(address.port);
    inet_pton(AF_INET, address.host == "0.0.0.0" ? "127.0.0.1" : address.host.c_str(), &to.sin_addr);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) continue;
    if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS)
      log::debug("web server", {{"message", "could not wake the listener"}});
    close(fd);
  }
}

void CivetServer::Core::stop() {
  const std::lock_guard lock(stop_mutex_);
  if (context_ == nullptr) return;
  inside_.close();
  if (!inside_.wait_until_empty(options_.stop_grace))
    log::warn("requests were cut off at the end of the program",
              {{"waited_ms", milliseconds(options_.stop_grace)}});
  // mg_stop waits until the listening thread looks up from its poll, up to two seconds; a connection makes it
  // look up.
  const std::future<void> stopped = std::async(std::launch::async, [this] { mg_stop(context_); });
  do wake_listeners();
  while (stopped.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready);
  context_ = nullptr;
}

CivetServer::CivetServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}
CivetServer::~CivetServer() {
  core_->stop();
}
const std::vector<ListenAddress>& CivetServer::addresses() const {
  return core_->addresses();
}
bool CivetServer::tls() const {
  return core_->tls();
}
Status CivetServer::reload(const WebConfig& config) {
  return core_->reload(config);
}
void CivetServer::stop() {
  core_->stop();
}

Result<std::unique_ptr<CivetServer>> CivetServer::start(const std::vector<ListenAddress>& addresses,
                                                        const WebConfig& config, const Router& router,
                                                        ServerOptions options) {
  auto core = std::make_unique<Core>(router, std::move(options), config.users);
  if (const Status status = core->start(addresses, config); !status) return status.error();
  return std::unique_ptr<CivetServer>(new CivetServer(std::move(core)));
}

}  // namespace xenha::web
