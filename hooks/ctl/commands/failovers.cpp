// failovers [ID]: what the exporter's stop-watch measured.
#include <algorithm>

#include "hooks/ctl/commands/arguments.h"
#include "hooks/ctl/commands/make.h"
#include "hooks/ctl/daemon.h"
#include "hooks/ctl/render/failover.h"
#include "hooks/ctl/render/json.h"

namespace xenha::ctl {
namespace {

class Failovers final : public Command {
 public:
  std::string path() const override { return "failovers"; }
  config::FlagParser::Text text() const override {
    return {
        "How long failovers took, phase by phase, per VM",
        "Lists the failovers that xenha-exporter measured, newest first; with an ID, or the name of a pool "
        "for its newest, one of them: how long every phase took beside the published table, and each VM that "
        "was on the lost host. Changes nothing.",
        "xenhactl failovers cluster1"};
  }
  void declare(config::FlagParser& parser) override {
    parser.argument("ID", "As the list shows it, or the name of a pool: its newest.", id_, false);
    limit_.declare(parser, "How many at most, in the list.");
  }
  Needs needs() const override { return {.exporter = true}; }
  std::string usage_problem() const override { return limit_.problem(); }

  ExitCode run(Context& context) override {
    const bool of_pool = std::find(context.config.pool_names.begin(), context.config.pool_names.end(), id_) !=
                         context.config.pool_names.end();
    std::string query = "?limit=" + std::to_string(id_.empty() ? limit_.value() : 1);
    if (!id_.empty()) query += (of_pool ? "&pool=" : "&id=") + percent_encoded(id_);
    const Result<Json> answer = get(context, Daemon::kExporter, "/api/v1/failovers" + query);
    if (!answer) return fail(context, Daemon::kExporter, answer.error());
    const Json& failovers = list_at(*answer, "failovers");
    if (context.output == Output::kJson)
      print(context.screen.out, *answer);
    else if (failovers.empty())
      context.screen.out << (id_.empty() ? "No failover was measured yet.\n"
                                         : wrapped("No failover \"" + plain(id_) + "\" was measured.", 0));
    else if (id_.empty())
      context.screen.out << failover_list(failovers, context.clock.wall(), style_of(context.screen));
    else
      context.screen.out << failover_screen(failovers.front(), context.clock.wall(),
                                            style_of(context.screen));
    return !id_.empty() && failovers.empty() && !of_pool ? ExitCode::kNotMet : ExitCode::kDone;
  }

 private:
  std::string id_;
  Limit limit_{20};
};

}  // namespace

std::unique_ptr<Command> make_failovers() {
  return std::make_unique<Failovers>();
}

}  // namespace xenha::ctl
