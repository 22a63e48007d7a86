#include "tests/integration/virtual_world.h"

#include "tests/integration/written_config.h"
#include "tests/sim/world/print_config.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;

}  // namespace

template <class Watcher>
struct VirtualWorld::Watch {
  std::unique_ptr<VirtualTransport> transport;
  std::unique_ptr<Watcher> watcher;
  SteadyTime next{};
};

WallTime VirtualWorld::wall(Duration at) const {
  return world().virtual_start + std::chrono::duration_cast<WallTime::duration>(at + simulation_.clock.skew);
}

VirtualWorld::VirtualWorld(sim::SimulationOptions options) : simulation_(std::move(options)) {
  config = written_config(sim::make_config(world(), directory()), directory());
  std::filesystem::create_directories(config.state_dir);
}

VirtualWorld::~VirtualWorld() {
  if (running()) stop();
}

std::unique_ptr<VirtualTransport> VirtualWorld::transport() {
  return simulation_.transport("xenha-exporter/test");
}

void VirtualWorld::start() {
  pool_snapshots_.clear();
  cloud_snapshots_.clear();
  started_ = simulation_.clock.wall();
  isolation_ = std::make_unique<exporter::Isolation>(config.probe_interval);
  switch_ = std::make_unique<exporter::CloudSwitch>();
  for (const exporter::CloudConfig& cloud : config.clouds) {
    auto watch = std::make_unique<CloudWatch>();
    watch->transport = transport();
    watch->watcher = std::make_unique<exporter::CloudWatcher>(
        cloud,
        exporter::CloudPollSettings{config.cloudstack_interval, config.request_timeout, config.keep_facts},
        config.state_dir, simulation_.clock, *watch->transport,
        [this](const std::shared_ptr<const exporter::CloudSnapshot>& snapshot) {
          cloud_snapshots_[snapshot->name] = snapshot;
          switch_->publish(snapshot);
        });
    switch_->connect(cloud.name, *watch->watcher);
    clouds_.push_back(std::move(watch));
  }
  for (const exporter::PoolConfig& pool : config.pools) {
    auto watch = std::make_unique<PoolWatch>();
    watch->transport = transport();
    watch->watcher = std::make_unique<exporter::PoolWatcher>(
        pool, exporter::PollSettings{config.probe_interval, config.request_timeout, config.keep_facts},
        config.state_dir, simulation_.clock, *watch->transport, *isolation_,
        [this](exporter::PoolSnapshot snapshot) { pool_snapshots_[snapshot.name] = std::move(snapshot); },
        switch_->link(pool.name, pool.cloudstack));
    switch_->connect(pool.name, pool.cloudstack, *watch->watcher);
    pools_.push_back(std::move(watch));
  }
}

void VirtualWorld::stop() {
  for (const auto& watch : pools_) watch->watcher->shut_down();
  for (const auto& watch : clouds_) watch->watcher->shut_down();
  kill();
}

void VirtualWorld::kill() {
  pools_.clear();
  clouds_.clear();
  switch_.reset();
  isolation_.reset();
}

SteadyTime VirtualWorld::settle() {
  SteadyTime next = SteadyTime::max();
  const auto turn = [&](auto& watches) {
    bool more = false;
    for (const auto& watch : watches) {
      if (!watch->transport->due() && simulation_.clock.steady() < watch->next) {
        next = std::min(next, watch->next);
        continue;
      }
      watch->transport->poll(simulation_.clock.steady());
      watch->next = watch->watcher->step(simulation_.clock.steady());
      next = std::min(next, watch->next);
      more = more || watch->transport->due();
    }
    return more;
  };
  for (bool more = true; more;) {
    next = SteadyTime::max();
    const bool pools = turn(pools_);
    more = turn(clouds_) || pools;
    // A cloud's snapshot wakes pools whose turn is over.
    for (const auto& watch : pools_) more = more || watch->transport->due();
  }
  return next;
}

void VirtualWorld::run_for(Duration span) {
  run_until([] { return false; }, span);
}

bool VirtualWorld::run_until(const std::function<bool()>& condition, Duration limit) {
  const SteadyTime end = simulation_.clock.steady() + limit;
  for (;;) {
    const SteadyTime next = settle();
    if (condition()) return true;
    if (simulation_.clock.steady() >= end) return false;
    // A watcher that has something to do at once still lets a moment pass, as a busy machine does.
    simulation_.pass_until(std::min(end, std::max(next, simulation_.clock.steady() + 1ms)));
  }
}

exporter::PoolSnapshot VirtualWorld::pool(const std::string& name) {
  return pool_snapshots_[name];
}

exporter::CloudSnapshot VirtualWorld::cloud(const std::string& name) {
  const auto& snapshot = cloud_snapshots_[name];
  return snapshot ? *snapshot : exporter::CloudSnapshot{};
}

exporter::FailoverBook VirtualWorld::book(const std::string& pool) {
  const auto& book = pool_snapshots_[pool].failovers;
  return book ? *book : exporter::FailoverBook{};
}

}  // namespace xenha::test
