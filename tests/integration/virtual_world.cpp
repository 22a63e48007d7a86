#include "tests/integration/virtual_world.h"

#include <stdexcept>

#include "tests/integration/written_config.h"
#include "tests/sim/control/commands.h"
#include "tests/sim/world/print_config.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
constexpr SteadyTime kSteadyStart{std::chrono::hours(1)};

}  // namespace

template <class Watcher>
struct VirtualWorld::Watch {
  std::unique_ptr<VirtualTransport> transport;
  std::unique_ptr<Watcher> watcher;
  SteadyTime next{};
};

WallTime VirtualWorld::VirtualClock::wall() const {
  return world_.world().now() + std::chrono::duration_cast<WallTime::duration>(skew);
}

SteadyTime VirtualWorld::VirtualClock::steady() const {
  return kSteadyStart + world_.world().clock.now();
}

WallTime VirtualWorld::wall(Duration at) const {
  return world().virtual_start + std::chrono::duration_cast<WallTime::duration>(at + clock_.skew);
}

SteadyTime VirtualWorld::steady(Duration at) const {
  return kSteadyStart + at;
}

VirtualWorld::VirtualWorld(sim::SimulationOptions options) {
  char name[] = "/tmp/xenha-virtual-XXXXXX";
  directory_ = mkdtemp(name);
  options.speed = 0;
  options.control.clear();
  network_ = std::make_unique<sim::VirtualNetwork>(
      [this](Duration span, sim::Loop::Task task) { assembly_.world->clock.after(span, std::move(task)); });
  loop_.use(network_.get());
  Result<sim::Assembly> assembly = sim::assemble(loop_, options);
  if (!assembly) throw std::runtime_error(assembly.error().message);
  assembly_ = std::move(*assembly);
  config = written_config(sim::make_config(world(), directory_), directory_);
  std::filesystem::create_directories(config.state_dir);
}

VirtualWorld::~VirtualWorld() {
  if (running()) stop();
  assembly_.world.reset();
  std::filesystem::remove_all(directory_);
}

std::unique_ptr<VirtualTransport> VirtualWorld::transport() {
  return std::make_unique<VirtualTransport>(
      *network_, clock_, [this](SteadyTime until) { pass(until); }, "xenha-exporter/test");
}

void VirtualWorld::start() {
  pool_snapshots_.clear();
  cloud_snapshots_.clear();
  started_ = clock_.wall();
  isolation_ = std::make_unique<exporter::Isolation>(config.probe_interval);
  switch_ = std::make_unique<exporter::CloudSwitch>();
  for (const exporter::CloudConfig& cloud : config.clouds) {
    auto watch = std::make_unique<CloudWatch>();
    watch->transport = transport();
    watch->watcher = std::make_unique<exporter::CloudWatcher>(
        cloud,
        exporter::CloudPollSettings{config.cloudstack_interval, config.request_timeout, config.keep_facts},
        config.state_dir, clock_, *watch->transport,
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
        config.state_dir, clock_, *watch->transport, *isolation_,
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
      if (!watch->transport->due() && clock_.steady() < watch->next) {
        next = std::min(next, watch->next);
        continue;
      }
      watch->transport->poll(clock_.steady());
      watch->next = watch->watcher->step(clock_.steady());
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

void VirtualWorld::pass(SteadyTime limit) {
  SteadyTime next = limit;
  if (const auto due = world().clock.next_due()) next = std::min(next, steady(*due));
  world().clock.advance(std::max(Duration{}, next - clock_.steady()));
}

void VirtualWorld::run_for(Duration span) {
  run_until([] { return false; }, span);
}

bool VirtualWorld::run_until(const std::function<bool()>& condition, Duration limit) {
  const SteadyTime end = clock_.steady() + limit;
  for (;;) {
    const SteadyTime next = settle();
    if (condition()) return true;
    if (clock_.steady() >= end) return false;
    // A watcher that has something to do at once still lets a moment pass, as a busy machine does.
    pass(std::min(end, std::max(next, clock_.steady() + 1ms)));
  }
}

void VirtualWorld::command(const std::string& name, const std::string& arguments_json) {
  const auto done = sim::run_command(world(), name, sim::Json::parse(arguments_json));
  if (!done) throw std::runtime_error(name + " " + arguments_json + ": " + done.error().message);
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
