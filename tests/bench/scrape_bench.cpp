// The price of a scrape of 100,000 series from the cached exposition, against the same bytes sent by a bare
// civetweb handler in the same run. Budgets: at most 2x; p99 under 8 scrapers at once at most 4x the median.
#include <arpa/inet.h>
#include <civetweb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "exporter/pages.h"
#include "lib/web/civet_server.h"
#include "tests/support/pool_builder.h"

namespace {

using namespace xenha;
using Milliseconds = std::chrono::duration<double, std::milli>;

/// What one writes with civetweb in an afternoon: head and body, nothing else.
class BareServer {
 public:
  explicit BareServer(const std::string& bytes) : bytes_(bytes) {
    mg_init_library(0);
    const char* settings[] = {"listening_ports", "127.0.0.1:0", "num_threads", "32", nullptr};
    const mg_callbacks callbacks{};
    context_ = mg_start(&callbacks, nullptr, settings);
    if (context_ == nullptr) std::abort();
    mg_set_request_handler(context_, "/", send, const_cast<std::string*>(&bytes_));
    mg_server_port port{};
    mg_get_server_ports(context_, 1, &port);
    port_ = static_cast<std::uint16_t>(port.port);
  }
  ~BareServer() { mg_stop(context_); }
  std::uint16_t port() const { return port_; }

 private:
  static int send(mg_connection* connection, void* data) {
    const auto& bytes = *static_cast<const std::string*>(data);
    mg_printf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
              bytes.size());
    mg_write(connection, bytes.data(), bytes.size());
    return 200;
  }
  const std::string& bytes_;
  mg_context* context_ = nullptr;
  std::uint16_t port_ = 0;
};

/// One scrape: connect, ask, read to the end. Returns the bytes received.
std::size_t scrape(std::uint16_t port, const std::string& request, std::string* keep = nullptr) {
  thread_local std::vector<char> buffer(std::size_t{1} << 20);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) std::abort();
  if (send(fd, request.data(), request.size(), 0) != static_cast<ssize_t>(request.size())) std::abort();
  std::size_t all = 0;
  for (ssize_t got = 0; (got = recv(fd, buffer.data(), buffer.size(), 0)) > 0;) {
    all += static_cast<std::size_t>(got);
    if (keep) keep->append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(fd);
  return all;
}

double timed_scrape(std::uint16_t port, const std::string& request, std::size_t least) {
  const auto begin = std::chrono::steady_clock::now();
  if (scrape(port, request) < least) std::abort();  // a cut answer would look fast
  return Milliseconds(std::chrono::steady_clock::now() - begin).count();
}

double quantile(std::vector<double> times, double q) {
  std::sort(times.begin(), times.end());
  return times[static_cast<std::size_t>(q * static_cast<double>(times.size() - 1))];
}

std::string body_of(std::uint16_t port, const std::string& request) {
  std::string answer;
  scrape(port, request, &answer);
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

/// Both servers in turn, so that a disturbance of the machine meets both.
void compare(const char* name, std::uint16_t ours, const std::string& request, int rounds) {
  const std::string body = body_of(ours, request);
  const BareServer bare(body);
  std::vector<double> our_times, bare_times;
  for (int i = 0; i < rounds; ++i) {
    bare_times.push_back(timed_scrape(bare.port(), request, body.size()));
    our_times.push_back(timed_scrape(ours, request, body.size()));
  }
  const double our_median = quantile(our_times, 0.5), bare_median = quantile(bare_times, 0.5);
  std::printf("%-6s %8.2f MB   ours %7.2f ms   bare civetweb %7.2f ms   ratio %.2f (budget 2)\n", name,
              static_cast<double>(body.size()) / 1e6, our_median, bare_median, our_median / bare_median);
}

/// Quantiles of 8 clients that scrape without a pause.
struct Quantiles {
  double median = 0, p99 = 0;
};
Quantiles crowd(std::uint16_t port, const std::string& request, int rounds) {
  std::vector<std::vector<double>> times(8);
  {
    std::vector<std::jthread> scrapers;
    for (auto& own : times)
      scrapers.emplace_back([&own, &request, port, rounds] {
        for (int i = 0; i < rounds; ++i) own.push_back(timed_scrape(port, request, 1000));
      });
  }
  std::vector<double> all;
  for (const auto& own : times) all.insert(all.end(), own.begin(), own.end());
  return {quantile(all, 0.5), quantile(all, 0.99)};
}

void compare_crowds(const char* name, std::uint16_t ours, const std::string& request, int rounds) {
  const std::string body = body_of(ours, request);
  const BareServer bare(body);
  const Quantiles theirs = crowd(bare.port(), request, rounds), own = crowd(ours, request, rounds);
  std::printf(
      "%-6s 8 scrapers   ours p50 %.2f p99 %.2f ms   ratio %.2f (budget 4)   bare civetweb p50 %.2f p99 %.2f "
      "ms   ratio %.2f\n",
      name, own.median, own.p99, own.p99 / own.median, theirs.median, theirs.p99, theirs.p99 / theirs.median);
}

std::size_t count_series(const std::string& exposition) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < exposition.size(); at = exposition.find('\n', at) + 1)
    if (exposition[at] != '#') ++count;
  return count;
}

}  // namespace

int main() {
  constexpr std::size_t kSeries = 100000;
  exporter::PoolSnapshot pool = test::healthy_pool(64);
  exporter::SnapshotStore probe({pool.name}, [] { return std::vector<prometheus::MetricFamily>{}; });
  probe.publish(pool);
  const std::size_t series_of_one = count_series(*probe.all(metrics::Format::kText, false).body.front());
  std::vector<std::string> names;
  for (std::size_t i = 0; i * series_of_one < kSeries; ++i) names.push_back("pool" + std::to_string(i));
  exporter::SnapshotStore store(names, [] { return std::vector<prometheus::MetricFamily>{}; });
  for (const std::string& name : names) {
    pool.name = name;
    store.publish(pool);
  }
  web::Router router;
  exporter::add_pages(router, store, {});
  const auto server = web::CivetServer::start({{"127.0.0.1", 0}}, {}, router);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  const std::uint16_t port = (*server)->addresses().front().port;
  std::printf("%zu series: %zu pools of 64 hosts\n", names.size() * series_of_one, names.size());
  const std::string plain = "GET /metrics HTTP/1.1\r\nHost: bench\r\n\r\n";
  const std::string gzip = "GET /metrics HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n";
  compare("plain", port, plain, 100);
  compare("gzip", port, gzip, 400);
  compare_crowds("plain", port, plain, 60);
  compare_crowds("gzip", port, gzip, 300);
}
