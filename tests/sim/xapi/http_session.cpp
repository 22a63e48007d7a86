#include "tests/sim/xapi/http_session.h"

#include <array>
#include <string>
#include <utility>

#include "tests/sim/world/world.h"
#include "tests/sim/xapi/dispatch.h"

namespace xenha::sim {
namespace {

std::string decode_base64(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) break;
    bits = bits << 6 | static_cast<unsigned>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xff);
    }
  }
  return out;
}

std::string session_in(const Request& request) {
  if (const auto query = request.query("session_id")) return *query;
  const std::string cookie(request.header("cookie"));
  const std::size_t at = cookie.find("session_id=");
  if (at == std::string::npos) return {};
  const std::size_t from = at + 11;
  return cookie.substr(from, cookie.find(';', from) - from);
}

/// -1: the master is dead, ask again later; otherwise an HTTP status.
int judge(Host& host, const Request& request) {
  const std::string session = session_in(request);
  if (!session.empty() && host.local_sessions.count(session)) return 200;
  Host* master = reachable_master(host);
  if (!master) return -1;
  if (!session.empty()) {
    Session* open = master->sessions.find(session);
    if (open) open->last_active = host.world->clock.now();
    return open ? 200 : 401;
  }
  const std::string_view header = request.header("authorization");
  if (header.rfind("Basic ", 0) != 0) return 401;
  const std::string pair = decode_base64(header.substr(6));
  const std::size_t colon = pair.find(':');
  if (colon == std::string::npos) return 401;
  const std::string user = pair.substr(0, colon);
  const std::string password = pair.substr(colon + 1);
  if (user == "root") return password == host.root_password ? 200 : 401;
  const auto found = host.site->users.find(user);
  if (found == host.site->users.end() || found->second.password != password) return 401;
  return found->second.has_role ? 200 : 403;
}

void attempt(World& world, Host& host, const std::shared_ptr<Exchange>& exchange, std::uint64_t log,
             const std::function<void()>& then) {
  if (exchange->closed()) return world.log.finish(log, "closed");
  const int status = host.emergency ? 401 : judge(host, exchange->request());
  if (status < 0)
    return world.later(host, std::chrono::seconds(5),
                       [&world, &host, exchange, log, then] { attempt(world, host, exchange, log, then); });
  world.log.finish(log, std::to_string(status));
  if (status == 200) return then();
  Exchange::Headers extra;
  if (status == 401) extra.emplace_back("WWW-Authenticate", "Basic realm=\"XenServer\"");
  exchange->respond(status, "text/html", "<html><body><h1>Access denied</h1></body></html>", extra);
}

}  // namespace

void authorize_http(World& world, Host& host, const std::shared_ptr<Exchange>& exchange,
                    std::function<void()> then) {
  CallEntry entry;
  entry.time = unix_seconds(host.world->now());
  entry.pool = host.site->name;
  entry.host = host.address;
  entry.client = exchange->request().client_address;
  entry.method = "GET " + std::string(exchange->request().path());
  entry.session = session_in(exchange->request()).empty() ? "none" : "pool";
  entry.outcome = "pending";
  const std::uint64_t log = world.log.start(std::move(entry));
  attempt(world, host, exchange, log, then);
}

}  // namespace xenha::sim
