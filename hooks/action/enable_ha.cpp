#include "hooks/action/enable_ha.h"

#include <algorithm>
#include <utility>

#include "hooks/action/enable_errors.h"
#include "lib/xapi_enable/enable_ha.h"

namespace xenha::hooks {
namespace {

ActionReport ended(Outcome outcome, std::string text, std::string code = {}) {
  ActionReport report{.sent = true, .outcome = outcome, .code = std::move(code), .text = std::move(text)};
  report.latch = never_retry(report.code);
  report.not_ours = somebody_elses(report.code);
  return report;
}

ActionReport interrupted() {
  return {.sent = true,
          .text = "this daemon was stopped while it runs; the next start looks what came of it"};
}

/// Whether the session or the connection is gone rather than the call refused.
bool lost_touch(const Error& error) {
  return error.code == ErrorCode::kUnreachable || error.code == ErrorCode::kTimeout ||
         error.remote_code == "SESSION_INVALID";
}

/// XenServer's own no, or nothing left this machine. After anything else (no answer, half of one, a proxy's
/// page) the operation may run.
bool certainly_not_done(const Error& error) {
  return error.code == ErrorCode::kRemoteFault || error.code == ErrorCode::kAuth ||
         error.code == ErrorCode::kTls || error.code == ErrorCode::kBadConfig;
}

/// The code, and what XenServer adds: the only clue where the code is INTERNAL_ERROR.
std::string told(const xapi::TaskState& task) {
  std::string out = task.error_code;
  for (const std::string& each : task.error_args) out += (each.empty() ? "" : " ") + each;
  return out;
}

std::vector<std::string> unarmed(const Situation& situation) {
  std::vector<std::string> out;
  for (const HostSituation& host : situation.hosts)
    if (host.armed != true) out.push_back(host.label);
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& each : words) out += (out.empty() ? "" : ", ") + each;
  return out;
}

}  // namespace

/// Of an attempt that is under way, in this life or an earlier one.
struct EnableHa::Progress {
  SteadyTime give_up{};
  double most = 0;  ///< task.progress
  bool seen_on = false;
};

EnableHa::EnableHa(const xapi::Line& line, std::function<Look()> look, Settings settings)
    : line_(line), look_(std::move(look)), settings_(std::move(settings)) {}

Duration EnableHa::bound(std::size_t hosts, std::chrono::seconds timeout) {
  return std::chrono::seconds(60) * static_cast<int>(hosts) + timeout + std::chrono::seconds(180);
}

bool EnableHa::wait(Duration span, const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { line_.transport.wake(); });
  const SteadyTime until = line_.clock.steady() + span;
  while (!stop.stop_requested() && line_.clock.steady() < until) line_.transport.poll(until);
  return !stop.stop_requested();
}

Result<xapi::Session> EnableHa::log_in(const EnableOrder& order) {
  return xapi::Session::log_in(line_, order.master, order.actor.username, order.actor.password,
                               settings_.originator, soon());
}

ActionReport EnableHa::run(const EnableOrder& order, ActionLog& log, std::stop_token stop) {
  Result<xapi::Session> session = log_in(order);
  if (!session)
    return {.outcome = Outcome::kFailed,
            .code = session.error().remote_code,
            .text = "the actor could not log in: " + session.error().message};
  if (const Status written = log.sending(); !written)
    return {.outcome = Outcome::kFailed, .text = "not sent: " + written.error().message};

  Result<std::string> task = xapi::start_enable_ha(*session, order.sr_ref, order.timeout, soon());
  if (!task && task.error().remote_code == "SESSION_INVALID")  // it was looked at before anything was done
    return ended(Outcome::kFailed, "the session was lost before the call", task.error().remote_code);
  if (!task && certainly_not_done(task.error()))
    return refused(task.error().remote_code, task.error().message, false, std::move(stop));
  if (task) log.task_known(*task);
  return follow(order, *std::move(session), task ? *task : std::string(), std::move(stop));
}

ActionReport EnableHa::reconcile(const EnableOrder& order, const std::string& task, std::stop_token stop) {
  return follow(order, std::nullopt, task, std::move(stop));
}

/// Until the task ends; without a task, or when it is gone, by the facts of the pool.
ActionReport EnableHa::follow(const EnableOrder& order, std::optional<xapi::Session> session,
                              std::string task, std::stop_token stop) {
  Progress progress{.give_up = line_.clock.steady() + bound(order.hosts, order.timeout)};
  while (!task.empty() && line_.clock.steady() < progress.give_up) {
    if (!session) {
      Result<xapi::Session> again = log_in(order);
      if (again) {
        session.emplace(*std::move(again));
      } else if (!lost_touch(again.error())) {
        break;  // another master, another password: the task is out of reach, the facts are not
      }
    }
    if (session) {
      const Result<xapi::TaskState> state = xapi::read_task(*session, task, soon());
      if (state) {
        // A task that ended has progress 1 whatever became of it.
        if (state->status == xapi::TaskState::Status::kPending)
          progress.most = std::max(progress.most, state->progress);
        if (state->status != xapi::TaskState::Status::kPending) {
          xapi::destroy_task(*session, task, soon());
          session.reset();
          if (state->status == xapi::TaskState::Status::kSuccess) return verify(std::move(stop));
          if (state->status == xapi::TaskState::Status::kCancelled && state->error_code.empty())
            return ended(Outcome::kFailed, "the task was cancelled");
          return refused(state->error_code, told(*state), progress.most > 0, std::move(stop));
        }
      } else if (!lost_touch(state.error())) {
        break;  // gone: finished long ago, or xapi was restarted
      } else {
        session.reset();
      }
    }
    if (!wait(settings_.look_every, stop)) return interrupted();
  }
  session.reset();
  return judge_facts(progress, std::move(stop));
}

/// XenServer said no. That HA is on already, by somebody else, is what was wanted.
ActionReport EnableHa::refused(const std::string& code, const std::string& text, bool begun,
                               std::stop_token stop) {
  if (code == "HA_IS_ENABLED") {
    ActionReport report = verify(std::move(stop));
    report.code = code;
    report.not_ours = true;
    return report;
  }
  const EnableError* known = enable_error(code);
  if (known != nullptr && known->begun != Begun::kMaybe) begun = known->begun == Begun::kYes;
  return begun ? ended(Outcome::kRolledBack, "begun, then undone: " + text, code)
               : ended(Outcome::kFailed, "refused: " + text, code);
}

/// Nobody can say any more what became of the call: look at the pool until something is certain.
ActionReport EnableHa::judge_facts(Progress& progress, std::stop_token stop) {
  bool quiet = false;
  SteadyTime quiet_since{};
  while (true) {
    const Look look = look_();
    const Situation& now = look.situation;
    if (now.ha_enabled == true) return verify(std::move(stop));
    const bool runs = now.operations && !now.operations->empty();
    if (now.ha_enabled == false && now.operations && !runs) {
      if (!std::exchange(quiet, true)) quiet_since = line_.clock.steady();
      if (line_.clock.steady() - quiet_since >= settings_.grace)
        return ended(Outcome::kUnknown,
                     "the answer or the task was lost; HA is off and nothing runs on the pool");
    } else {
      quiet = false;
    }
    if (line_.clock.steady() >= progress.give_up && !quiet)
      return ended(Outcome::kUnknown,
                   runs ? "still running: " + joined(*now.operations)
                        : "the pool could not be read in time, so nobody knows what came of it");
    if (!wait(settings_.look_every, stop)) return interrupted();
  }
}

/// Success is that HA is on and every host is armed when `verify` is over.
ActionReport EnableHa::verify(std::stop_token stop) {
  const SteadyTime until = line_.clock.steady() + settings_.verify;
  const SteadyTime give_up = until + std::max<Duration>(settings_.verify, std::chrono::seconds(30));
  while (true) {
    const bool over = line_.clock.steady() >= until;
    const Look look = look_();
    const Situation& now = look.situation;
    if (now.ha_enabled == false) return ended(Outcome::kRolledBack, "HA was on and is off again");
    if (over && now.ha_enabled == true && !now.hosts.empty()) {
      const std::vector<std::string> without = unarmed(now);
      return without.empty() ? ended(Outcome::kSuccess, "HA is on and every host is armed")
                             : ended(Outcome::kNotArmed, "HA is on, but not armed: " + joined(without));
    }
    if (line_.clock.steady() >= give_up)
      return ended(Outcome::kUnknown, "HA came on, but the pool could not be read afterwards");
    if (!wait(settings_.look_every, stop)) return interrupted();
  }
}

}  // namespace xenha::hooks
