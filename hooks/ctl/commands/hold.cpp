// pause, resume, clear: an operator's word to xenha-hooks about one pool.
#include "hooks/ctl/commands/arguments.h"
#include "hooks/ctl/commands/make.h"
#include "hooks/ctl/daemon.h"
#include "hooks/ctl/pause_mark.h"
#include "hooks/ctl/render/json.h"
#include "hooks/ctl/render/verdict.h"
#include "lib/config/duration.h"

namespace xenha::ctl {
namespace {

class Order : public Command {
 public:
  void declare(config::FlagParser& parser) override {
    parser.argument("POOL", "Name of the pool in the config file.", pool_);
  }
  Needs needs() const override { return {.hooks = true, .only_pool = pool_}; }

  ExitCode run(Context& context) override { return through_daemon(context); }

 protected:
  ExitCode through_daemon(Context& context) const {
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
  virtual Json body() const { return {{"pool", pool_}}; }
  virtual std::string done() const = 0;
  virtual std::string when_unreachable(const Context&) const { return {}; }
  const std::string& pool() const { return pool_; }

 private:
  std::string pool_;
};

/// pause and resume: through the daemon, or on the pool itself.
class Holding : public Order {
 public:
  explicit Holding(OnPool act) : act_(std::move(act)) {}
  void declare(config::FlagParser& parser) override {
    Order::declare(parser);
    parser.flag("on-pool", "On the pool itself, for every xenha-hooks: WRITES with its actor.", on_pool_);
    consent_.declare(parser);
  }
  Needs needs() const override {
    if (!on_pool_) return Order::needs();
    return {.pools = true, .actors = true, .only_pool = pool()};
  }
  std::string usage_problem() const override {
    return consent_.plan && !on_pool_ ? "--plan goes with --on-pool" : "";
  }

 protected:
  ExitCode on_pool(Context& context, std::optional<PoolHold> hold) const {
    return act_(context, {.pool = pool(), .hold = std::move(hold), .consent = consent_});
  }
  bool on_pool_ = false;

 private:
  OnPool act_;
  Consent consent_;
};

class Pause final : public Holding {
 public:
  using Holding::Holding;
  std::string path() const override { return "pause"; }
  config::FlagParser::Text text() const override {
    return {"Keep xenha-hooks from acting on a pool for a while",
            "Tells xenha-hooks to leave the pool alone until the time is over or xenhactl resume is typed. "
            "The reason is shown by explain, by status and in the metrics. Replaces a pause in force. With "
            "--on-pool the pause is a mark on the pool, which holds every daemon, also one that is down now.",
            "xenhactl pause cluster1 --on-pool --reason='new switches' --for=4h"};
  }
  void declare(config::FlagParser& parser) override {
    Holding::declare(parser);
    parser.text("reason", "TEXT", "Why, for the next person who looks. Needed.", reason_);
    parser.text("for", "SPAN", "How long, with a unit, at most 31d.", span_);
  }
  std::string usage_problem() const override {
    if (reason_.empty()) return "--reason is missing: say why, for the next person who looks";
    const Result<Duration> span = config::parse_duration(span_);
    if (!span) return "--for: " + span.error().message;
    if (*span <= Duration{} || *span > std::chrono::hours(24 * 31)) return "--for: a pause lasts up to 31d";
    if (on_pool_)
      if (std::string problem = problem_of_reason(reason_); !problem.empty()) return problem;
    return Holding::usage_problem();
  }
  ExitCode run(Context& context) override {
    if (!on_pool_) return through_daemon(context);
    return on_pool(context, PoolHold{reason_, *config::parse_duration(span_)});
  }

 protected:
  Json body() const override { return {{"pool", pool()}, {"reason", reason_}, {"for", span_}}; }
  std::string done() const override {
    return pool() + ": xenha-hooks leaves it alone for " + span_ + "; xenhactl resume " + pool() +
           " ends that before.";
  }
  std::string when_unreachable(const Context& context) const override {
    return wrapped("A mark on the pool holds it all the same, once it runs: xenhactl pause " + pool() +
                       " --on-pool --reason=... --for=" + span_ + "\n",
                   2, context.screen.width) +
           wrapped(
               "If it runs and only does not answer, this file stops it "
               "for all pools: touch " +
                   context.config.kill_switch_file.string(),
               2, context.screen.width);
  }

 private:
  std::string reason_, span_ = "1h";
};

class Resume final : public Holding {
 public:
  using Holding::Holding;
  std::string path() const override { return "resume"; }
  config::FlagParser::Text text() const override {
    return {
        "End a pause",
        "Ends the pause of xenhactl pause, so that xenha-hooks may act on the pool again. It looks at once. "
        "With --on-pool it removes the mark of xenhactl pause --on-pool, or a hand-written one; ends with 1 "
        "when there is none.",
        "xenhactl resume cluster1 --on-pool"};
  }
  ExitCode run(Context& context) override {
    if (on_pool_) return on_pool(context, std::nullopt);
    const ExitCode code = through_daemon(context);
    if (code == ExitCode::kUnreachable || code == ExitCode::kUsage) return code;
    const std::string mark = mark_in_force(context);
    if (mark.empty()) return code;
    context.screen.err << wrapped(plain(pool() + " is still paused, by its own mark: " + mark) +
                                      ". To end that: xenhactl resume " + pool() + " --on-pool",
                                  0, context.screen.width);
    return code == ExitCode::kDone ? ExitCode::kNotMet : code;
  }

 protected:
  std::string done() const override { return pool() + ": this xenha-hooks' own pause is over."; }
  std::string when_unreachable(const Context& context) const override {
    return wrapped(
        "A pause that is a mark on the pool ends without it: xenhactl resume " + pool() + " --on-pool", 2,
        context.screen.width);
  }

 private:
  /// What the daemon sees on the pool, after its own pause; empty: no mark holds, or it cannot tell.
  std::string mark_in_force(const Context& context) const {
    const Result<Json> explained =
        get(context, Daemon::kHooks, "/api/v1/explain?pool=" + percent_encoded(pool()));
    if (!explained) return {};
    for (const GuardWord& guard : read_verdict(*explained).guards)
      if (guard.name == "paused" && guard.objects() && guard.fact.starts_with("xenha:paused"))
        return guard.fact;
    return {};
  }
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

std::unique_ptr<Command> make_pause(OnPool on_pool) {
  return std::make_unique<Pause>(std::move(on_pool));
}
std::unique_ptr<Command> make_resume(OnPool on_pool) {
  return std::make_unique<Resume>(std::move(on_pool));
}
std::unique_ptr<Command> make_clear() {
  return std::make_unique<Clear>();
}

}  // namespace xenha::ctl
