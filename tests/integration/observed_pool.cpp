#include "tests/integration/observed_pool.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lib/config/address.h"
#include "tests/integration/operator_call.h"
#include "tests/sim/world/world.h"

namespace xenha::test {

using namespace std::chrono_literals;

constexpr const char* kOriginator = "xenha-hooks-test";

sim::SimulationOptions one_pool(const std::string& release, const std::string& cloud) {
  sim::SimulationOptions options;
  options.pools = {sim::PoolSpec{.release = release, .vms = 4}};
  if (!cloud.empty()) options.clouds = {sim::CloudSpec{.version = cloud}};
  return options;
}

ObservedPool::ObservedPool(sim::SimulationOptions options) : transport_({.user_agent = "xenha-hooks/test"}) {
  const sim::PoolSpec spec = options.pools.front();
  release_ = spec.release;
  const bool has_cloud = !options.clouds.empty();
  const bool tls = options.tls;
  const std::string tls_dir = options.tls_dir;
  auto started = sim::Simulation::start(std::move(options));
  if (!started) throw std::runtime_error(started.error().message);
  sim_ = *std::move(started);
  config.name = "pool1";
  for (int host = 1; host <= spec.hosts; ++host) config.hosts.push_back({sim_->address(1, host), {}});
  config.tls = tls;
  config.port = sim_->port();
  config.login = {.username = "monitor", .password = Secret("monitor-password")};
  config.host_login = config::Credential{.username = "root", .password = Secret("root-password")};
  config.heartbeat_sr = spec.heartbeat_sr;
  settings.originator = kOriginator;
  if (tls) {
    config.policy.ca_file = tls_dir + "/ca.pem";
    for (config::HostConfig& host : config.hosts) host.policy = config.policy;
  }
  if (!has_cloud) return;
  cloud = config::CloudConfig{.name = "cloud1", .url = {}, .api_key = {}, .secret_key = {}};
  cloud->url.tls = false;
  cloud->url.host = "127.20.1.1";
  cloud->url.port = sim_->port();
  cloud->url.path = "/client/api";
  cloud->api_key.text = Secret("cloud-api-key");
  cloud->secret_key.text = Secret("cloud-secret-key");
  config.cloudstack = "cloud1";
}

ObservedPool::~ObservedPool() {
  observer_.reset();
  EXPECT_EQ(open_sessions(), sessions_nobody_knows()) << "a session was not given back";
  for (const sim::CallEntry& call : sim_->writes())
    EXPECT_NE(call.originator, kOriginator) << "wrote with " << call.method;
  EXPECT_EQ(calls_of("Async.pool.enable_ha"), 0u);
}

hooks::Observer& ObservedPool::observer() {
  if (!observer_)
    observer_ =
        std::make_unique<hooks::Observer>(config, cloud ? &*cloud : nullptr, transport_, clock_, settings);
  return *observer_;
}

hooks::Look ObservedPool::look(Duration patience) {
  return observer().look(remembered, clock_.steady() + patience);
}

hooks::Look ObservedPool::glance(Duration patience) {
  return observer().glance(remembered, clock_.steady() + patience);
}

void ObservedPool::command(const std::string& name, const std::string& arguments_json) {
  const Result<std::string> done = sim_->command(name, arguments_json);
  EXPECT_TRUE(done) << name << " " << arguments_json << ": " << done.error().message;
}

void ObservedPool::see_it_on() {
  const hooks::Look seen = look();
  EXPECT_EQ(seen.situation.ha_enabled, true) << explained(seen.situation);
  remembered = seen.learnt;
  EXPECT_TRUE(remembered.last_seen_on);
  if (remembered.last_seen_on) *remembered.last_seen_on -= 10min;
  restart();
}

void ObservedPool::lose_ha() {
  see_it_on();
  command("silent-disarm");
}

std::string ObservedPool::call(const std::string& method, xapi::Params more, int host) {
  return call_as_operator(*sim_, method, std::move(more), host);
}

std::size_t ObservedPool::calls_of(const std::string& method) {
  const std::vector<sim::CallEntry> calls = sim_->calls();
  return static_cast<std::size_t>(std::count_if(calls.begin(), calls.end(), [&](const auto& each) {
    return each.method == method && each.originator != kOperator;
  }));
}

int ObservedPool::refused_logins() {
  const std::vector<sim::CallEntry> calls = sim_->calls();
  return static_cast<int>(std::count_if(calls.begin(), calls.end(), [](const sim::CallEntry& each) {
    return each.outcome == "SESSION_AUTHENTICATION_FAILED";
  }));
}

/// Those of the tests' own operators are not ours.
int ObservedPool::open_sessions() {
  int open = 0;
  sim_->run([&](sim::World& world) {
    for (const auto& site : world.sites)
      for (const auto& host : site->hosts) {
        open += static_cast<int>(host->local_sessions.size());
        for (const auto& [ref, session] : host->sessions.all())
          if (session.originator == kOriginator) ++open;
      }
  });
  return open;
}

int ObservedPool::sessions_nobody_knows() {
  if (release_ != "6.2") return 0;
  const std::vector<sim::CallEntry> calls = sim_->calls();
  return static_cast<int>(std::count_if(calls.begin(), calls.end(), [](const sim::CallEntry& each) {
    return each.method == "session.login_with_password" && each.outcome == "HOST_IS_SLAVE";
  }));
}

hooks::Decision decide(hooks::Situation situation) {
  situation.kill_switch = false;
  hooks::Policy policy;
  policy.mode = hooks::Mode::kAct;
  return hooks::decide_reenable_ha(situation, situation, policy);
}

std::vector<std::string> objectors(const hooks::Situation& situation) {
  std::vector<std::string> out;
  for (const hooks::GuardReport& report : decide(situation).guards)
    if (report.state == hooks::GuardState::kFail || report.state == hooks::GuardState::kUnknown)
      out.emplace_back(hooks::word(report.guard));
  return out;
}

std::string explained(const hooks::Situation& situation) {
  std::string out;
  for (const hooks::GuardReport& report : decide(situation).guards)
    out += std::string(hooks::word(report.guard)) + ": " + std::string(hooks::word(report.state)) + ", " +
           report.fact + "\n";
  return out;
}

}  // namespace xenha::test
