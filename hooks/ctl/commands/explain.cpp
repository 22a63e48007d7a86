// explain POOL: what the daemon would decide now, and every guard's word on it.
#include "hooks/ctl/commands/arguments.h"
#include "hooks/ctl/commands/make.h"
#include "hooks/ctl/daemon.h"
#include "hooks/ctl/render/json.h"
#include "hooks/ctl/render/verdict.h"

namespace xenha::ctl {
namespace {

class Explain final : public Command {
 public:
  std::string path() const override { return "explain"; }
  config::FlagParser::Text text() const override {
    return {"May HA be switched on again, and what objects?",
            "Asks xenha-hooks to look at the pool now and shows what it would decide and what every guard "
            "saw. Changes nothing. Ends with 0 when HA is on or nothing objects, 1 when something does.",
            "xenhactl explain cluster1"};
  }
  void declare(config::FlagParser& parser) override {
    parser.argument("POOL", "Name of the pool in the config file.", pool_);
  }
  Needs needs() const override { return {.hooks = true, .only_pool = pool_}; }

  ExitCode run(Context& context) override {
    const Result<Json> explained =
        get(context, Daemon::kHooks, "/api/v1/explain?pool=" + percent_encoded(pool_));
    if (!explained) return fail(context, Daemon::kHooks, explained.error());
    const Verdict verdict = read_verdict(*explained);
    if (context.output == Output::kJson)
      print(context.screen.out, *explained);
    else
      context.screen.out << verdict_screen(verdict, style_of(context.screen));
    return verdict.objects() ? ExitCode::kNotMet : ExitCode::kDone;
  }

 private:
  std::string pool_;
};

}  // namespace

std::unique_ptr<Command> make_explain() {
  return std::make_unique<Explain>();
}

}  // namespace xenha::ctl
