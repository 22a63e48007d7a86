// status [POOL]: the 3 a.m. screen.
#include "hooks/ctl/commands/arguments.h"
#include "hooks/ctl/commands/make.h"
#include "hooks/ctl/render/json.h"
#include "hooks/ctl/status/daemons.h"
#include "hooks/ctl/status/read_pool.h"
#include "hooks/ctl/status/screen.h"

namespace xenha::ctl {
namespace {

class Status final : public Command {
 public:
  std::string path() const override { return "status"; }
  config::FlagParser::Text text() const override {
    return {
        "What is wrong right now, and what to type",
        "Looks at every pool, or at one: asks each host directly, its master, CloudStack and our daemons, "
        "and "
        "says first what is wrong and what to do. Works while the master is dead. Changes nothing. Ends with "
        "0 when every pool shown is healthy, 1 when one is not, 3 when nobody answered.",
        "xenhactl status cluster1"};
  }
  void declare(config::FlagParser& parser) override {
    parser.argument("POOL", "Only this pool, also when it is well.", pool_, false);
  }
  Needs needs() const override {
    return {.pools = true,
            .clouds = true,
            .exporter = true,
            .hooks = true,
            .daemons_only_add = true,
            .only_pool = pool_};
  }

  ExitCode run(Context& context) override {
    const std::vector<PoolStatus> pools = read(context);
    if (context.interrupted.stop_requested()) return ExitCode::kInterrupted;
    std::vector<std::vector<Finding>> findings;
    bool all_well = true, anybody = false;
    for (const PoolStatus& pool : pools) {
      findings.push_back(judge(pool));
      all_well = all_well && healthy(findings.back());
      anybody = anybody || pool.anybody_answers();
    }
    if (context.output == Output::kJson)
      show_json(context, pools, findings);
    else
      show(context, pools, findings);
    if (!anybody) return ExitCode::kUnreachable;
    return all_well ? ExitCode::kDone : ExitCode::kNotMet;
  }

 private:
  static std::vector<PoolStatus> read(const Context& context) {
    const DaemonWords daemons = ask_daemons(context);
    const std::vector<CtlPool>& configured = context.config.pools;
    std::vector<PoolStatus> out(configured.size());
    for_each_at_once(context, configured.size(), [&](std::size_t i, http::Transport& transport) {
      const std::string& name = configured[i].reach.name;
      out[i].pool = name;
      out[i].exporter = daemons.exporter_on(name);
      out[i].hooks = daemons.hooks_on(name);
      read_pool(out[i], context.config, configured[i], daemons.remembered(name), transport, context.clock,
                context.interrupted);
    });
    return out;
  }

  /// Pools that are well have a line each when there are several, and come last.
  void show(const Context& context, const std::vector<PoolStatus>& pools,
            const std::vector<std::vector<Finding>>& findings) const {
    const Style style = style_of(context.screen);
    const bool whole = pools.size() == 1;
    std::string out;
    Table well;
    for (std::size_t i = 0; i < pools.size(); ++i) {
      if (!whole && healthy(findings[i])) {
        well.add({{pools[i].pool, Tone::kBold}, {"healthy", Tone::kGood}, {pool_line(pools[i])}});
        continue;
      }
      out += (out.empty() ? "" : "\n") + pool_screen(pools[i], findings[i], style);
    }
    if (!well.empty()) out += (out.empty() ? "" : "\n") + well.text(style);
    context.screen.out << out;
  }

  static void show_json(const Context& context, const std::vector<PoolStatus>& pools,
                        const std::vector<std::vector<Finding>>& findings) {
    Json out = Json::array();
    for (std::size_t i = 0; i < pools.size(); ++i) out.push_back(status_json(pools[i], findings[i]));
    print(context.screen.out, {{"pools", out}});
  }

  std::string pool_;
};

}  // namespace

std::unique_ptr<Command> make_status() {
  return std::make_unique<Status>();
}

}  // namespace xenha::ctl
