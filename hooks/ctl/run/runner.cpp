#include "hooks/ctl/run/runner.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>

#include "hooks/ctl/procedures/telling.h"
#include "lib/base/shell_word.h"

namespace xenha::ctl {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLookEvery = 2s, kLookAtLeastEvery = 5s;

std::string user_name() {
  // Whoever became root by sudo is who is asked about it later.
  if (const char* before = std::getenv("SUDO_USER"); before != nullptr && *before != '\0') return before;
  const passwd* entry = getpwuid(geteuid());
  return entry == nullptr ? std::to_string(geteuid()) : entry->pw_name;
}

std::string machine_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string new_id() {
  std::random_device random;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%08x%08x", random(), random());
  return text.data();
}

bool is_of_pool(Procedure procedure) {
  return procedure == Procedure::kHaEnable || procedure == Procedure::kHaDisable;
}

bool writes_to_cloud(Procedure procedure) {
  return procedure == Procedure::kRestart || procedure == Procedure::kShutdown ||
         procedure == Procedure::kReturn;
}

/// Whether the answer is lost rather than the call refused.
bool is_lost(const Error& error) {
  return error.code == ErrorCode::kUnreachable || error.code == ErrorCode::kTimeout;
}

/// Nothing was carried out, and the same call may succeed in a moment.
bool passes(const Error& error) {
  const std::string& code = error.remote_code;
  return code == "SESSION_INVALID" || code == "HOST_STILL_BOOTING" || code == "HOST_IS_SLAVE" ||
         code == "OTHER_OPERATION_IN_PROGRESS" || code.ends_with("_IN_PROGRESS") || code == "429";
}

/// What the call wanted is so already.
bool is_so_already(StepId step, const Error& error) {
  const std::string& code = error.remote_code;
  return (code == "HA_NOT_ENABLED" && (step == StepId::kDisableHa || step == StepId::kEmergencyDisable)) ||
         (code == "HA_IS_ENABLED" && step == StepId::kEnableHa);
}

std::string words(const Error& error) {
  std::string out = error.message;
  if (!error.remote_code.empty() && out.find(error.remote_code) == std::string::npos)
    out += " (" + error.remote_code + ")";
  return out;
}

}  // namespace

std::string Runner::unconfigured(const CtlConfig& config, const Request& request) {
  const CtlPool* pool = config.pool(request.pool);
  if (pool == nullptr) return "pool " + request.pool + " is not configured";
  if (!pool->actor)
    return "pools[" + request.pool +
           "].actor is missing in the config file: this changes the pool, with a login of the role "
           "pool-operator; add actor: {username: ..., password_file: ...}";
  const CtlCloud* cloud = config.cloud_of(*pool);
  const bool needs_cloud = cloud != nullptr && request.with_cloud && !request.host.empty() &&
                           (!request.procedure || writes_to_cloud(*request.procedure));
  if (needs_cloud && !cloud->actor)
    return "cloudstack[" + cloud->reach.name +
           "].actor is missing in the config file: maintenance is begun and ended with its keys; add actor: "
           "{api_key_file: ..., secret_key_file: ...}, or leave CloudStack out: --no-cloudstack";
  return {};
}

Runner::Runner(Context& context, Request request)
    : context_(context),
      request_(std::move(request)),
      pool_(*context.config.pool(request_.pool)),
      cloud_(request_.with_cloud ? context.config.cloud_of(pool_) : nullptr),
      reader_(pool_, cloud_, context.transport, context.clock,
              {.policy = context.config.policy,
               .read_gap = context.config.read_gap,
               .request_timeout = context.config.request_timeout,
               .sr_changed = request_.sr_changed}),
      acts_(pool_, cloud_, context.transport, context.clock, context.config.request_timeout),
      teller_(context) {
  facts_.pool = request_.pool;
}

ExitCode Runner::run() {
  if (!request_.consent.plan) {
    Result<PositionFile> file = PositionFile::open(context_.config.state_dir, request_.pool);
    if (!file)
      return fail(context_, file.error().remote_code == "LOCKED" ? ExitCode::kRefused : ExitCode::kUsage,
                  file.error().message);
    file_.emplace(*std::move(file));
  }
  if (const std::optional<ExitCode> over = request_.procedure ? begin() : resume()) return *over;
  return go_on();
}

void Runner::read(bool thorough) {
  Facts read = reader_.read(position_, thorough, context_.interrupted);
  // What an interrupted look did not see any more is still true enough to be told.
  if (!is_interrupted()) facts_ = std::move(read);
}

const HostFacts* Runner::find_host(const std::string& name) const {
  for (const HostFacts& host : facts_.hosts)
    if (!name.empty() && (host.label == name || host.uuid == name || host.address == name)) return &host;
  return nullptr;
}

ExitCode Runner::no_such_host(const std::string& name) {
  std::string known;
  for (const HostFacts& host : facts_.hosts) known += (known.empty() ? "" : ", ") + host.label;
  return fail(context_, ExitCode::kUsage,
              "pool " + request_.pool + " has no host \"" + name + "\" (hosts: " + known + ")");
}

ExitCode Runner::no_master() {
  std::string why;
  for (const std::string& each : facts_.failed_reads) why += (why.empty() ? "" : "; ") + each;
  fail(context_, ExitCode::kUnreachable, "no master of " + request_.pool + " could be read: " + why);
  context_.screen.err << wrapped(
      "If the master has just died and HA was on, another host takes over within three to five minutes: "
      "wait. If HA "
      "was off, nobody takes over by itself. Look: xenhactl status " +
          request_.pool,
      0, context_.screen.width);
  return ExitCode::kUnreachable;
}

/// Somebody else's planned work, or an earlier one of ours.
std::optional<Risk> Runner::other_mark() const {
  if (!facts_.mark || request_.override_mark) return std::nullopt;
  const std::optional<Position> other = position_of_mark(*facts_.mark, request_.pool);
  const Procedure ours = *request_.procedure;
  if (other && other->form.procedure == Procedure::kHaDisable &&
      (is_of_pool(ours) || ours == Procedure::kRecover))
    return std::nullopt;
  // What was interrupted is gone on with by the same command; and a host in trouble may be why it was.
  if (other && other->form.procedure == Procedure::kHaEnable &&
      (ours == Procedure::kHaEnable || ours == Procedure::kRecover))
    return std::nullopt;
  const bool same_host = other && !other->host_uuid.empty() && other->host_uuid == facts_.target;
  // Giving a host back, or recovering it, is a way out of every procedure of that host.
  if (same_host && (ours == Procedure::kReturn || ours == Procedure::kRecover)) return std::nullopt;
  if (!other)
    return Risk{"override-mark", "planned work is marked on the pool: " + *facts_.mark,
                "ask who marked it; it ends by itself at the time it names"};
  const std::string what = command_of(other->form.procedure) +
                           (other->host_label.empty() ? "" : " " + other->host_label) + ", begun by " +
                           other->by + (other->at.empty() ? "" : " on " + other->at) + ", step " +
                           std::to_string(other->step + 1);
  return Risk{"override-mark", "another procedure is not over: " + what,
              "go on with it: " + resume_command(*other)};
}

std::optional<ExitCode> Runner::begin() {
  read(false);
  if (is_interrupted()) return untouched(ExitCode::kInterrupted);
  if (facts_.master.empty()) return no_master();
  const Procedure procedure = *request_.procedure;
  if (!is_of_pool(procedure)) {
    const HostFacts* host = find_host(request_.host);
    if (host == nullptr) return no_such_host(request_.host);
    position_.host_uuid = host->uuid;
    position_.host_label = host->label;
  } else if (facts_.mark) {
    take_up(procedure);
  }
  read(true);
  if (is_interrupted()) return untouched(ExitCode::kInterrupted);
  if (facts_.master.empty()) return no_master();
  if (!position_.id.empty()) {  // taken up
    forget_what_failed();
    position_.risks.insert(request_.risks.begin(), request_.risks.end());
    return prepare(risks_now());
  }
  position_.risks = request_.risks;
  const bool with_ha = !request_.risks.contains("without-ha");
  const bool with_cloud = cloud_ != nullptr && !is_of_pool(procedure);
  position_.form = form_of(procedure, facts_, with_cloud, with_ha);
  position_.pool = request_.pool;
  position_.by = user_name();
  position_.at = machine_name();
  position_.id = new_id();
  if (const HostFacts* host = facts_.of_target(); host != nullptr && host->reachable == true)
    position_.booted = host->booted;
  if (position_.form.of_master) {
    if (!request_.new_master.empty() && find_host(request_.new_master) == nullptr)
      return no_such_host(request_.new_master);
    position_.new_master =
        request_.new_master.empty() ? choose_new_master(facts_) : find_host(request_.new_master)->uuid;
  }
  learn();
  return prepare(risks_now());
}

std::vector<Risk> Runner::risks_now() const {
  std::vector<Risk> risks = risks_at_begin(facts_, position_);
  if (const std::optional<Risk> mark = other_mark()) risks.insert(risks.begin(), *mark);
  return risks;
}

/// What was begun and is not over: by this machine's journal, or else by the mark on the pool.
std::optional<Position> Runner::left_over() {
  std::optional<Position> kept;
  if (file_) {
    Result<std::optional<Position>> journal = file_->read();
    if (journal)
      kept = *std::move(journal);
    else
      teller_.note(journal.error().message);
  }
  std::optional<Position> marked;
  if (facts_.mark) marked = position_of_mark(*facts_.mark, request_.pool);
  // The mark tells what the pool knows; the journal of the same run tells more.
  if (kept && (!facts_.mark || (marked && marked->id == kept->id))) return kept;
  // HA that was switched off stays marked: that is over, and only tells that it was meant.
  if (!marked || (marked->over() && marked->form.procedure == Procedure::kHaDisable)) return std::nullopt;
  resumed_by_mark_ = true;
  return marked;
}

/// ha enable and ha disable have no resume: the same command goes on with what the mark says.
void Runner::take_up(Procedure procedure) {
  std::optional<Position> left = left_over();
  if (!left || left->form.procedure != procedure) {
    resumed_by_mark_ = false;
    return;
  }
  position_ = *std::move(left);
  position_.since.reset();
  reader_.remember(position_);
}

/// Whoever goes on wants it tried again.
void Runner::forget_what_failed() {
  const bool ended_badly = facts_.work && (facts_.work->status == WorkFacts::Status::kFailure ||
                                           facts_.work->status == WorkFacts::Status::kGone);
  const HostFacts* host = facts_.of_target();
  const bool gave_up = host != nullptr && host->cloud && host->cloud->resource_state == "ErrorInMaintenance";
  if (!gave_up && position_.error.empty() && !ended_badly) return;
  position_.sent.reset();
  position_.task.clear();
  position_.error.clear();
  facts_.work.reset();
}

std::optional<ExitCode> Runner::resume() {
  read(false);
  if (is_interrupted()) return untouched(ExitCode::kInterrupted);
  std::optional<Position> left = left_over();
  if (!left && facts_.master.empty()) return no_master();
  if (!left)
    return fail(
        context_, ExitCode::kNotMet,
        "nothing to go on with: no procedure is marked on " + request_.pool + ", and none was left here");
  position_ = *std::move(left);
  const bool is_it =
      request_.host == position_.host_label || request_.host == position_.host_uuid ||
      (find_host(request_.host) != nullptr && find_host(request_.host)->uuid == position_.host_uuid);
  if (!is_it)
    return fail(context_, ExitCode::kUsage,
                "what was begun on " + request_.pool + " is " + command_of(position_.form.procedure) +
                    (position_.host_label.empty() ? "" : " of " + position_.host_label) + ": " +
                    resume_command(position_));
  for (const std::string& risk : request_.risks) position_.risks.insert(risk);
  if (!request_.with_cloud && position_.form.cloud)
    return fail(context_, ExitCode::kUsage,
                "it was begun with CloudStack, and ends with it; to end without: " +
                    command_line(Procedure::kReturn, request_.pool, position_.host_label) +
                    " --no-cloudstack");
  reader_.remember(position_);
  read(false);
  if (is_interrupted()) return untouched(ExitCode::kInterrupted);
  if (facts_.master.empty() && !position_.sent) return no_master();
  forget_what_failed();
  position_.since.reset();
  return prepare({});
}

/// Shows the plan, and asks. Absent: go on.
std::optional<ExitCode> Runner::prepare(const std::vector<Risk>& risks) {
  const bool begun_now = request_.procedure && !resumed_by_mark_;
  const std::string who = begun_now ? ""
                                    : "Begun by " + position_.by +
                                          (position_.at.empty() ? "" : " on " + position_.at) +
                                          "; only one xenhactl may work on it.";
  if (!risks.empty() && !request_.consent.plan) return teller_.refuse(facts_, position_, risks);
  if (context_.output == Output::kTable || request_.consent.plan) teller_.plan(facts_, position_, risks, who);
  if (request_.consent.plan) return ExitCode::kDone;
  if (const auto no = request_.consent.ask(context_, "Do that?"))
    return *no == ExitCode::kUsage ? no : untouched(*no, true);
  // From now on it is this run's: one that still runs elsewhere sees that, and ends.
  if (resumed_by_mark_) {
    taken_id_ = std::exchange(position_.id, new_id());
    position_.at = machine_name();
  }
  if (const Status kept = keep(); !kept) return fail(context_, ExitCode::kUsage, kept.error().message);
  return std::nullopt;
}

/// While HA is on: what carries the heartbeat, for when it has to be switched on again.
void Runner::learn() {
  const hooks::Remembered& now = reader_.remembered();
  if (facts_.ha_enabled != true || now.last_good_sr_uuid.empty()) return;
  position_.sr_uuid = now.last_good_sr_uuid;
  position_.sr_name = now.last_good_sr_name;
  position_.ha_timeout = now.last_good_timeout;
}

Status Runner::keep() {
  return file_->write(position_);
}

/// Once a step, and with the call's time before each call.
Status Runner::mark() {
  Status written = acts_.mark(facts_, kIntentKey, mark_text(position_, facts_.now));
  if (written) marked_ = position_.step;
  return written;
}

/// Where a step only waits: that it could not be written is no reason to stop.
void Runner::mark_if_due() {
  if (marked_ == position_.step || facts_.master_address.empty() || facts_.pool_ref.empty()) return;
  if (const Status written = mark(); !written)
    teller_.note("the mark on the pool could not be written: " + words(written.error()));
}

/// Somebody on another machine goes on with it, or gives the host back: two of us must not.
std::optional<ExitCode> Runner::taken_over() {
  if (!marked_ || !facts_.mark) return std::nullopt;
  const std::optional<Position> other = position_of_mark(*facts_.mark, request_.pool);
  if (other && other->id == position_.id) return std::nullopt;
  // What is written while the master changes may be lost: then the mark that was taken over is back.
  if (other && !taken_id_.empty() && other->id == taken_id_) {
    marked_.reset();
    return std::nullopt;
  }
  file_->remove();
  const std::string who = other ? command_of(other->form.procedure) + " by " + other->by + " on " + other->at
                                : "the mark on the pool is " + *facts_.mark;
  return teller_.end(
      facts_, position_,
      {ExitCode::kNotMet, "not_met", "somebody else took over: " + who, other ? resume_command(*other) : ""});
}

/// It waits, or tries again, longer than the step may take.
bool Runner::is_too_late() const {
  return position_.since && facts_.now - *position_.since > text_of(position_.current()).deadline;
}

ExitCode Runner::go_on() {
  bool first = true;
  while (true) {
    if (!std::exchange(first, false)) read(false);
    if (is_interrupted()) return interrupted();
    if (const std::optional<ExitCode> over = taken_over()) return *over;
    Next next = next_step(facts_, position_);
    const Position before = std::exchange(position_, next.position);
    if (position_.step != before.step && !before.task.empty() && facts_.work &&
        facts_.work->status == WorkFacts::Status::kSuccess && before.current() != StepId::kEnterMaintenance &&
        before.current() != StepId::kLeaveMaintenance)
      acts_.forget_task(facts_, before.task);
    teller_.moved(facts_, before, position_);
    learn();
    if (const Status kept = keep(); !kept) return stop(kept.error().message, resume_command(position_));
    switch (next.kind) {
      case Next::Kind::kDone:
        return finish();
      case Next::Kind::kStop:
        return stop(next.text, next.command);
      case Next::Kind::kWait: {
        mark_if_due();
        teller_.waits(position_, next.text, facts_.now);
        if (is_too_late()) return too_late(next.text);
        rest_between_looks();
        break;
      }
      case Next::Kind::kAct:
        if (const std::optional<ExitCode> over = act()) return *over;
        break;
    }
  }
}

/// Journal, mark, call, journal.
std::optional<ExitCode> Runner::act() {
  const StepId step = position_.current();
  position_.sent = facts_.now;
  position_.task.clear();
  if (const Status kept = keep(); !kept) return stop(kept.error().message, resume_command(position_));
  // Without the mark xenha-hooks might take for an accident what is planned.
  if (const Status marked = mark(); !marked) {
    position_.sent.reset();
    const std::string why = "the mark on the pool could not be written: " + words(marked.error());
    return hold(marked.error(), why);
  }
  if (is_interrupted()) {
    // It was written down and never left: whoever goes on, wherever, need not wait for what comes of it.
    position_.sent.reset();
    static_cast<void>(mark());
    return interrupted();
  }
  teller_.acts(facts_, position_);
  const Result<std::string> begun = acts_.act(step, facts_, position_, reader_.heartbeat());
  sent_any_ = true;
  if (begun) {
    position_.task = *begun;
  } else if (is_so_already(step, begun.error())) {
    teller_.note("it is so already");
  } else if (is_lost(begun.error())) {
    teller_.note("no answer came (" + begun.error().message + "); looking what came of it");
  } else if (passes(begun.error())) {
    position_.sent.reset();
    return hold(begun.error(), words(begun.error()));
  } else {
    position_.error = words(begun.error());
  }
  if (const Status kept = keep(); !kept) return stop(kept.error().message, resume_command(position_));
  if (is_interrupted()) return interrupted();
  return std::nullopt;
}

/// Nothing was sent. Absent: it is tried again.
std::optional<ExitCode> Runner::hold(const Error& error, const std::string& why) {
  if (const Status kept = keep(); !kept) return stop(kept.error().message, resume_command(position_));
  if (!is_lost(error) && !passes(error)) return stop(why, resume_command(position_));
  if (is_too_late()) return too_late(why);
  teller_.waits(position_, why, facts_.now);
  rest_between_looks();
  return std::nullopt;
}

ExitCode Runner::finish() {
  // HA stays off because somebody wanted it: that is what the mark says until it expires.
  if (position_.form.procedure == Procedure::kHaDisable) {
    if (const Status marked = mark(); !marked)
      return stop("HA is off, but the mark on the pool could not be written: " + words(marked.error()),
                  resume_command(position_));
    teller_.note("xenha-hooks leaves the pool alone for " +
                 std::to_string(std::chrono::hours(kIntentHolds).count()) + " h, or until HA is on again.");
  } else if (const Status gone = acts_.unmark(facts_, kIntentKey); !gone) {
    return stop("all is done, but the mark " + std::string(kIntentKey) +
                    " could not be removed: " + gone.error().message,
                resume_command(position_));
  }
  file_->remove();
  const bool comes_back = position_.form.procedure == Procedure::kShutdown;
  return teller_.end(
      facts_, position_,
      {.outcome = "done",
       .command = comes_back ? command_line(Procedure::kReturn, position_.pool, position_.host_label) : ""});
}

/// Nobody refused anything: what was waited for did not come.
ExitCode Runner::too_late(const std::string& what) {
  return stop("it took longer than it may: " + what, resume_command(position_), ExitCode::kNotMet);
}

ExitCode Runner::stop(const std::string& why, std::string command, ExitCode code) {
  static_cast<void>(keep());
  const bool nothing_done = !sent_any_ && !position_.sent && request_.procedure && position_.step == 0;
  if (nothing_done) {
    if (marked_) static_cast<void>(acts_.unmark(facts_, kIntentKey));
    file_->remove();
    // There is nothing to go on with: it begins anew.
    if (command == resume_command(position_)) command = own_command();
  } else {
    mark_if_due();
  }
  if (!nothing_done) code = ExitCode::kNotMet;
  return teller_.end(facts_, position_,
                     {.code = code,
                      .outcome = code == ExitCode::kRefused ? "refused" : "not_met",
                      .text = why,
                      .command = command,
                      .left = !nothing_done});
}

/// Before the first step.
ExitCode Runner::untouched(ExitCode code, bool told) {
  const bool resumes = !request_.procedure;
  position_.pool = request_.pool;
  if (!resumes) position_.form.procedure = *request_.procedure;
  if (position_.host_label.empty()) position_.host_label = request_.host;
  return teller_.end(facts_, position_,
                     {.code = code,
                      .outcome = code == ExitCode::kInterrupted ? "interrupted" : "refused",
                      .text = "nothing was changed",
                      .command = code == ExitCode::kInterrupted ? own_command() : "",
                      .begun = false,
                      .told = told,
                      .left = resumes});
}

/// What the person typed.
std::string Runner::own_command() const {
  if (!request_.procedure)
    return "xenhactl host resume " + request_.pool + " " + shell_word(request_.host) +
           (request_.with_cloud ? "" : " --no-cloudstack");
  std::string out = command_line(position_.form.procedure, position_.pool, position_.host_label);
  for (const std::string& risk : request_.risks) out += " --" + risk;
  if (!request_.new_master.empty()) out += " --new-master " + shell_word(request_.new_master);
  if (request_.sr_changed) out += " --heartbeat-sr-changed";
  if (request_.override_mark) out += " --override-mark";
  return out + (request_.with_cloud ? "" : " --no-cloudstack");
}

ExitCode Runner::interrupted() {
  static_cast<void>(keep());
  return teller_.end(
      facts_, position_,
      {ExitCode::kInterrupted, "interrupted", "what was begun goes on by itself", resume_command(position_)});
}

/// What takes long is looked at less often.
void Runner::rest_between_looks() {
  const Duration waited = position_.since ? Duration(facts_.now - *position_.since) : Duration{};
  rest(std::clamp<Duration>(waited / 30, kLookEvery, kLookAtLeastEvery));
}

void Runner::rest(Duration span) {
  const SteadyTime until = context_.clock.steady() + span;
  while (!is_interrupted() && context_.clock.steady() < until) context_.transport.poll(until);
}

}  // namespace xenha::ctl
