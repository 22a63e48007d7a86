// HTTP and HTTPS for the daemons. The only file that knows civetweb; what it serves is a Router.
//
// civetweb gives each connection a thread, so a slow peer costs a thread for as long as it may be slow. That
// is bounded on every side: heads by head_timeout, bodies by body_timeout and max_bodies, answers by
// least_speed, password guesses by BasicAuth. There are many threads, and none of the bounds can hold them
// all, so a scraper finds a free one beside more than a hundred stalled peers. Whoever can open thousands of
// connections must be kept away by the listen address or a firewall. Connections are closed after their
// answer: an idle one would hold a thread too, and a scrape every few seconds gains nothing from it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/web/listen_address.h"
#include "lib/web/router.h"
#include "lib/web/web_config.h"

namespace xenha::web {

struct ServerOptions {
  unsigned workers = 192;                           ///< threads; also the most connections served at once
  unsigned max_requests = 64;                       ///< being answered at once; beyond: 503
  Duration patience = std::chrono::seconds(1);      ///< how long a request waits for a handler before the 503
  unsigned max_bodies = 16;                         ///< being received at once; beyond: 503
  std::size_t max_body = std::size_t{1} << 20;      ///< bytes; beyond: 413
  Duration head_timeout = std::chrono::seconds(3);  ///< TLS handshake, and as much again for the head
  Duration body_timeout = std::chrono::seconds(10);  ///< from the head to the last byte; beyond: 408
  std::size_t least_speed = std::size_t{128} << 10;  ///< bytes a second at which a peer must take the answer
  Duration answer_grace = std::chrono::seconds(10);  ///< added to the time that least_speed allows
  Duration stop_grace = std::chrono::seconds(3);     ///< how long stop() waits for requests in their handlers
  /// Paths whose handlers check Authorization themselves (a bearer token): there, a request without basic
  /// authentication passes with `authenticated` false. Wrong basic authentication is refused there too.
  std::function<bool(std::string_view path)> own_authentication = nullptr;
  /// Asked before a body is received, on the server's threads: with a refusal, a stranger who sends slowly
  /// holds none of the `max_bodies` places. The handler asks again for itself.
  std::function<std::optional<Reply>(const Request&)> before_body = nullptr;
};

class CivetServer {
 public:
  /// Listens on all addresses or on none; serves at once. `router` must outlive the server.
  /// kBadConfig: a busy or forbidden address, certificates that cannot be used, TLS that civetweb cannot do
  /// here.
  static Result<std::unique_ptr<CivetServer>> start(const std::vector<ListenAddress>& addresses,
                                                    const WebConfig& config, const Router& router,
                                                    ServerOptions options = {});
  ~CivetServer();  ///< stop()
  CivetServer(const CivetServer&) = delete;
  CivetServer& operator=(const CivetServer&) = delete;

  /// In the order given to start(), with the ports that the system chose.
  const std::vector<ListenAddress>& addresses() const;
  bool tls() const;

  /// Users and certificates of a changed file, for all connections from now on; nothing is interrupted, so a
  /// handler may call it. kBadConfig, and nothing changed: certificates that cannot be used, or a change
  /// between HTTP and HTTPS, which needs a restart.
  Status reload(const WebConfig& config);

  /// Answers what is in its handlers, refuses the rest with 503, closes. Once; takes at most stop_grace and a
  /// little.
  void stop();

 private:
  class Core;
  explicit CivetServer(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace xenha::web
