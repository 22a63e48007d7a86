#include "hooks/pool_worker.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "hooks/alert/receipt_rule.h"
#include "hooks/allowed_methods.h"
#include "hooks/decision/decision_json.h"
#include "lib/base/log.h"
#include "lib/base/wall_time.h"

namespace xenha::hooks {
namespace {

constexpr const char* kUserAgent = "xenha-hooks/" XENHA_VERSION;
constexpr std::chrono::hours kDay{24};
/// A look that meets a hanging host ends here; facts would be too old anyway.
constexpr std::chrono::seconds kLookPatience{25};
constexpr std::chrono::minutes kRememberAgain{10};

journal::AttemptResult result_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSuccess:
      return journal::AttemptResult::kSuccess;
    case Outcome::kFailed:
      return journal::AttemptResult::kFailed;
    case Outcome::kRolledBack:
      return journal::AttemptResult::kRolledBack;
    case Outcome::kNotArmed:
      return journal::AttemptResult::kNotArmed;
    case Outcome::kUnknown:
      break;
  }
  return journal::AttemptResult::kUnknown;
}

std::string at(WallTime when) {
  return utc_text(when, "%Y-%m-%d %H:%M:%S UTC");
}

/// Nobody objected, but another pool has the turn since.
void give_way(Decision& decision) {
  decision.verdict = Verdict::kWait;
  decision.reason = Reason::kOtherAction;
  decision.fact = "another pool took the turn in the same moment";
  for (GuardReport& report : decision.guards) {
    if (report.guard != Reason::kOtherAction) continue;
    report.state = GuardState::kFail;
    report.fact = decision.fact;
  }
}

/// Absent when it cannot be told.
std::optional<bool> file_exists(const std::filesystem::path& path) {
  std::error_code problem;
  const std::filesystem::file_type type = std::filesystem::status(path, problem).type();
  if (type == std::filesystem::file_type::none) return std::nullopt;
  return type != std::filesystem::file_type::not_found;
}

}  // namespace

Status Surroundings::complete(Situation& situation, bool policy_known) const {
  situation.policy_known = policy_known;
  situation.kill_switch = file_exists(settings_.kill_switch_file);

  const std::string& pool = situation.pool;
  const WallTime now = situation.now;
  Result<std::optional<journal::Latch>> latch = journal_.latch(pool);
  if (!latch) return latch.error();
  if (*latch) situation.journal.latched = (*latch)->word + ": " + (*latch)->why;
  Result<std::optional<WallTime>> cleared = journal_.cleared_at(pool);
  if (!cleared) return cleared.error();
  situation.journal.cleared = *cleared;
  Result<std::optional<journal::Pause>> pause = journal_.pause(pool, now);
  if (!pause) return pause.error();
  if (*pause) situation.journal.paused = Mark{(*pause)->reason, (*pause)->until};
  Result<journal::AttemptHistory> history = journal_.attempt_history(pool, now - kDay);
  if (!history) return history.error();
  situation.journal.attempts_last_day = history->recent;
  situation.journal.last_attempt = history->last;
  situation.journal.last_success = history->last_success;
  Result<std::vector<journal::Attempt>> unfinished = journal_.unfinished_attempts(pool);
  if (!unfinished) return unfinished.error();
  if (!unfinished->empty())
    situation.journal.unfinished =
        "begun at " + at(unfinished->front().at) + " on SR " + unfinished->front().sr_name;
  Result<FleetSituation> fleet = fleet_.situation(pool, settings_.policy.storm_window, now);
  if (!fleet) return fleet.error();
  situation.fleet = *std::move(fleet);
  return Nothing{};
}

Result<Remembered> Surroundings::remembered(const std::string& pool) const {
  Result<std::optional<journal::Settings>> settings = journal_.settings(pool);
  if (!settings) return settings.error();
  Remembered out;
  if (!*settings) return out;
  const journal::Settings& kept = **settings;
  out.pool_uuid = kept.pool_uuid;
  out.members = kept.members;
  out.last_good_sr_uuid = kept.sr_uuid;
  out.last_good_sr_name = kept.sr_name;
  if (kept.timeout.count() > 0) out.last_good_timeout = static_cast<int>(kept.timeout.count());
  if (!kept.sr_uuid.empty()) out.last_seen_on = kept.seen_at;
  out.masters_since = kept.masters_since;
  return out;
}

/// The journal's side of one attempt: the act is on disk before the call leaves. Whoever stops the daemon in
/// the moment between decision and call, by pause or kill switch, is heard.
class PoolWorker::AttemptLog final : public ActionLog {
 public:
  AttemptLog(journal::Journal& journal, const Clock& clock, const std::filesystem::path& kill_switch_file,
             journal::NewAttempt attempt)
      : journal_(journal), clock_(clock), kill_switch_file_(kill_switch_file), attempt_(std::move(attempt)) {}

  Status sending() override {
    if (file_exists(kill_switch_file_) != false)
      return Error{ErrorCode::kBadReply, "the kill switch file exists, or cannot be looked for", "CONFLICT"};
    Result<journal::EntryId> begun = journal_.begin_attempt(attempt_, clock_.wall());
    if (!begun) return begun.error();
    id = *begun;
    return Nothing{};
  }
  void task_known(const std::string& task) override {
    const Status noted =
        journal_.note(*id, {.task_ref = task, .text = "sent, a task follows it"}, clock_.wall());
    if (!noted) log::warn("the task is not in the journal", {{"problem", noted.error().message}});
  }

  std::optional<journal::EntryId> id;

 private:
  journal::Journal& journal_;
  const Clock& clock_;
  const std::filesystem::path& kill_switch_file_;
  journal::NewAttempt attempt_;
};

PoolWorker::PoolWorker(Parts parts, WorkerSettings settings)
    : parts_(std::move(parts)),
      settings_(std::move(settings)),
      surroundings_(parts_.journal, parts_.fleet, settings_),
      observer_(parts_.pool, parts_.cloud, parts_.transport, parts_.clock,
                {.request_timeout = settings_.request_timeout,
                 .user_agent = kUserAgent,
                 .methods = kAllowedMethods}),
      client_(parts_.transport, parts_.clock, kAllowedMethods, kUserAgent, {}),
      enable_ha_({parts_.transport, client_, parts_.clock}, [this] { return look_now(); },
                 {.request_timeout = settings_.request_timeout, .verify = settings_.verify}) {}

void PoolWorker::wake() {
  {
    const std::lock_guard lock(mutex_);
    wake_ = true;
  }
  woken_.notify_all();
}

bool PoolWorker::sleep(Duration span, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, stop, span, [this] { return wake_; });
  wake_ = false;
  return !stop.stop_requested();
}

bool PoolWorker::rest(Duration span, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, stop, span, [] { return false; });
  return !stop.stop_requested();
}

bool PoolWorker::has_failed(const Error& error, const char* what) {
  parts_.board.journal_error();
  log::error("the journal cannot be used, so nothing is done for this pool",
             {{"pool", parts_.pool.name}, {"doing", what}, {"problem", error.message}});
  return true;
}

void PoolWorker::run(const std::stop_token& stop) {
  Result<Remembered> remembered = surroundings_.remembered(parts_.pool.name);
  if (remembered)
    remembered_ = *std::move(remembered);
  else
    has_failed(remembered.error(), "reading what was good");
  std::optional<SteadyTime> glanced;
  while (!stop.stop_requested()) {
    reconcile(stop);
    begun_ = true;
    show_holds();
    const Result<std::vector<journal::OpenAlert>> open = parts_.journal.open_alerts(parts_.pool.name);
    if (!open) has_failed(open.error(), "reading open alerts");
    if (open && !open->empty()) {
      const std::optional<Verdict> verdict = attend(governed(*open), stop);
      if (verdict == Verdict::kAct) continue;  // HA is back: that is to be seen, and told, at once
      sleep(verdict == Verdict::kDone ? settings_.glance_every : settings_.recheck, stop);
      continue;
    }
    parts_.board.no_open_alert(parts_.pool.name);
    decisions_.clear();
    told_.clear();
    const SteadyTime now = parts_.clock.steady();
    if (!glanced || now - *glanced >= settings_.glance_every) {
      glanced = now;
      idle();
    }
    sleep(open ? settings_.glance_every : settings_.recheck, stop);
  }
}

/// Attempts without an outcome, of an earlier life or of a moment when the journal could not be written: the
/// pool says what came of them. The task is followed with the actor's own session only; without an actor, in
/// a mode that does not act, the facts have to do.
void PoolWorker::reconcile(const std::stop_token& stop) {
  const Result<std::vector<journal::Attempt>> unfinished =
      parts_.journal.unfinished_attempts(parts_.pool.name);
  if (!unfinished) {
    has_failed(unfinished.error(), "looking for unfinished attempts");
    return;
  }
  for (const journal::Attempt& attempt : *unfinished) {
    log::warn("an attempt has no outcome; looking at the pool what came of it",
              {{"pool", parts_.pool.name}, {"begun", at(attempt.at)}, {"sr", attempt.sr_name}});
    const Status noted = parts_.journal.note(
        attempt.id, {.text = "found without outcome; looking at the pool what came of it"},
        parts_.clock.wall());
    if (!noted) has_failed(noted.error(), "noting that an attempt is looked at");
    parts_.board.acting(parts_.pool.name, true);
    const Look look = look_now();
    const SteadyTime began = parts_.clock.steady();
    const ActionReport report =
        enable_ha_.reconcile(order_for(look, attempt.timeout), parts_.actor ? attempt.task_ref() : "", stop);
    conclude(attempt.id, report, parts_.clock.steady() - began);
    parts_.board.acting(parts_.pool.name, false);
  }
}

/// While all is well: which SR and timeout are good, who was master.
void PoolWorker::idle() {
  const Look look = observer_.glance(remembered_, parts_.clock.steady() + kLookPatience);
  remember(look);
}

Look PoolWorker::look_now() {
  Look look = observer_.look(remembered_, parts_.clock.steady() + kLookPatience);
  remember(look);
  return look;
}

void PoolWorker::remember(const Look& look) {
  remembered_ = look.learnt;
  if (remembered_.pool_uuid.empty() && remembered_.last_good_sr_uuid.empty()) return;
  const journal::Settings settings{
      .sr_uuid = remembered_.last_good_sr_uuid,
      .sr_name = remembered_.last_good_sr_name,
      .timeout = std::chrono::seconds(remembered_.last_good_timeout.value_or(0)),
      .pool_uuid = remembered_.pool_uuid,
      .members = remembered_.members,
      .masters_since = remembered_.masters_since,
      .source = "seen_on",
      .seen_at = remembered_.last_seen_on.value_or(WallTime{}),
  };
  const Result<journal::Recorded> kept =
      parts_.journal.remember(parts_.pool.name, settings, kRememberAgain, parts_.clock.wall());
  if (!kept) has_failed(kept.error(), "remembering what was good");
}

void PoolWorker::show_holds() {
  const WallTime now = parts_.clock.wall();
  const auto latch = parts_.journal.latch(parts_.pool.name);
  const auto pause = parts_.journal.pause(parts_.pool.name, now);
  if (latch && pause) parts_.board.held(parts_.pool.name, pause->has_value(), latch->has_value());
}

bool PoolWorker::has_policy(const journal::OpenAlert& alert) const {
  return std::any_of(settings_.policies.begin(), settings_.policies.end(), [&](const AlertPolicy& policy) {
    return policy.alert == alert.alertname && policy.action == alert.action;
  });
}

/// An alert may be open longer than its policy is in the config. If any still has one, only those count; else
/// all, so that each is told why nothing is done.
std::vector<journal::OpenAlert> PoolWorker::governed(const std::vector<journal::OpenAlert>& open) const {
  std::vector<journal::OpenAlert> out;
  std::copy_if(open.begin(), open.end(), std::back_inserter(out),
               [this](const journal::OpenAlert& alert) { return has_policy(alert); });
  return out.empty() ? open : out;
}

/// Two looks, read_gap apart. Absent: the journal could not be read, or the daemon stops.
std::optional<Decision> PoolWorker::decide(bool policy_known, Look& look, const std::stop_token& stop) {
  Look first = look_now();
  if (const Status done = surroundings_.complete(first.situation, policy_known); !done) {
    has_failed(done.error(), "completing the situation");
    return std::nullopt;
  }
  if (!rest(settings_.read_gap, stop)) return std::nullopt;
  look = look_now();
  if (stop.stop_requested()) return std::nullopt;  // the look was ended early: that says nothing of the pool
  if (const Status done = surroundings_.complete(look.situation, policy_known); !done) {
    has_failed(done.error(), "completing the situation");
    return std::nullopt;
  }
  return decide_reenable_ha(first.situation, look.situation, settings_.policy);
}

/// The verdict; kAct only if HA is back by it. Absent: look again later.
std::optional<Verdict> PoolWorker::attend(const std::vector<journal::OpenAlert>& open,
                                          const std::stop_token& stop) {
  Look look;
  std::optional<Decision> decision = decide(has_policy(open.front()), look, stop);
  if (!decision) return std::nullopt;
  const bool act_now = decision->verdict == Verdict::kAct;
  // Taken before it is written down: two pools may see in the same moment that nobody acts.
  const std::optional<Fleet::Turn> turn =
      act_now ? parts_.fleet.take_turn(parts_.pool.name) : std::optional<Fleet::Turn>();
  if (act_now && !turn) give_way(*decision);
  write_down(open, look, *decision);
  if (decision->verdict != Verdict::kAct) return decision->verdict;
  // The oldest alert is the one that is acted for; what came besides is about the same pool.
  const auto written = std::find_if(decisions_.begin(), decisions_.end(),
                                    [&](const auto& entry) { return entry.first == open.front().id; });
  if (written == decisions_.end() || !act(open.front(), written->second, look, stop)) return std::nullopt;
  return Verdict::kAct;
}

void PoolWorker::write_down(const std::vector<journal::OpenAlert>& open, const Look& look,
                            const Decision& decision) {
  const WallTime now = parts_.clock.wall();
  const std::string verdict(word(decision.verdict)), reason(word(decision.reason));
  bool changed = false;
  decisions_.clear();
  for (const journal::OpenAlert& alert : open) {
    const Result<journal::Recorded> written =
        parts_.journal.decide({.alert = alert.id,
                               .pool = alert.pool,
                               .action = alert.action,
                               .verdict = verdict,
                               .reason = reason,
                               .guards = guards_json(decision),
                               .situation = situation_json(look.situation)},
                              now);
    if (!written) {
      has_failed(written.error(), "writing the decision");
      continue;  // no journal, no action: it is not in decisions_
    }
    decisions_.emplace_back(alert.id, written->id);
    changed = changed || written->is_new;
    if (decision.verdict == Verdict::kDone) close_when_settled(alert, now);
  }
  parts_.board.evaluated(parts_.pool.name, open.front().action, {now, decision}, changed);
  if (std::exchange(told_, verdict + " " + reason) != told_) {
    log::info(
        "decided",
        {{"pool", parts_.pool.name}, {"verdict", verdict}, {"reason", reason}, {"fact", decision.fact}});
  }
  if (decision.latch) {
    const Result<journal::Recorded> latched =
        parts_.journal.give_up(parts_.pool.name, reason, decision.fact, now);
    if (!latched) has_failed(latched.error(), "giving up");
    show_holds();
  }
}

/// HA is on, but Alertmanager may go on firing the same alert for minutes; should HA be lost again in that
/// time, nobody would tell. So the alert stays open until it is resolved, or HA has been on for the flap
/// window.
void PoolWorker::close_when_settled(const journal::OpenAlert& alert, WallTime now) {
  const Result<std::optional<journal::Decision>> newest = parts_.journal.last_decision(alert.id);
  if (!newest || !*newest) {
    if (!newest) has_failed(newest.error(), "reading since when HA is on");
    return;
  }
  if (now - (*newest)->at < settings_.policy.flap_window) return;
  const Status closed = parts_.journal.close_alert(alert.id, "done", now);
  // CONFLICT: Alertmanager said meanwhile that it is over, which is as good.
  if (!closed && closed.error().remote_code != "CONFLICT") has_failed(closed.error(), "closing the alert");
}

EnableOrder PoolWorker::order_for(const Look& look, std::chrono::seconds timeout) const {
  EnableOrder order;
  order.master = config::endpoint_of(parts_.pool, look.master_address);
  if (parts_.actor) order.actor = *parts_.actor;
  order.sr_ref = look.sr_ref;
  order.timeout = timeout;
  order.hosts = look.situation.hosts.size();
  return order;
}

/// True: HA is back, verified.
bool PoolWorker::act(const journal::OpenAlert& alert, journal::EntryId decision, const Look& look,
                     const std::stop_token& stop) {
  const SteadyTime now = parts_.clock.steady();
  if (!parts_.actor || look.sr_ref.empty() || look.master_address.empty()) return false;
  if (parts_.actor->changed_since_read()) {
    if (Result<config::Credential> again = parts_.actor->read_again()) {
      parts_.actor = *std::move(again);
      actor_gate_.renew();
    }
  }
  if (actor_gate_.blocked(now)) {
    log::warn(
        "the pool refused the actor's password; it is left alone for 15 minutes or until its file changes",
        {{"pool", parts_.pool.name}, {"user", parts_.actor->username}});
    return false;
  }

  const std::chrono::seconds timeout =
      std::max(std::chrono::seconds(look.last_good_timeout.value_or(0)), parts_.pool.ha_timeout);
  AttemptLog attempt_log(parts_.journal, parts_.clock, settings_.kill_switch_file,
                         {.alert = alert.id,
                          .decision = decision,
                          .pool = parts_.pool.name,
                          .action = alert.action,
                          .sr_uuid = look.situation.sr->uuid,
                          .sr_name = look.situation.sr->name,
                          .timeout = timeout});
  log::warn("switching pool HA on", {{"pool", parts_.pool.name},
                                     {"sr", look.situation.sr->name},
                                     {"timeout", std::to_string(timeout.count()) + "s"},
                                     {"master", look.master_address}});
  parts_.board.acting(parts_.pool.name, true);
  const ActionReport report = enable_ha_.run(order_for(look, timeout), attempt_log, stop);
  parts_.board.acting(parts_.pool.name, false);
  if (!attempt_log.id) {  // it never came to the call
    if (report.text.starts_with("the actor could not log in") &&
        report.code == "SESSION_AUTHENTICATION_FAILED")
      actor_gate_.refused(now);
    log::error("pool HA was not switched on", {{"pool", parts_.pool.name}, {"problem", report.text}});
    return false;
  }
  conclude(*attempt_log.id, report, parts_.clock.steady() - now);
  return report.outcome == Outcome::kSuccess;
}

void PoolWorker::conclude(journal::EntryId attempt, const ActionReport& report, Duration took) {
  const WallTime now = parts_.clock.wall();
  if (!report.outcome) {
    const Status noted = parts_.journal.note(attempt, {.text = report.text}, now);
    if (!noted) has_failed(noted.error(), "noting that the daemon stops");
    log::warn("stopping while an attempt runs", {{"pool", parts_.pool.name}});
    return;
  }
  const Status finished = parts_.journal.finish(attempt,
                                                {.result = result_of(*report.outcome),
                                                 .error_code = report.code,
                                                 .error_text = report.text,
                                                 .counts = !report.not_ours},
                                                now);
  if (!finished) {  // still without outcome: the next pass asks the pool again, and counts it then
    has_failed(finished.error(), "writing the outcome");
    return;
  }
  parts_.board.acted(parts_.pool.name, std::string(kEnablePoolHa), *report.outcome, took, now);
  log::event(*report.outcome == Outcome::kSuccess ? log::Level::kInfo : log::Level::kError,
             "the attempt is over",
             {{"pool", parts_.pool.name},
              {"outcome", std::string(word(*report.outcome))},
              {"code", report.code},
              {"detail", report.text},
              {"took", std::to_string(static_cast<long long>(seconds(took))) + "s"}});
  if (report.latch) {
    const Result<journal::Recorded> latched =
        parts_.journal.give_up(parts_.pool.name, report.code, "XenServer refused with " + report.code, now);
    if (!latched) has_failed(latched.error(), "giving up");
    show_holds();
  }
}

}  // namespace xenha::hooks
