// The whole exporter in process, with pools and a CloudStack over real sockets: the only place where all its
// threads meet, while reloads come and go and somebody scrapes.
#include "exporter/exporter_app.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "lib/http/curl_transport.h"
#include "lib/http/send.h"
#include "tests/sim/sim.h"
#include "tests/sim/world/world.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using exporter::CloudSnapshot;
using exporter::PoolSnapshot;

constexpr Duration kPatience = 60s;  ///< reached only when something hangs

/// Two pools of two hosts, one CloudStack over both.
class App : public testing::Test {
 protected:
  struct Said {
    std::vector<int> pools = {1};
    std::string keys = "cloud";  ///< which account of CloudStack; empty: the file names no CloudStack
  };

  App() {
    char name[] = "/tmp/xenha-app-XXXXXX";
    directory_ = mkdtemp(name);
    sim::PoolSpec pool;
    pool.hosts = 2;
    auto started = sim::Simulation::start({.pools = {pool, pool}, .clouds = {sim::CloudSpec{}}});
    if (!started) throw std::runtime_error(started.error().message);
    sim_ = *std::move(started);
    secret("monitor", "monitor-password");
    for (const std::string account : {"cloud", "reader"})
      for (const std::string kind : {"-api-key", "-secret-key"}) secret(account + kind, account + kind);
  }
  ~App() override {
    app_.reset();
    EXPECT_TRUE(sim_->writes().empty()) << "the exporter made a write call";
    EXPECT_EQ(open_sessions(), 0);
    sim_.reset();
    std::filesystem::remove_all(directory_);
  }

  void secret(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text << '\n';
  }

  void write(const Said& said) {
    std::ofstream file(directory_ / "xenha.yml");
    file << "pools:\n";
    for (const int pool : said.pools) {
      file << "  - name: pool" << pool << "\n    hosts: [" << sim_->address(pool, 1) << ", "
           << sim_->address(pool, 2) << "]\n    scheme: http\n    port: " << sim_->port()
           << "\n    username: monitor\n    password_file: monitor\n";
      if (!said.keys.empty()) file << "    cloudstack: cloud1\n";
    }
    if (!said.keys.empty())
      file << "cloudstack:\n  - name: cloud1\n    url: " << sim_->cloud_url()
           << "\n    api_key_file: " << said.keys << "-api-key\n    secret_key_file: " << said.keys
           << "-secret-key\n";
    file << "exporter:\n  state_dir: state\n  probe_interval: 1s\n  cloudstack_interval: 5s\n"
         << "  request_timeout: 2s\n";
  }

  void start(const Said& said) {
    write(said);
    auto app = exporter::ExporterApp::start(
        {.config_file = directory_ / "xenha.yml", .listen = {{.host = "127.0.0.1", .port = 0}}}, clock_);
    ASSERT_TRUE(app) << app.error().message;
    app_ = *std::move(app);
  }
  void reload(const Said& said) {
    write(said);
    const Status done = app_->reload();
    ASSERT_TRUE(done) << done.error().message;
  }

  int status_of(const std::string& page) {
    const web::ListenAddress& at = app_->addresses().front();
    const http::Endpoint endpoint{.tls = false, .address = at.host, .port = at.port, .policy = {}};
    const Result<http::Response> answer =
        http::send(transport_, {.endpoint = std::make_shared<const http::Endpoint>(endpoint),
                                .method = http::Request::Method::kGet,
                                .target = page,
                                .deadline = clock_.steady() + kPatience});
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->status : 0;
  }
  /// Scrapes until `condition` holds.
  template <class Condition>
  void eventually(const std::string& what, const Condition& condition) {
    const SteadyTime limit = clock_.steady() + kPatience;
    while (!condition()) {
      ASSERT_LT(clock_.steady(), limit) << "not seen: " << what;
      ASSERT_EQ(status_of("/metrics"), 200);
    }
  }
  void until_ready() {
    eventually("ready", [&] { return status_of("/-/ready") == 200; });
  }
  /// The cloud knows the pool's hosts, and the pool what its CloudStack says.
  void until_joined(const std::string& pool) {
    eventually("cloud1 joined to " + pool, [&] {
      const auto cloud = app_->store().cloud("cloud1");
      return cloud && cloud->facts && hosts_joined(*cloud, pool) == 2;
    });
    eventually(pool + " knows its CloudStack", [&] {
      const auto found = app_->store().pool(pool);
      return found && found->cloudstack == "cloud1" && found->vms_cloudstack_only;
    });
  }
  static std::ptrdiff_t hosts_joined(const CloudSnapshot& cloud, const std::string& pool) {
    return std::count_if(cloud.facts->hosts.begin(), cloud.facts->hosts.end(),
                         [&](const auto& host) { return host.pool == pool && !host.host_uuid.empty(); });
  }
  std::uint64_t calls_seen() {
    const auto calls = sim_->calls();
    return calls.empty() ? 0 : calls.back().number;
  }
  int open_sessions() {
    int open = 0;
    sim_->run([&](sim::World& world) {
      for (const auto& site : world.sites)
        for (const auto& host : site->hosts)
          open += static_cast<int>(host->sessions.all().size() + host->local_sessions.size());
    });
    return open;
  }

  std::filesystem::path directory_;
  const SystemClock clock_;
  std::unique_ptr<sim::Simulation> sim_;
  http::CurlTransport transport_;
  std::unique_ptr<exporter::ExporterApp> app_;
};

TEST_F(App, GoesThroughReloadsOfPoolsAndClouds) {
  ASSERT_NO_FATAL_FAILURE(start({}));
  until_ready();
  until_joined("pool1");

  // The same CloudStack with another account: its watcher is another, the pool's goes on and hears from it.
  const std::uint64_t before = calls_seen();
  ASSERT_NO_FATAL_FAILURE(reload({.keys = "reader"}));
  eventually("calls of the other account", [&] {
    const auto calls = sim_->calls(before);
    return std::any_of(calls.begin(), calls.end(),
                       [](const sim::CallEntry& call) { return call.user == "reader"; });
  });
  until_ready();
  until_joined("pool1");

  ASSERT_NO_FATAL_FAILURE(reload({.pools = {1, 2}, .keys = "reader"}));
  until_ready();
  until_joined("pool2");
  until_joined("pool1");

  ASSERT_NO_FATAL_FAILURE(reload({.pools = {1, 2}, .keys = ""}));
  EXPECT_FALSE(app_->store().cloud("cloud1"));
  eventually("pools without a CloudStack", [&] {
    const auto pools = app_->store().pools();
    return pools.size() == 2 && std::all_of(pools.begin(), pools.end(), [](const auto& pool) {
             return pool->facts && pool->cloudstack.empty() && !pool->vms_cloudstack_only;
           });
  });

  ASSERT_NO_FATAL_FAILURE(reload({.pools = {2}}));
  until_ready();
  until_joined("pool2");
  EXPECT_FALSE(app_->store().pool("pool1"));
  EXPECT_EQ(hosts_joined(*app_->store().cloud("cloud1"), "pool1"), 0);
}

TEST_F(App, AFailoverSurvivesThatItsCloudChanges) {
  ASSERT_NO_FATAL_FAILURE(start({}));
  until_ready();
  until_joined("pool1");
  // Only a host that was reached as a known member can be missed: its first probe may have ended before that.
  const std::uint64_t known = calls_seen();
  eventually("more probes of the host", [&] {
    const auto calls = sim_->calls(known);
    return std::count_if(calls.begin(), calls.end(),
                         [&](const sim::CallEntry& call) { return call.host == sim_->address(1, 2); }) >= 2;
  });
  ASSERT_TRUE(sim_->command("power-off", R"({"host": ")" + sim_->address(1, 2) + "\"}"));
  const auto open = [&] {
    const auto pool = app_->store().pool("pool1");
    return pool && pool->failovers && pool->failovers->open.size() == 1;
  };
  eventually("an open failover", open);
  const std::string id = app_->store().pool("pool1")->failovers->open.front().id;
  ASSERT_NO_FATAL_FAILURE(reload({.keys = "reader"}));
  until_ready();
  eventually("its CloudStack's word", [&] {
    const auto cloud = app_->store().cloud("cloud1");
    return cloud && cloud->hosts_read && cloud->vms_read;
  });
  ASSERT_TRUE(open());
  EXPECT_EQ(app_->store().pool("pool1")->failovers->open.front().id, id);

  app_.reset();  // in the middle of it
  ASSERT_NO_FATAL_FAILURE(start({}));
  eventually("the same failover after a restart", open);
  EXPECT_EQ(app_->store().pool("pool1")->failovers->open.front().id, id);
}

TEST_F(App, ABadFileChangesNothing) {
  ASSERT_NO_FATAL_FAILURE(start({}));
  until_joined("pool1");
  std::ofstream(directory_ / "xenha.yml") << "pools: []\n";
  EXPECT_FALSE(app_->reload());
  until_joined("pool1");
  EXPECT_EQ(app_->store().cloud_names(), std::vector<std::string>{"cloud1"});
}

}  // namespace
}  // namespace xenha::test
