#include "hooks/ctl/run/hold_on_pool.h"

#include "hooks/ctl/pause_mark.h"
#include "hooks/ctl/render/json.h"
#include "hooks/ctl/render/table.h"
#include "hooks/ctl/run/acts.h"
#include "hooks/ctl/run/runner.h"
#include "hooks/ctl/status/read_pool.h"
#include "hooks/ctl/status/words.h"
#include "lib/model/pool_reading.h"

namespace xenha::ctl {
namespace {

using Mark = std::optional<std::string>;

class Hold {
 public:
  Hold(Context& context, const OnPoolOrder& order)
      : context_(context), order_(order), pool_(context.config.pools.front()) {}

  ExitCode run() {
    if (const std::string missing = Runner::unconfigured(context_.config, {.pool = order_.pool});
        !missing.empty())
      return fail(context_, ExitCode::kUsage, missing);
    if (!look()) return no_master();
    if (!order_.hold && !found_) {
      context_.screen.err << order_.pool
                          << ": there is no mark xenha:paused on the pool, so nothing was to "
                             "be removed\n";
      return end("none", ExitCode::kNotMet);
    }
    if (order_.hold) wanted_ = pause_mark(order_.hold->reason, context_.clock.wall() + order_.hold->span);
    tell_plan();
    if (order_.consent.plan) return end("planned", ExitCode::kDone);
    if (const std::optional<ExitCode> stop = order_.consent.ask(context_, "Go on?")) return *stop;
    const Mark shown = found_;
    // Somebody may have marked it while the question stood.
    if (!look()) return no_master();
    // A look that was cut short may have seen all that is asked of it.
    if (context_.interrupted.stop_requested()) return untouched();
    if (found_ != shown)
      return fail(context_, ExitCode::kRefused,
                  order_.pool + ": the mark is another one now: " + plain(found_.value_or("none")) +
                      "; nothing was changed, type the command again");
    const Status written = write();
    return verify(written);
  }

 private:
  /// False: no master answers, or its records cannot be read.
  bool look() {
    look_ = look_at(context_.config, pool_, {}, {}, context_.transport, context_.clock, context_.interrupted);
    const model::PoolRecord* record = look_.db.pool();
    if (look_.master_address.empty() || record == nullptr) return false;
    found_ = record->paused;
    return true;
  }

  ExitCode untouched() const { return fail(context_, ExitCode::kInterrupted, "nothing was changed"); }

  ExitCode no_master() const {
    if (context_.interrupted.stop_requested()) return untouched();
    const ExitCode code = fail(context_, ExitCode::kUnreachable,
                               order_.pool +
                                   ": no master answers, so its mark can be neither read nor "
                                   "written; see xenhactl status " +
                                   order_.pool);
    if (order_.hold)
      context_.screen.err << wrapped("On each machine with xenha-hooks this stops it for all pools: touch " +
                                         context_.config.kill_switch_file.string(),
                                     2, context_.screen.width);
    return code;
  }

  std::string until_words(const std::string& mark) const {
    return mark_end_words(model::mark_until(mark), context_.clock.wall());
  }

  void tell_plan() const {
    std::string text = "This WRITES to pool " + order_.pool + ", into other_config:\n";
    Table table;
    if (found_)
      table.add({{order_.hold ? "replaced" : "removed"}, {*found_ + " (" + until_words(*found_) + ")"}});
    if (wanted_) table.add({{"written"}, {*wanted_ + " (" + until_words(*wanted_) + ")"}});
    text += table.text({context_.screen.width, context_.screen.colours}, 2);
    text += wrapped(order_.hold
                        ? "While it holds, no xenha-hooks acts on this pool, whichever runs or is started."
                        : "Then every xenha-hooks that acts may act on this pool again.",
                    0, context_.screen.width);
    (order_.consent.plan && context_.output == Output::kTable ? context_.screen.out : context_.screen.err)
        << text;
  }

  Status write() {
    Acts acts(pool_, nullptr, context_.transport, context_.clock, context_.config.request_timeout);
    Facts facts;
    facts.master_address = look_.master_address;
    facts.pool_ref = look_.db.pools.begin()->first;
    return wanted_ ? acts.mark(facts, kPausedKey, *wanted_) : acts.unmark(facts, kPausedKey);
  }

  ExitCode verify(const Status& written) {
    const std::string why = written ? "" : written.error().message;
    if (!look()) {
      const bool interrupted = context_.interrupted.stop_requested();
      return fail(context_, interrupted ? ExitCode::kInterrupted : ExitCode::kUnreachable,
                  order_.pool + ": " + (why.empty() ? "" : why + "; ") +
                      (interrupted ? "interrupted before the mark was read back"
                                   : "the pool does not answer now, so nobody knows which mark it has") +
                      "; see xenhactl status " + order_.pool);
    }
    if (found_ == wanted_) {
      if (context_.output == Output::kTable)
        context_.screen.out << wrapped(
            wanted_ ? order_.pool + ": paused on the pool " + until_words(*wanted_) + "; xenhactl resume " +
                          order_.pool + " --on-pool ends that before."
                    : order_.pool +
                          ": the mark is gone, xenha-hooks watches over it again. A pause of a daemon's "
                          "own stays: xenhactl explain " +
                          order_.pool,
            0, context_.screen.width);
      return end(wanted_ ? "paused" : "resumed", ExitCode::kDone);
    }
    return fail(context_, why.empty() ? ExitCode::kNotMet : ExitCode::kRefused,
                order_.pool + ": " + (why.empty() ? "" : why + "; ") +
                    (found_ ? "the pool's mark is " + plain(*found_)
                            : "the pool has NO mark now, xenha-hooks may act on it") +
                    "; type the command again");
  }

  ExitCode end(const char* result, ExitCode code) const {
    if (context_.output == Output::kJson)
      print(context_.screen.out, {{"pool", order_.pool},
                                  {"result", result},
                                  {"mark", found_ ? Json(*found_) : Json(nullptr)},
                                  {"wanted", wanted_ ? Json(*wanted_) : Json(nullptr)}});
    return code;
  }

  Context& context_;
  const OnPoolOrder& order_;
  const CtlPool& pool_;
  hooks::Look look_;
  Mark found_, wanted_;
};

}  // namespace

ExitCode hold_on_pool(Context& context, const OnPoolOrder& order) {
  return Hold(context, order).run();
}

}  // namespace xenha::ctl
