// Builders shared by the transport's tests.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lib/http/curl_transport.h"
#include "lib/http/send.h"
#include "tests/support/tiny_server.h"

namespace xenha::http {

/// Longer than any test needs: reached only when something hangs.
inline constexpr std::chrono::seconds kPatience{20};

inline SteadyTime in(Duration span) {
  return std::chrono::steady_clock::now() + span;
}

inline Endpoint plain(const test::TinyServer& server) {
  return {.tls = false, .address = "127.0.0.1", .port = server.port(), .policy = {}};
}

inline Endpoint secure(const test::TinyServer& server, TlsPolicy policy) {
  return {.tls = true, .address = "127.0.0.1", .port = server.port(), .policy = std::move(policy)};
}

inline Request post(const Endpoint& endpoint, std::string body = "<methodCall/>",
                    Duration limit = kPatience) {
  return {.endpoint = std::make_shared<const Endpoint>(endpoint),
          .method = Request::Method::kPost,
          .headers = {"Content-Type: text/xml"},
          .body = std::move(body),
          .deadline = in(limit)};
}

/// Starts a request whose outcome lands in `into`.
inline RequestId start(Transport& transport, Request request, std::optional<Result<Response>>& into) {
  return transport.start(std::move(request), [&into](Result<Response> got) { into = std::move(got); });
}

/// Polls until `done` says so; false after kPatience.
template <class Done>
bool poll_until(Transport& transport, const Done& done) {
  const SteadyTime limit = in(kPatience);
  while (!done() && std::chrono::steady_clock::now() < limit) transport.poll(limit);
  return done();
}

}  // namespace xenha::http
