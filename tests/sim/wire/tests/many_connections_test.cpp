// A fleet of 200 pools keeps thousands of idle TLS connections open: one thread carries them.
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/resource.h>

#include <fstream>

#include "lib/base/handle.h"
#include "tests/sim/wire/tests/raw_client.h"
#include "tests/sim/wire/tests/server_fixture.h"

namespace xenha::sim {
namespace {

using Context = Handle<SSL_CTX, SSL_CTX_free>;
using Session = Handle<SSL, SSL_free>;

constexpr rlim_t kDescriptorsWanted = 2 * 2000 + 200;

bool exchange(SSL* ssl, const std::string& path) {
  const std::string request = "GET " + path + " HTTP/1.1\r\n\r\n";
  if (SSL_write(ssl, request.data(), static_cast<int>(request.size())) <= 0) return false;
  std::string text;
  std::array<char, 1024> buffer{};
  while (text.find("GET " + path + "\n") == std::string::npos) {
    const int got = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()));
    if (got <= 0) return false;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return true;
}

std::size_t resident_kib() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * 4;
}

TEST(ManyConnections, TwoThousandIdleTlsClientsAreServedAgainLater) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, std::max(limit.rlim_cur, kDescriptorsWanted));
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < kDescriptorsWanted)
    GTEST_SKIP() << "only " << limit.rlim_cur << " descriptors allowed";

  LoopThread loop;
  TestListener server(loop, {.tls = *make_identity({.common_name = "x", .key = KeyKind::kEcP256})}, echo());
  const Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  const std::size_t before = resident_kib();
  constexpr std::size_t kClients = 2000;
  std::vector<std::unique_ptr<RawClient>> sockets;
  std::vector<Session> sessions;
  for (std::size_t i = 0; i < kClients; ++i) {
    sockets.push_back(std::make_unique<RawClient>(server.port()));
    sessions.emplace_back(SSL_new(context.get()));
    SSL_set_fd(sessions.back().get(), sockets.back()->fd());
    ASSERT_EQ(SSL_connect(sessions.back().get()), 1) << i;
    ASSERT_TRUE(exchange(sessions.back().get(), "/" + std::to_string(i)));
  }
  EXPECT_EQ(server.connection_count(), kClients);
  // Both ends live in this process; the server's share is below half of it.
  RecordProperty("kib_per_connection_both_ends", static_cast<int>((resident_kib() - before) / kClients));
  for (std::size_t i = 0; i < kClients; i += 97) EXPECT_TRUE(exchange(sessions[i].get(), "/again")) << i;
}

}  // namespace
}  // namespace xenha::sim
