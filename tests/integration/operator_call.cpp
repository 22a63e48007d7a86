#include "tests/integration/operator_call.h"

#include <array>
#include <thread>

#include "lib/http/curl_transport.h"
#include "lib/xapi/ask.h"

namespace xenha::test {

using namespace std::chrono_literals;

std::string call_as_operator(sim::Simulation& sim, const std::string& method, xapi::Params more, int host) {
  static constexpr std::array<std::string_view, 5> kMayCall{"session.login_with_password", "session.logout",
                                                            "pool.disable_ha", "Async.pool.disable_ha",
                                                            "pool.enable_ha"};
  const SystemClock clock;
  http::CurlTransport transport({.user_agent = kOperator});
  xapi::Client client(transport, clock, kMayCall, kOperator, {});
  const xapi::Line line{transport, client, clock};
  const bool tls = sim.url(1, host).starts_with("https");
  http::Endpoint at{.tls = tls, .address = sim.address(1, host), .port = sim.port(), .policy = {}};
  at.policy.insecure_skip_verify = true;
  auto session = xapi::Session::log_in(line, std::make_shared<const http::Endpoint>(at), "root",
                                       Secret("root-password"), kOperator, clock.steady() + 30s);
  if (!session) return session.error().message;
  const std::jthread time([&sim](const std::stop_token& stop) {
    while (!stop.stop_requested()) sim.advance(1s);
  });
  const Result<xapi::Reply> reply = session->call(method, std::move(more), clock.steady() + 60s, false);
  if (!reply) return reply.error().remote_code;
  return std::string(reply->answer.value->text().value_or(""));
}

}  // namespace xenha::test
