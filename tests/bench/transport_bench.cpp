// What a probe over a kept TLS connection costs through the transport, against bare curl easy handles doing
// the same in the same run, and what a fleet of 200 pools x 16 hosts costs at 640 probes a second. The server
// runs in a child process; CPU and memory counted here are the client's alone.
#include <benchmark/benchmark.h>
#include <curl/curl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "lib/base/handle.h"
#include "lib/http/curl_transport.h"
#include "lib/http/send.h"
#include "tests/support/tiny_server.h"

namespace xenha::http {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kAnswer = 600;  ///< bytes, as a host's answer to a small call
const std::string kCall(300, 'x');

/// One TLS server in a child process, which ends with this one.
class ServerProcess {
 public:
  ServerProcess() {
    int pipes[2];
    if (pipe(pipes) != 0) std::abort();
    child_ = fork();
    if (child_ == 0) run(pipes[1]);
    if (child_ < 0 || read(pipes[0], &facts_, sizeof facts_) != sizeof facts_) std::abort();
    close(pipes[0]);
    close(pipes[1]);
  }
  ~ServerProcess() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  std::shared_ptr<const Endpoint> endpoint(const std::string& address = "127.0.0.1") const {
    return std::make_shared<const Endpoint>(
        Endpoint{.tls = true, .address = address, .port = facts_.port, .policy = {.pins = {facts_.pin}}});
  }
  std::string pin() const { return facts_.pin; }

 private:
  struct Facts {
    std::uint16_t port;
    char pin[46];
  };
  [[noreturn]] static void run(int to) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    test::TinyServer::Options options{.address = "0.0.0.0"};
    options.tls = std::make_shared<const test::TestCertificate>(
        test::TestCertificate::Options{.key = test::TestCertificate::Key::kRsa2048});
    options.answer = [answer = test::http_answer(std::string(kAnswer, 'y'))](const test::Seen&) {
      return test::Reply{.bytes = answer};
    };
    options.keep_requests = false;
    const std::string pin = options.tls->pin();
    test::TinyServer server(std::move(options));
    Facts facts{.port = server.port(), .pin = {}};
    pin.copy(facts.pin, sizeof facts.pin - 1);
    if (write(to, &facts, sizeof facts) != sizeof facts) std::_Exit(1);
    for (;;) pause();
  }
  pid_t child_ = -1;
  Facts facts_{};
};

void raise_file_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

ServerProcess& server() {
  static ServerProcess process;
  return process;
}

/// 127.0.X.Y, so that each host has an address of its own.
std::string host_address(int number) {
  return "127.0." + std::to_string(1 + number / 200) + "." + std::to_string(1 + number % 200);
}

Request probe(const std::shared_ptr<const Endpoint>& endpoint) {
  return {.endpoint = endpoint,
          .method = Request::Method::kPost,
          .headers = {"Content-Type: text/xml"},
          .body = kCall,
          .deadline = std::chrono::steady_clock::now() + 20s,
          .may_repeat = true};
}

double process_cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// The same exchange with curl alone: one easy handle a host, one after the other.
void BM_BareEasy(benchmark::State& state) {
  using Easy = Handle<CURL, curl_easy_cleanup>;
  const int hosts = static_cast<int>(state.range(0));
  const Handle<curl_slist, curl_slist_free_all> headers(curl_slist_append(nullptr, "Content-Type: text/xml"));
  const std::string pin = "sha256//" + server().pin();
  std::vector<Easy> easies;
  for (int i = 0; i < hosts; ++i) {
    CURL* easy = easies.emplace_back(curl_easy_init()).get();
    const auto endpoint = server().endpoint(host_address(i));
    curl_easy_setopt(easy, CURLOPT_URL,
                     ("https://" + endpoint->address + ":" + std::to_string(endpoint->port) + "/").c_str());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, pin.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, kCall.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(kCall.size()));
    curl_easy_setopt(
        easy, CURLOPT_WRITEFUNCTION, +[](char*, std::size_t, std::size_t size, void*) { return size; });
    if (curl_easy_perform(easy) != CURLE_OK) return state.SkipWithError("no connection");
  }
  std::size_t next = 0;
  for (auto _ : state) {
    if (curl_easy_perform(easies[next].get()) != CURLE_OK) return state.SkipWithError("request failed");
    next = (next + 1) % easies.size();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_BareEasy)->Arg(16)->UseRealTime();

/// Through the transport, one after the other: compare CPU with BM_BareEasy.
void BM_Transport(benchmark::State& state) {
  CurlTransport transport;
  std::vector<std::shared_ptr<const Endpoint>> hosts;
  for (int i = 0; i < state.range(0); ++i) {
    hosts.push_back(server().endpoint(host_address(i)));
    if (!send(transport, probe(hosts.back()))) return state.SkipWithError("no connection");
  }
  std::size_t next = 0;
  for (auto _ : state) {
    if (!send(transport, probe(hosts[next]))) return state.SkipWithError("request failed");
    next = (next + 1) % hosts.size();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Transport)->Arg(16)->Arg(64)->UseRealTime();

/// All hosts of a pool at once, as the poller does it. One item is one probe.
void BM_TransportRound(benchmark::State& state) {
  CurlTransport transport;
  std::vector<std::shared_ptr<const Endpoint>> hosts;
  for (int i = 0; i < state.range(0); ++i) hosts.push_back(server().endpoint(host_address(i)));
  bool good = true;
  const auto round = [&] {
    std::size_t answered = 0;
    for (const auto& host : hosts)
      transport.start(probe(host), [&](const Result<Response>& got) {
        ++answered;
        good = good && got;
      });
    while (answered < hosts.size()) transport.poll(SteadyTime::max());
  };
  round();
  for (auto _ : state) round();
  if (!good) return state.SkipWithError("request failed");
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_TransportRound)->Arg(16)->Arg(64)->UseRealTime();

/// One pool of the fleet: connects to its hosts, reports, waits for the start, then probes at its pace.
class Pool {
 public:
  static constexpr int kHosts = 16;
  explicit Pool(int number) {
    for (int i = 0; i < kHosts; ++i) hosts_.push_back(server().endpoint(host_address(number * kHosts + i)));
  }
  bool connect() {
    bool good = true;
    for (const auto& host : hosts_) good = good && send(transport_, probe(host));
    return good;
  }
  /// One probe every `gap` until `end`; the hosts take turns.
  int run(SteadyTime begin, Duration gap, SteadyTime end) {
    int answered = 0;
    std::size_t next = 0;
    for (SteadyTime due = begin; due < end; due += gap) {
      while (std::chrono::steady_clock::now() < due) transport_.poll(due);
      transport_.start(probe(hosts_[next]),
                       [&answered](const Result<Response>& got) { answered += got ? 1 : 0; });
      next = (next + 1) % hosts_.size();
    }
    while (std::chrono::steady_clock::now() < end) transport_.poll(end);
    return answered;
  }

 private:
  CurlTransport transport_;
  std::vector<std::shared_ptr<const Endpoint>> hosts_;
};

/// 200 pools x 16 hosts, each pool on a thread of its own, 640 probes a second in all, for ten seconds.
void BM_Fleet(benchmark::State& state) {
  const int pools = static_cast<int>(state.range(0));
  constexpr double kRate = 640;
  const SteadyTime::duration length = 10s;
  const auto gap = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(pools / kRate));
  (void)server();
  for (auto _ : state) {
    const double before = resident_bytes();
    const double connecting = process_cpu_seconds();
    std::atomic<int> connected = 0, answered = 0, failed = 0;
    std::atomic<bool> go = false;
    SteadyTime begin;
    std::vector<std::thread> threads;
    for (int i = 0; i < pools; ++i)
      threads.emplace_back([&, i] {
        Pool pool(i);
        if (!pool.connect()) ++failed;
        ++connected;
        go.wait(false);
        answered += pool.run(begin + gap * i / pools, gap, begin + length);
      });
    while (connected < pools) std::this_thread::sleep_for(10ms);
    const double resident = resident_bytes();
    const double began = process_cpu_seconds();
    begin = std::chrono::steady_clock::now();
    go = true;
    go.notify_all();
    for (std::thread& thread : threads) thread.join();
    const double used = process_cpu_seconds() - began;
    if (failed > 0) return state.SkipWithError("no connection");
    const double connections = pools * Pool::kHosts;
    state.counters["core_share"] = used / 10.0;
    state.counters["cpu_us_per_probe"] = used / answered * 1e6;
    state.counters["probes"] = answered.load();
    state.counters["bytes_per_connection"] = (resident - before) / connections;
    state.counters["handshake_us"] = (began - connecting) / connections * 1e6;
  }
}
BENCHMARK(BM_Fleet)->Arg(200)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

}  // namespace
}  // namespace xenha::http

int main(int argc, char** argv) {
  xenha::http::raise_file_limit();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  xenha::http::server();  // forked while there is one thread
  benchmark::RunSpecifiedBenchmarks();
}
