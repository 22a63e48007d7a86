// decisions [POOL]: what xenha-hooks decided, newest first.
#include "hooks/ctl/commands/arguments.h"
#include "hooks/ctl/commands/make.h"
#include "hooks/ctl/daemon.h"
#include "hooks/ctl/render/json.h"
#include "hooks/ctl/render/spans.h"
#include "hooks/ctl/render/verdict.h"

namespace xenha::ctl {
namespace {

class Decisions final : public Command {
 public:
  std::string path() const override { return "decisions"; }
  config::FlagParser::Text text() const override {
    return {"What xenha-hooks decided, newest first",
            "Shows what xenha-hooks decided about each alert, and which guard objected. It writes a decision "
            "down only when it changes. Changes nothing.",
            "xenhactl decisions cluster1 --limit=20"};
  }
  void declare(config::FlagParser& parser) override {
    parser.argument("POOL", "Only of this pool.", pool_, false);
    limit_.declare(parser, "How many at most.");
  }
  Needs needs() const override { return {.hooks = true, .only_pool = pool_}; }
  std::string usage_problem() const override { return limit_.problem(); }

  ExitCode run(Context& context) override {
    const std::string of_pool = pool_.empty() ? "" : "&pool=" + percent_encoded(pool_);
    const Result<Json> answer =
        get(context, Daemon::kHooks, "/api/v1/decisions?limit=" + std::to_string(limit_.value()) + of_pool);
    if (!answer) return fail(context, Daemon::kHooks, answer.error());
    if (context.output == Output::kJson)
      print(context.screen.out, *answer);
    else
      show(context, list_at(*answer, "decisions"));
    return ExitCode::kDone;
  }

 private:
  void show(const Context& context, const Json& decisions) const {
    if (decisions.empty()) {
      context.screen.out << "Nothing was decided yet: no alert has come.\n";
      return;
    }
    const WallTime now = context.clock.wall();
    Table table({"WHEN (UTC)", "POOL", "VERDICT", "REASON", "WHY"});
    for (const Json& decision : decisions) {
      const Verdict verdict = read_verdict(decision);
      table.add({{moment_short(time_at(decision, "timestamp_seconds").value_or(WallTime{}), now)},
                 {verdict.pool},
                 {verdict.verdict, tone_of(verdict)},
                 {verdict.reason},
                 {verdict.fact()}});
    }
    context.screen.out << table.text(style_of(context.screen));
  }

  std::string pool_;
  Limit limit_{20};
};

}  // namespace

std::unique_ptr<Command> make_decisions() {
  return std::make_unique<Decisions>();
}

}  // namespace xenha::ctl
