#include "hooks/ctl/status/daemons.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "hooks/ctl/daemon.h"
#include "hooks/ctl/render/json.h"
#include "hooks/ctl/status/daemon_words.h"

namespace xenha::ctl {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kAtOnce = 32;

}  // namespace

ExporterWord DaemonWords::exporter_on(const std::string& pool) const {
  if (exporter_problem.empty()) return exporter_word(exporter, failovers, pool);
  ExporterWord out;
  out.problem = exporter_problem;
  return out;
}

HooksWord DaemonWords::hooks_on(const std::string& pool) const {
  if (hooks_problem.empty()) return hooks_word(hooks, pool);
  HooksWord out;
  out.problem = hooks_problem;
  return out;
}

hooks::Remembered DaemonWords::remembered(const std::string& pool) const {
  return remembered_by_hooks(hooks, pool);
}

DaemonWords ask_daemons(const Context& context) {
  DaemonWords out;
  std::jthread exporter([&] {
    const auto transport = context.new_transport();
    const DaemonLine line{context, *transport, kPatience};
    Result<Json> pools = get(line, Daemon::kExporter, "/api/v1/pools");
    if (!pools) {
      out.exporter_problem = pools.error().message;
      return;
    }
    out.exporter = *std::move(pools);
    Result<Json> failovers = get(line, Daemon::kExporter, "/api/v1/failovers?limit=200");
    if (failovers)
      out.failovers = *std::move(failovers);
    else
      out.exporter_problem = failovers.error().message;
  });
  Result<Json> answer =
      get(DaemonLine{context, context.transport, kPatience}, Daemon::kHooks, "/api/v1/pools");
  if (answer)
    out.hooks = *std::move(answer);
  else
    out.hooks_problem = answer.error().message;
  return out;
}

void for_each_at_once(const Context& context, std::size_t count,
                      const std::function<void(std::size_t, http::Transport&)>& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    const auto transport = context.new_transport();
    const std::stop_callback wake(context.interrupted, [&] { transport->wake(); });
    for (std::size_t i = next++; i < count; i = next++) work(i, *transport);
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::min(kAtOnce, count); ++i) threads.emplace_back(run);
}

}  // namespace xenha::ctl
