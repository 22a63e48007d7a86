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

constexpr char kCorrectThat[] = "Correct that in the config file.";

DaemonWords::Silence silence(Daemon daemon, const Error& error) {
  return {error.message, says_what_to_correct(error) ? kCorrectThat : how_to_reach(daemon)};
}

}  // namespace

ExporterWord DaemonWords::exporter_on(const std::string& pool) const {
  if (exporter_silence.problem.empty()) return exporter_word(exporter, failovers, pool);
  ExporterWord out;
  out.problem = exporter_silence.problem;
  out.fix = exporter_silence.fix;
  return out;
}

HooksWord DaemonWords::hooks_on(const std::string& pool) const {
  if (hooks_silence.problem.empty()) return hooks_word(hooks, pool);
  HooksWord out;
  out.problem = hooks_silence.problem;
  out.fix = hooks_silence.fix;
  return out;
}

hooks::Remembered DaemonWords::remembered(const std::string& pool) const {
  return remembered_by_hooks(hooks, pool);
}

DaemonWords ask_daemons(const Context& context) {
  DaemonWords out;
  out.exporter_silence = {context.config.exporter_problem, kCorrectThat};
  out.hooks_silence = {context.config.hooks_problem, kCorrectThat};
  std::jthread exporter([&] {
    if (!context.config.exporter_problem.empty()) return;
    const auto transport = context.new_transport();
    const DaemonLine line{context, *transport, kPatience};
    Result<Json> pools = get(line, Daemon::kExporter, "/api/v1/pools");
    if (!pools) {
      out.exporter_silence = silence(Daemon::kExporter, pools.error());
      return;
    }
    out.exporter = *std::move(pools);
    Result<Json> failovers = get(line, Daemon::kExporter, "/api/v1/failovers?limit=200");
    if (failovers)
      out.failovers = *std::move(failovers);
    else
      out.exporter_silence = silence(Daemon::kExporter, failovers.error());
  });
  if (!context.config.hooks_problem.empty()) return out;
  Result<Json> answer =
      get(DaemonLine{context, context.transport, kPatience}, Daemon::kHooks, "/api/v1/pools");
  if (answer)
    out.hooks = *std::move(answer);
  else
    out.hooks_silence = silence(Daemon::kHooks, answer.error());
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
