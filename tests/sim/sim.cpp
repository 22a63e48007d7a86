#include "tests/sim/sim.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "tests/sim/cloud/cloud.h"
#include "tests/sim/control/commands.h"
#include "tests/sim/control/state.h"
#include "tests/sim/world/assembly.h"
#include "tests/sim/world/print_config.h"
#include "tests/sim/xapi/event_hub.h"

namespace xenha::sim {

struct Simulation::Impl {
  Loop loop;
  Assembly assembly;
  std::uint16_t port = 0;
  bool tls = false;
  std::string control_url;
  std::mutex mutex;
  std::condition_variable moved;
  std::uint64_t moves = 0;
  std::jthread thread;

  /// On the loop's thread; the caller waits.
  template <class Work>
  auto on_loop(Work work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    loop.post([&task] { task(); });
    return result.get();
  }
};

Simulation::Simulation() : impl_(std::make_unique<Impl>()) {}

Simulation::~Simulation() {
  if (!impl_->thread.joinable()) return;
  impl_->on_loop([this] {
    impl_->assembly.control.reset();
    impl_->assembly.world.reset();
  });
  impl_->loop.stop();
  impl_->thread.join();
}

Result<std::unique_ptr<Simulation>> Simulation::start(SimulationOptions options) {
  std::unique_ptr<Simulation> sim(new Simulation());
  Impl& impl = *sim->impl_;
  Result<Assembly> assembly = assemble(impl.loop, options);
  if (!assembly) return assembly.error();
  impl.assembly = std::move(*assembly);
  impl.port = impl.assembly.world->port;
  impl.tls = options.tls;
  impl.control_url = impl.assembly.control_url();
  impl.assembly.world->on_changed([&impl] {
    const std::lock_guard lock(impl.mutex);
    ++impl.moves;
    impl.moved.notify_all();
  });
  impl.thread = std::jthread([&impl] { impl.loop.run(); });
  return sim;
}

std::uint16_t Simulation::port() const {
  return impl_->port;
}

std::string Simulation::address(int pool, int host) const {
  return "127.10." + std::to_string(pool) + "." + std::to_string(host);
}

std::string Simulation::url(int pool, int host) const {
  return (impl_->tls ? "https://" : "http://") + address(pool, host) + ":" + std::to_string(impl_->port);
}

std::string Simulation::control_url() const {
  return impl_->control_url;
}

std::string Simulation::cloud_url(int cloud) {
  return impl_->on_loop([&] {
    const auto& clouds = impl_->assembly.world->clouds;
    return cloud >= 1 && static_cast<std::size_t>(cloud) <= clouds.size()
               ? clouds[static_cast<std::size_t>(cloud) - 1]->url()
               : std::string();
  });
}

Result<std::string> Simulation::command(std::string_view name, std::string_view arguments_json) {
  const Json arguments = Json::parse(arguments_json, nullptr, false);
  if (arguments.is_discarded()) return Error{ErrorCode::kBadConfig, "the arguments are no JSON"};
  return impl_->on_loop([&]() -> Result<std::string> {
    const Result<Json> result = run_command(*impl_->assembly.world, name, arguments);
    if (!result) return result.error();
    return result->dump();
  });
}

std::string Simulation::state_json() {
  return impl_->on_loop(
      [&] { return state_of(*impl_->assembly.world).dump(-1, ' ', false, Json::error_handler_t::replace); });
}

Result<std::string> Simulation::write_config(const std::string& directory) {
  return impl_->on_loop([&] { return make_config(*impl_->assembly.world, directory); });
}

std::vector<CallEntry> Simulation::calls(std::uint64_t after) {
  return impl_->on_loop([&] { return impl_->assembly.world->log.after(after, false); });
}

std::vector<CallEntry> Simulation::writes(std::uint64_t after) {
  return impl_->on_loop([&] { return impl_->assembly.world->log.after(after, true); });
}

void Simulation::advance(Duration simulated) {
  impl_->on_loop([&] {
    impl_->assembly.world->clock.advance(simulated);
    impl_->assembly.world->changed();
  });
}

bool Simulation::wait_for(const std::function<bool(const std::string&)>& condition, Duration deadline) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  for (;;) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock(impl_->mutex);
      seen = impl_->moves;
    }
    if (condition(state_json())) return true;
    std::unique_lock lock(impl_->mutex);
    if (!impl_->moved.wait_until(lock, until, [&] { return impl_->moves != seen; })) return false;
  }
}

void Simulation::run(const std::function<void(World&)>& work) {
  impl_->on_loop([&] { work(*impl_->assembly.world); });
}

}  // namespace xenha::sim
