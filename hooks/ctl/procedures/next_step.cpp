#include "hooks/ctl/procedures/next_step.h"

#include <algorithm>

#include "hooks/ctl/procedures/risks.h"
#include "hooks/ctl/procedures/telling.h"

namespace xenha::ctl {
namespace {

using namespace std::chrono_literals;

/// A call is sent again only after it had that long to show.
constexpr Duration kGrace = 90s;
/// One host that did not answer once is no reason to give up in the middle.
constexpr Duration kPatience = 30s;
/// A disarmed host tries again every ten seconds, and every minute what it holds for lasting.
constexpr Duration kTriesAgain = 3min;
/// A host enables itself after its start; only then it is done for it.
constexpr Duration kEnablesItself = 5min;
/// The master looks at the liveset every 20 s, and writes down then who takes part in HA.
constexpr Duration kLooksAtLiveset = 45s;
/// Booting takes its time; answering and not joining does not.
constexpr Duration kJoins = 10min;

struct Judgement {
  enum class Kind { kDone, kAct, kWait, kStop, kBack };
  Kind kind = Kind::kWait;
  std::string text;
  std::string command = {};
};

Judgement done() {
  return {Judgement::Kind::kDone, {}};
}
Judgement act() {
  return {Judgement::Kind::kAct, {}};
}
Judgement wait(std::string what) {
  return {Judgement::Kind::kWait, std::move(what)};
}
Judgement stop(std::string why, std::string command = {}) {
  return {Judgement::Kind::kStop, std::move(why), std::move(command)};
}
/// What an earlier step had brought about is undone: back to it.
Judgement back() {
  return {Judgement::Kind::kBack, {}};
}

std::string list(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& each : words) out += (out.empty() ? "" : ", ") + each;
  return out;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_ha_start_code(const std::string& code) {
  return code == "HA_HOST_CANNOT_ACCESS_STATEFILE" || code == "HA_HEARTBEAT_DAEMON_STARTUP_FAILED";
}

/// It is kept out by its own HA, or by believing that it is master: nobody but its own root can help it.
bool needs_own_root(const HostFacts& host) {
  if (host.emergency != true) return false;
  return is_ha_start_code(host.emergency_code) || host.claims_master == true ||
         host.believed_master == host.label || host.emergency_code == "HOST_ITS_OWN_SLAVE";
}

bool is_maintenance(const std::string& resource_state) {
  return resource_state == "Maintenance";
}

class Judge {
 public:
  Judge(const Facts& facts, const Position& position)
      : facts_(facts), position_(position), target_(facts.of_target()) {}

  Judgement judge(StepId step) const {
    if (!position_.error.empty()) return refused();
    if (position_.form.procedure != Procedure::kHaEnable &&
        position_.form.procedure != Procedure::kHaDisable && target_ == nullptr)
      return wait(unread("the pool's hosts"));
    switch (step) {
      case StepId::kEnterMaintenance:
        return enter_maintenance();
      case StepId::kDisableHa:
        return disable_ha();
      case StepId::kNewMaster:
        return new_master();
      case StepId::kSettle:
        return settle();
      case StepId::kDisableHost:
        return disable_host();
      case StepId::kEvacuate:
        return evacuate();
      case StepId::kReboot:
        return reboot();
      case StepId::kShutdown:
        return shutdown();
      case StepId::kConsole:
        return target_->reachable == true ? done() : wait(console_words());
      case StepId::kPowerOn:
        return target_->reachable == true
                   ? done()
                   : wait("power " + name() + " on, at its console or by its power control");
      case StepId::kEmergencyDisable:
        return emergency_disable();
      case StepId::kRejoin:
        return rejoin();
      case StepId::kEnableHost:
        return enable_host();
      case StepId::kArmed:
        return armed();
      case StepId::kEnableHa:
        return enable_ha();
      case StepId::kLeaveMaintenance:
        return leave_maintenance();
      case StepId::kUpInCloud:
        return up_in_cloud();
    }
    return wait("");
  }

 private:
  std::string name() const { return target_ == nullptr ? position_.host_label : target_->label; }
  std::string unread(const std::string& what) const {
    return "reading " + what + (facts_.failed_reads.empty() ? "" : ": " + list(facts_.failed_reads));
  }
  /// The call left, and had not yet time to show.
  bool fresh() const { return position_.sent && facts_.now - *position_.sent < kGrace; }
  bool work_runs() const {
    return position_.sent && facts_.work && facts_.work->status == WorkFacts::Status::kRunning;
  }
  bool work_failed() const {
    return position_.sent && facts_.work && facts_.work->status == WorkFacts::Status::kFailure;
  }
  std::string percent() const {
    return facts_.work && facts_.work->progress > 0
               ? ", " + std::to_string(static_cast<int>(facts_.work->progress * 100)) + " %"
               : "";
  }
  bool pool_is_quiet() const { return facts_.operations && facts_.operations->empty(); }
  std::string resume() const { return resume_command(position_); }
  std::string give_back() const { return command_line(Procedure::kReturn, facts_.pool, name()); }

  /// The call itself was refused.
  Judgement refused() const { return stop(position_.error, resume()); }
  /// Takes something away: not while the pool is in disorder.
  Judgement act_if_safe() const {
    if (facts_.master.empty()) return wait(unread("the pool's master"));
    const std::vector<Risk> risks = risks_of_step(facts_, position_);
    if (!risks.empty() && position_.since && facts_.now - *position_.since < kPatience)
      return wait("not now: " + risks.front().what);
    if (!risks.empty()) {
      const Risk& first = risks.front();
      return stop(first.what, first.flag.empty() ? first.step : resume() + " --" + first.flag);
    }
    return act();
  }

  Judgement enter_maintenance() const {
    if (!target_->cloud || target_->cloud->resource_state.empty())
      return wait(facts_.cloud && !facts_.cloud->problem.empty()
                      ? "CloudStack was not read: " + facts_.cloud->problem
                      : "CloudStack does not tell of " + name());
    const std::string& state = target_->cloud->resource_state;
    if (is_maintenance(state)) return done();
    if (state == "PrepareForMaintenance" || state == "ErrorInPrepareForMaintenance")
      return wait("CloudStack moves the VMs away" + vms_left() +
                  (state == "PrepareForMaintenance" ? "" : "; some failed and are tried again"));
    if (position_.sent && state == "ErrorInMaintenance")
      return stop("CloudStack could not empty " + name() + vms_left() +
                      (work_failed() ? ": " + facts_.work->error : ""),
                  resume());
    if (work_failed()) return stop("CloudStack refused: " + facts_.work->error, resume());
    if (fresh() || work_runs()) return wait("CloudStack begins maintenance");
    return act_if_safe();
  }
  std::string vms_left() const {
    return target_->vms ? ", " + std::to_string(*target_->vms) + " left" : std::string();
  }

  Judgement disable_ha() const {
    if (!facts_.ha_enabled || !facts_.operations) return wait(unread("whether HA is on"));
    if (!pool_is_quiet()) return wait("runs on the pool: " + list(*facts_.operations) + percent());
    if (!*facts_.ha_enabled) return done();
    if (work_failed()) return stop("HA could not be switched off: " + facts_.work->error, resume());
    if (work_runs() || fresh()) return wait("HA is being switched off" + percent());
    // recover: a pool in disorder is what it is there for, two masters excepted.
    if (position_.form.procedure == Procedure::kRecover || position_.form.procedure == Procedure::kHaDisable)
      return facts_.master.empty() ? wait(unread("the pool's master")) : act();
    return act_if_safe();
  }

  Judgement new_master() const {
    if (facts_.master.empty()) return wait("the hosts restart their toolstacks");
    if (facts_.master != facts_.target) return done();
    if (fresh()) return wait("the hosts restart their toolstacks");
    if (facts_.ha_enabled == true) return back();
    if (!pool_is_quiet())
      return wait(facts_.operations ? "runs on the pool: " + list(*facts_.operations) : unread("the pool"));
    return act_if_safe();
  }

  Judgement settle() const {
    if (facts_.master.empty()) return wait("no host answers as master yet");
    if (facts_.masters().size() > 1)
      return wait(list(facts_.masters()) + " both say they are master; one of them has not restarted yet");
    std::vector<std::string> late;
    for (const HostFacts& host : facts_.hosts) {
      const bool out = host.cloud && is_maintenance(host.cloud->resource_state) && host.uuid != facts_.target;
      const bool ready = host.reachable == true && host.live == true && (host.enabled == true || out) &&
                         host.emergency != true;
      if (!ready) late.push_back(host.label);
    }
    if (!late.empty()) return wait("not yet live and enabled: " + list(late));
    return facts_.agree_on_master() ? done() : wait("not every host names the new master yet");
  }

  Judgement disable_host() const {
    if (has_rebooted()) return done();  // resumed by the facts, after the restart
    if (!target_->enabled) return wait(unread("whether the host is enabled"));
    if (!*target_->enabled) return done();
    if (position_.form.of_master && facts_.master == facts_.target)
      return stop(name() + " is master again; the role has to be given away first", give_back());
    if (fresh()) return wait(name() + " is still enabled");
    return act_if_safe();
  }
  /// Its toolstack or the master's restarted, or somebody enabled it.
  bool is_enabled_again() const { return target_->enabled == true && !has_rebooted(); }

  Judgement evacuate() const {
    if (has_rebooted()) return done();
    if (is_enabled_again()) return back();
    if (!target_->vms) return wait(unread("which VMs run on the host"));
    if (*target_->vms == 0) return done();
    if (has(target_->operations, "evacuate") || work_runs())
      return wait("moving VMs away" + vms_left() + percent());
    if (work_failed())
      return stop("not every VM could leave" + vms_left() + ": " + facts_.work->error, resume());
    if (fresh()) return wait("moving VMs away" + vms_left());
    return act_if_safe();
  }

  bool has_rebooted() const {
    return position_.booted && target_->booted && *target_->booted != *position_.booted;
  }
  bool goes_down() const {
    return has(target_->operations, "reboot") || has(target_->operations, "shutdown");
  }
  bool is_gone() const { return target_->reachable == false || target_->live == false; }

  Judgement reboot() const {
    if (has_rebooted()) return done();
    if (position_.sent && is_gone()) return done();
    if (goes_down()) return wait("shutting down");
    if (work_failed()) return stop(name() + " could not be restarted: " + facts_.work->error, resume());
    if (fresh() || work_runs()) return wait("shutting down");
    if (is_enabled_again()) return back();
    if (!target_->vms) return wait(unread("which VMs run on the host"));
    if (*target_->vms > 0) return back();
    return act_if_safe();
  }

  Judgement shutdown() const {
    if (target_->reachable == false && target_->live == false) return done();
    if (goes_down() || (position_.sent && is_gone())) return wait("shutting down");
    if (work_failed()) return stop(name() + " could not be shut down: " + facts_.work->error, resume());
    if (fresh() || work_runs()) return wait("shutting down");
    if (is_enabled_again()) return back();
    if (!target_->vms) return wait(unread("which VMs run on the host"));
    if (*target_->vms > 0) return back();
    return act_if_safe();
  }

  std::string console_words() const {
    return "at the console of " + name() +
           ": if it does not come back by itself, type  xe host-emergency-ha-disable --force  and wait";
  }

  Judgement emergency_disable() const {
    if (target_->reachable != true) return wait(name() + " does not answer");
    if (!needs_own_root(*target_)) return done();
    if (facts_.ha_enabled == true) return back();
    // That it was written down does not say that it left: whoever was killed in between never sent it.
    return fresh() ? wait(name() + " restarts its toolstack") : act();
  }

  Judgement rejoin() const {
    const bool after_reboot =
        position_.form.procedure == Procedure::kRestart && position_.booted && !has_rebooted();
    const bool in = target_->reachable == true && target_->live == true && target_->emergency != true &&
                    facts_.agree_on_master();
    if (in && !after_reboot) return done();
    if (target_->reachable == true && target_->claims_master == true && facts_.masters().size() > 1)
      return stop(name() + " says it is master, and so does another host",
                  "power one of the two off at its console, then " + resume());
    const bool keeps_out = position_.since && facts_.now - *position_.since > kTriesAgain;
    if (target_->reachable == true && needs_own_root(*target_) && keeps_out) return own_root();
    const bool late = position_.since && facts_.now - *position_.since > kJoins;
    // What its HA says of it is no sign that its toolstack is in the pool.
    if (late && target_->reachable == true && (target_->live != true || target_->emergency == true))
      return position_.form.procedure == Procedure::kRecover
                 ? stop(name() + " answers and does not join the pool" + emergency_words(), resume())
                 : stop(name() + " answers and has not joined the pool for 10 min" + emergency_words(),
                        command_line(Procedure::kRecover, facts_.pool, name()));
    if (target_->reachable != true)
      return wait(name() + " does not answer" + (after_reboot ? ", it restarts" : ""));
    if (target_->emergency == true) return wait(name() + " is in emergency mode" + emergency_words());
    return wait(after_reboot ? name() + " has not restarted yet" : name() + " is not live yet");
  }
  /// Found out only after it answered again.
  Judgement own_root() const {
    return stop(
        name() + " is in emergency mode" + emergency_words() + ", and cannot join before its HA is disarmed",
        command_line(Procedure::kRecover, facts_.pool, name()));
  }
  std::string emergency_words() const {
    return target_->emergency_code.empty() ? "" : " (" + target_->emergency_code + ")";
  }

  Judgement enable_host() const {
    if (!target_->enabled) return wait(unread("whether the host is enabled"));
    if (*target_->enabled) return done();
    const bool just_started = has_rebooted() || !position_.booted;
    if (just_started && (!position_.since || facts_.now - *position_.since < kEnablesItself))
      return wait(name() + " is still disabled; it enables itself, as a rule");
    if (fresh()) return wait(name() + " is being enabled");
    return facts_.master.empty() ? wait(unread("the pool's master")) : act();
  }

  Judgement armed() const {
    if (!facts_.ha_enabled) return wait(unread("whether HA is on"));
    if (!*facts_.ha_enabled)
      return stop("HA went off meanwhile",
                  command_line(Procedure::kHaEnable, facts_.pool) + ", then " + resume());
    if (target_->armed != true) return wait(name() + " does not take part in HA yet");
    return may_be_of_before_its_start() ? wait(looks_again()) : done();
  }
  /// Nothing tells when the pool saw the host take part in HA: for a while it may have been before its start.
  /// Only up to 6.2 a master calls a host live that said hello; later ones when they see it in the liveset,
  /// and write down both, though not at one instant.
  bool may_be_of_before_its_start() const {
    const Duration stood = position_.since ? Duration(facts_.now - *position_.since) : Duration{};
    const bool by_hello = target_->api_major < 2 || (target_->api_major == 2 && target_->api_minor < 3);
    return by_hello ? stood < kLooksAtLiveset : stood <= Duration{};
  }
  std::string looks_again() const { return "the master looks again whether " + name() + " takes part in HA"; }

  Judgement enable_ha() const {
    if (!facts_.ha_enabled || !facts_.operations) return wait(unread("whether HA is on"));
    if (!pool_is_quiet()) return wait("runs on the pool: " + list(*facts_.operations) + percent());
    if (*facts_.ha_enabled) {
      std::vector<std::string> unarmed;
      for (const HostFacts& host : facts_.hosts)
        if (host.armed != true) unarmed.push_back(host.label);
      if (!unarmed.empty()) return wait("HA is on, and not yet armed: " + list(unarmed));
      // Switching it on tells of every host anew; where it stayed on, this one has just come back.
      const bool stayed_on = target_ != nullptr && !position_.sent;
      return stayed_on && may_be_of_before_its_start() ? wait(looks_again()) : done();
    }
    if (work_failed())
      return stop("HA could not be switched on: " + facts_.work->error, "mend that, then " + resume());
    if (work_runs() || fresh()) return wait("HA is being switched on" + percent());
    switch (facts_.enable.verdict) {
      case EnableFacts::Verdict::kMay:
        return act();
      case EnableFacts::Verdict::kRefuse:
        return stop("HA cannot be switched on: " + facts_.enable.fact + " (" + facts_.enable.reason + ")",
                    "mend that, then " + resume());
      case EnableFacts::Verdict::kOn:
      case EnableFacts::Verdict::kWait:
        break;
    }
    // What a person asked for by hand is answered at once, but for what passes within a minute.
    const std::string& reason = facts_.enable.reason;
    const bool passes =
        reason == "settling" || reason == "operation_running" || reason == "facts_unknown" || reason.empty();
    if (position_.form.procedure == Procedure::kHaEnable && !passes)
      return stop("HA cannot be switched on now: " + facts_.enable.fact + " (" + reason + ")", resume());
    return wait("before HA can be switched on: " + facts_.enable.fact);
  }

  Judgement leave_maintenance() const {
    if (!target_->cloud || target_->cloud->resource_state.empty())
      return wait(facts_.cloud && !facts_.cloud->problem.empty()
                      ? "CloudStack was not read: " + facts_.cloud->problem
                      : "CloudStack does not tell of " + name());
    const CloudHostFacts& cloud = *target_->cloud;
    if (cloud.resource_state == "Enabled")
      return cloud.state == "Up" ? done() : wait("CloudStack has it in " + cloud.state);
    if (work_failed()) return stop("CloudStack refused: " + facts_.work->error, resume());
    if (fresh() || work_runs()) return wait("CloudStack ends maintenance");
    // A host that is off would go to Alert.
    if (target_->reachable != true || target_->live != true) return wait(name() + " is not live");
    return act();
  }

  Judgement up_in_cloud() const {
    if (!target_->cloud) return wait("CloudStack does not tell of " + name());
    if (target_->cloud->state == "Up") return done();
    return wait("CloudStack has " + name() + " in " + target_->cloud->state);
  }

  const Facts& facts_;
  const Position& position_;
  const HostFacts* target_;
};

Next with(Next::Kind kind, Position position, std::string text = {}, std::string command = {}) {
  return {kind, std::move(position), std::move(text), std::move(command)};
}

/// The step that brought about what is undone.
std::size_t step_before(const Position& position) {
  const std::vector<StepId> steps = steps_of(position.form);
  const StepId now = position.current();
  const auto index_of = [&](StepId wanted) {
    return static_cast<std::size_t>(std::find(steps.begin(), steps.end(), wanted) - steps.begin());
  };
  switch (now) {
    case StepId::kEvacuate:
    case StepId::kReboot:
    case StepId::kShutdown:
      return index_of(StepId::kDisableHost);
    default:
      return index_of(StepId::kDisableHa);
  }
}

}  // namespace

Next next_step(const Facts& facts, const Position& from) {
  Position position = from;
  const std::size_t most = 2 * kSteps;  // facts that contradict themselves must not turn it round for ever
  for (std::size_t turn = 0; turn < most && !position.over(); ++turn) {
    if (!position.since) position.since = facts.now;
    Judgement judgement = Judge(facts, position).judge(position.current());
    switch (judgement.kind) {
      case Judgement::Kind::kDone:
        position.go_to(position.step + 1, facts.now);
        break;
      case Judgement::Kind::kBack: {
        const std::size_t before = step_before(position);
        if (before >= position.step) return with(Next::Kind::kWait, std::move(position), "the pool changes");
        position.go_to(before, facts.now);
        break;
      }
      case Judgement::Kind::kAct:
        return with(Next::Kind::kAct, std::move(position));
      case Judgement::Kind::kStop:
        return with(Next::Kind::kStop, std::move(position), std::move(judgement.text),
                    std::move(judgement.command));
      case Judgement::Kind::kWait:
        return with(Next::Kind::kWait, std::move(position), std::move(judgement.text));
    }
  }
  if (position.over()) return with(Next::Kind::kDone, std::move(position));
  return with(Next::Kind::kWait, std::move(position), "the pool changes");
}

Form form_of(Procedure procedure, const Facts& facts, bool with_cloud, bool with_ha) {
  Form form{.procedure = procedure, .cloud = with_cloud, .ha = with_ha};
  const HostFacts* target = facts.of_target();
  if (target == nullptr) return form;
  if (procedure == Procedure::kRestart || procedure == Procedure::kShutdown)
    form.of_master = facts.master == facts.target;
  if (procedure == Procedure::kRecover) {
    form.silent = target->reachable != true;
    form.own_root = needs_own_root(*target);
  }
  return form;
}

bool can_be_master(const Facts& facts, const HostFacts& host) {
  const HostFacts* target = facts.of_target();
  const bool same_version = target == nullptr || host.version == target->version;
  const bool in_cloud =
      !host.cloud || host.cloud->resource_state.empty() || host.cloud->resource_state == "Enabled";
  const bool statefile = facts.ha_enabled != true || host.armed == true;
  return host.uuid != facts.target && host.reachable == true && host.live == true && host.enabled == true &&
         host.emergency != true && statefile && in_cloud && same_version;
}

std::string choose_new_master(const Facts& facts) {
  for (const HostFacts& host : facts.hosts)
    if (can_be_master(facts, host)) return host.uuid;
  return {};
}

}  // namespace xenha::ctl
