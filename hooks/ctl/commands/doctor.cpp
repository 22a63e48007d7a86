// doctor [POOL]: is the pool set up so that a failure ends well?
#include <algorithm>

#include "hooks/ctl/commands/arguments.h"
#include "hooks/ctl/commands/make.h"
#include "hooks/ctl/doctor/read_facts.h"
#include "hooks/ctl/doctor/screen.h"
#include "hooks/ctl/render/json.h"

namespace xenha::ctl {
namespace {

class Doctor final : public Command {
 public:
  std::string path() const override { return "doctor"; }
  config::FlagParser::Text text() const override {
    return {
        "Would a failure end well? The check-list",
        "Goes through the practices S1 to S8 and what silently keeps CloudStack from restarting VMs: each "
        "with what was seen, and with its fix where it fails. For a calm day, after every change, and "
        "before planned work. Changes nothing. Ends with 0 when nothing failed, 1 when something did, 3 when "
        "nobody answered.",
        "xenhactl doctor cluster1 --strict"};
  }
  void declare(config::FlagParser& parser) override {
    parser.argument("POOL", "Only this pool.", pool_, false);
    parser.flag("strict", "End with 1 also when something could not be checked.", strict_);
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
    const DaemonWords daemons = ask_daemons(context);
    const std::vector<CtlPool>& pools = context.config.pools;
    std::vector<DoctorFacts> facts(pools.size());
    for_each_at_once(context, pools.size(), [&](std::size_t i, http::Transport& transport) {
      facts[i] = read_facts(context, pools[i], daemons, transport);
    });
    if (context.interrupted.stop_requested()) return ExitCode::kInterrupted;

    bool anybody = false, failed = false;
    std::string screens;
    Json json = Json::array();
    for (const DoctorFacts& pool : facts) {
      const std::vector<Check> checks = run_checks(pool);
      const auto has = [&](CheckState state) {
        return std::any_of(checks.begin(), checks.end(),
                           [&](const Check& check) { return check.state == state; });
      };
      failed = failed || has(CheckState::kFail) || (strict_ && has(CheckState::kUnknown));
      anybody = anybody || std::any_of(pool.situation.hosts.begin(), pool.situation.hosts.end(),
                                       [](const auto& host) { return host.reachable == true; });
      if (context.output == Output::kJson)
        json.push_back(doctor_json(pool, checks));
      else
        screens += (screens.empty() ? "" : "\n") + doctor_screen(pool, checks, style_of(context.screen));
    }
    if (context.output == Output::kJson)
      print(context.screen.out, {{"pools", json}});
    else
      context.screen.out << screens;
    if (!anybody) return ExitCode::kUnreachable;
    return failed ? ExitCode::kNotMet : ExitCode::kDone;
  }

 private:
  std::string pool_;
  bool strict_ = false;
};

}  // namespace

std::unique_ptr<Command> make_doctor() {
  return std::make_unique<Doctor>();
}

}  // namespace xenha::ctl
