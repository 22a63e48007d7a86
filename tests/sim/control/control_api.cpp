#include "tests/sim/control/control_api.h"

#include <cstdlib>
#include <utility>

#include "tests/sim/control/commands.h"
#include "tests/sim/control/state.h"

namespace xenha::sim {
namespace {

constexpr char kJson[] = "application/json";

void answer(Exchange& exchange, int status, const Json& body) {
  exchange.respond(status, kJson, body.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::uint64_t after_of(const Request& request) {
  return std::strtoull(request.query("after").value_or("0").c_str(), nullptr, 10);
}

Json calls_json(const World& world, std::uint64_t after, bool only_writes) {
  Json out = Json::array();
  for (const CallEntry& entry : world.log.after(after, only_writes)) out.push_back(call_json(entry));
  return {{"last", world.log.last()}, {"calls", std::move(out)}};
}

Json sessions_json(const World& world) {
  Json out = Json::array();
  const auto add = [&](const Site& site, const Host& host, const Session& session, const char* kind) {
    out.push_back({{"pool", site.name},
                   {"host", host.address},
                   {"kind", kind},
                   {"user", session.user},
                   {"originator", session.originator},
                   {"client", session.client},
                   {"ref", session.ref}});
  };
  for (const auto& site : world.sites)
    for (const auto& host : site->hosts) {
      for (const auto& [ref, session] : host->sessions.all()) add(*site, *host, session, "pool");
      for (const auto& [ref, session] : host->local_sessions) add(*site, *host, session, "local");
    }
  return {{"sessions", std::move(out)}};
}

}  // namespace

Result<std::unique_ptr<ControlApi>> ControlApi::open(World& world, const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos)
    return Error{ErrorCode::kBadConfig, "control address is no HOST:PORT: " + address};
  std::unique_ptr<ControlApi> api(new ControlApi(world));
  ListenerOptions options;
  options.address = address.substr(0, colon);
  options.port = static_cast<std::uint16_t>(std::strtoul(address.c_str() + colon + 1, nullptr, 10));
  options.head_limit = 0;
  Result<std::unique_ptr<Listener>> listener =
      Listener::open(world.loop, std::move(options),
                     [self = api.get()](std::shared_ptr<Exchange> exchange) { self->serve(exchange); });
  if (!listener) return listener.error();
  api->listener_ = std::move(*listener);
  return api;
}

void ControlApi::serve(const std::shared_ptr<Exchange>& exchange) {
  const std::string_view path = exchange->request().path();
  constexpr std::string_view kPrefix = "/sim/";
  if (path.substr(0, kPrefix.size()) != kPrefix)
    return answer(*exchange, 404, {{"error", "paths begin with /sim/"}});
  const std::string_view rest = path.substr(kPrefix.size());
  if (exchange->request().method == "GET") return get(*exchange, rest);
  if (exchange->request().method == "POST") return post(*exchange, rest);
  answer(*exchange, 405, {{"error", "GET or POST"}});
}

void ControlApi::get(Exchange& exchange, std::string_view what) {
  const std::uint64_t after = after_of(exchange.request());
  if (what == "state") return answer(exchange, 200, state_of(world_));
  if (what == "log") return answer(exchange, 200, calls_json(world_, after, false));
  if (what == "writes") return answer(exchange, 200, calls_json(world_, after, true));
  if (what == "truth") return answer(exchange, 200, truth_of(world_, after));
  if (what == "sessions") return answer(exchange, 200, sessions_json(world_));
  if (what == "counts") return answer(exchange, 200, world_.log.counts());
  if (what == "commands") {
    Json names = Json::array();
    for (const auto& [name, command] : commands()) names.push_back(name);
    return answer(exchange, 200, {{"commands", std::move(names)}});
  }
  answer(exchange, 404, {{"error", "state, log, writes, truth, sessions, counts or commands"}});
}

void ControlApi::post(Exchange& exchange, std::string_view command) {
  const std::string& body = exchange.request().body;
  const Json arguments = body.empty() ? Json::object() : Json::parse(body, nullptr, false);
  if (arguments.is_discarded()) return answer(exchange, 400, {{"error", "the body is no JSON"}});
  const Result<Json> result = run_command(world_, command, arguments);
  if (!result) return answer(exchange, 400, {{"error", result.error().message}});
  answer(exchange, 200, *result);
}

}  // namespace xenha::sim
