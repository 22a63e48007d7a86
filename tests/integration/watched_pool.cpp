#include "tests/integration/watched_pool.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "exporter/metrics/collect.h"
#include "lib/metrics/exposition.h"
#include "tests/integration/written_config.h"
#include "tests/sim/world/world.h"

namespace xenha::test {

using namespace std::chrono_literals;
using exporter::HostState;
using exporter::PoolSnapshot;

exporter::PollSettings quick_settings() {
  return {.probe_interval = 200ms, .request_timeout = 2s, .keep_facts = 15min};
}

struct WatchedWorld::Watch {
  Watch(WatchedWorld& world, const exporter::PoolConfig& pool)
      : transport({.user_agent = "xenha-exporter/test"}),
        watcher(pool, world.settings_, world.directory_, world.clock_, transport, world.isolation,
                [&world](PoolSnapshot snapshot) {
                  const std::lock_guard lock(world.mutex_);
                  ++world.count_[snapshot.name];
                  world.newest_[snapshot.name] = std::move(snapshot);
                  world.published_.notify_all();
                }),
        thread([this](const std::stop_token& stop) { watcher.run(stop); }) {}

  http::CurlTransport transport;
  exporter::PoolWatcher watcher;
  std::jthread thread;
};

WatchedWorld::WatchedWorld(sim::SimulationOptions options, exporter::PollSettings settings)
    : isolation(settings.probe_interval), settings_(settings) {
  char name[] = "/tmp/xenha-integration-XXXXXX";
  directory_ = mkdtemp(name);
  if (options.tls && options.tls_dir.empty()) {
    options.tls_dir = directory_ / "tls";
    std::filesystem::create_directory(options.tls_dir);
  }
  auto started = sim::Simulation::start(std::move(options));
  if (!started) throw std::runtime_error(started.error().message);
  sim_ = *std::move(started);
  config = written_config(sim_->write_config(directory_), directory_);
}

WatchedWorld::~WatchedWorld() {
  stop();
  EXPECT_TRUE(sim_->writes().empty()) << "the exporter made a write call";
  sim_.reset();
  std::filesystem::remove_all(directory_);
}

void WatchedWorld::start() {
  for (const exporter::PoolConfig& pool : config.pools)
    watches_.push_back(std::make_unique<Watch>(*this, pool));
}

void WatchedWorld::stop() {
  for (const auto& watch : watches_) watch->thread.request_stop();
  watches_.clear();
}

void WatchedWorld::command(const std::string& name, const std::string& arguments_json) {
  const Result<std::string> done = sim_->command(name, arguments_json);
  EXPECT_TRUE(done) << name << " " << arguments_json << ": " << done.error().message;
}

int WatchedWorld::open_sessions() {
  int open = 0;
  sim_->run([&](sim::World& simulated) {
    for (const auto& site : simulated.sites) {
      for (const auto& simulated_host : site->hosts) {
        open +=
            static_cast<int>(simulated_host->sessions.all().size() + simulated_host->local_sessions.size());
      }
    }
  });
  return open;
}

int WatchedWorld::refused_logins() {
  const std::vector<sim::CallEntry> calls = sim_->calls();
  return static_cast<int>(std::count_if(calls.begin(), calls.end(), [](const sim::CallEntry& call) {
    return call.outcome == "SESSION_AUTHENTICATION_FAILED";
  }));
}

std::string WatchedWorld::name_or_first(const std::string& pool) const {
  return pool.empty() ? config.pools.front().name : pool;
}

PoolSnapshot WatchedWorld::wait_for(const std::string& what, const Condition& condition,
                                    const std::string& pool, Duration patience) {
  const std::string name = name_or_first(pool);
  std::unique_lock lock(mutex_);
  const bool met = published_.wait_for(lock, patience, [&] {
    const auto found = newest_.find(name);
    return found != newest_.end() && condition(found->second);
  });
  const PoolSnapshot result = newest_[name];
  EXPECT_TRUE(met) << "not seen: " << what << "\nthe newest snapshot is\n" << exposition(result);
  return result;
}

PoolSnapshot WatchedWorld::wait_until_known(const std::string& pool) {
  return wait_for(
      "everything known",
      [](const PoolSnapshot& snapshot) {
        const auto known = [](const exporter::HostSnapshot& each) {
          return each.state && each.emergency && each.live && each.clock_offset;
        };
        return snapshot.up && snapshot.facts && snapshot.masters == 1 &&
               std::all_of(snapshot.hosts.begin(), snapshot.hosts.end(), known);
      },
      pool);
}

PoolSnapshot WatchedWorld::newest(const std::string& pool) {
  const std::lock_guard lock(mutex_);
  return newest_[name_or_first(pool)];
}

void WatchedWorld::wait_for_snapshots(int count, const std::string& pool) {
  const std::string name = name_or_first(pool);
  std::unique_lock lock(mutex_);
  const int until = count_[name] + count;
  EXPECT_TRUE(published_.wait_for(lock, 60s, [&] { return count_[name] >= until; }));
}

exporter::HostSnapshot host(const PoolSnapshot& pool, const std::string& label) {
  for (const exporter::HostSnapshot& each : pool.hosts) {
    if (each.label == label) return each;
  }
  ADD_FAILURE() << "no host is called " << label << " in\n" << exposition(pool);
  return {};
}

int in_state(const PoolSnapshot& pool, HostState state) {
  return static_cast<int>(std::count_if(pool.hosts.begin(), pool.hosts.end(),
                                        [&](const auto& each) { return each.state == state; }));
}

std::string exposition(const PoolSnapshot& pool) {
  return metrics::to_text(exporter::collect_pool(pool));
}

}  // namespace xenha::test
