// pause, resume, clear: an operator's word to xenha-hooks about one pool.
#include "hooks/ctl/commands/arguments.h"
#include "hooks/ctl/commands/make.h"
#include "hooks/ctl/daemon.h"
#include "hooks/ctl/render/json.h"
#include "lib/config/duration.h"

namespace xenha::ctl {
namespace {

class Order : public Command {
 public:
  void declare(config::FlagParser& parser) override {
    parser.argument("POOL", "Name of the pool in the config file.", pool_);
  }
  Needs needs() const override { return {.token = true, .only_pool = pool_}; }

  ExitCode run(Context& context) override {
    const Result<Json> answer = post(context, Daemon::kHooks, "/api/v1/" + path(), body());
    if (!answer) {
      const ExitCode code = fail(context, Daemon::kHooks, answer.error());
      if (code == ExitCode::kUnreachable) context.screen.err << when_unreachable(context);
      return code;
    }
    if (context.output == Output::kJson)
      print(context.screen.out, *answer);
    else
      context.screen.out << wrapped(done(), 0, context.screen.width);
    return ExitCode::kDone;
  }

 protected:
  virtual Json body() const { return {{"pool", pool_}}; }
  virtual std::string done() const = 0;
  virtual std::string when_unreachable(const Context&) const { return {}; }
  const std::string& pool() const { return pool_; }

 private:
  std::string pool_;
};

class Pause final : public Order {
 public:
  std::string path() const override { return "pause"; }
  config::FlagParser::Text text() const override {
    return {"Keep xenha-hooks from acting on a pool for a while",
            "Tells xenha-hooks to leave the pool alone until the time is over or xenhactl resume is typed. "
            "The reason is shown by explain, by status and in the metrics. Replaces a pause in force.",
            "xenhactl pause cluster1 --reason='new switches' --for=4h"};
  }
  void declare(config::FlagParser& parser) override {
    Order::declare(parser);
    parser.text("reason", "TEXT", "Why, for the next person who looks. Needed.", reason_);
    parser.text("for", "SPAN", "How long, with a unit, at most 31d.", span_);
  }
  std::string usage_problem() const override {
    if (reason_.empty()) return "--reason is missing: say why, for the next person who looks";
    const Result<Duration> span = config::parse_duration(span_);
    if (!span) return "--for: " + span.error().message;
    if (*span <= Duration{} || *span > std::chrono::hours(24 * 31)) return "--for: a pause lasts up to 31d";
    return {};
  }

 protected:
  Json body() const override { return {{"pool", pool()}, {"reason", reason_}, {"for", span_}}; }
  std::string done() const override {
    return pool() + ": xenha-hooks leaves it alone for " + span_ + "; xenhactl resume " + pool() +
           " ends that before.";
  }
  std::string when_unreachable(const Context& context) const override {
    return wrapped(
        "While it does not run, it does nothing. If it runs and only does not answer, this file stops it "
        "for all pools: touch " +
            context.config.kill_switch_file.string(),
        2, context.screen.width);
  }

 private:
  std::string reason_, span_ = "1h";
};

class Resume final : public Order {
 public:
  std::string path() const override { return "resume"; }
  config::FlagParser::Text text() const override {
    return {
        "End a pause",
        "Ends the pause of xenhactl pause, so that xenha-hooks may act on the pool again. It looks at once.",
        "xenhactl resume cluster1"};
  }

 protected:
  std::string done() const override { return pool() + ": xenha-hooks watches over it again."; }
};

class Clear final : public Order {
 public:
  std::string path() const override { return "clear"; }
  config::FlagParser::Text text() const override {
    return {
        "Let xenha-hooks try again where it gave up",
        "xenha-hooks gives up on a pool when HA went off again soon after it had put it back, or when "
        "XenServer refused for a reason that no second try can cure. See xenhactl explain, cure that, then "
        "clear.",
        "xenhactl clear cluster1"};
  }

 protected:
  std::string done() const override {
    return pool() + ": cleared, xenha-hooks may act on it again. xenhactl explain " + pool() +
           " shows what it thinks now.";
  }
};

}  // namespace

std::unique_ptr<Command> make_pause() {
  return std::make_unique<Pause>();
}
std::unique_ptr<Command> make_resume() {
  return std::make_unique<Resume>();
}
std::unique_ptr<Command> make_clear() {
  return std::make_unique<Clear>();
}

}  // namespace xenha::ctl
