#include "exporter/poll/host_probe.h"

#include <algorithm>
#include <array>
#include <utility>

namespace xenha::exporter {
namespace {

constexpr std::array<std::string_view, 13> kEmergencyCodes{"HOST_STILL_BOOTING",
                                                           "HOST_HAS_NO_MANAGEMENT_IP",
                                                           "HOST_ITS_OWN_SLAVE",
                                                           "HOST_MASTER_CANNOT_TALK_BACK",
                                                           "HOST_UNKNOWN_TO_MASTER",
                                                           "INTERNAL_ERROR",
                                                           "HOST_IS_SLAVE",
                                                           "HOST_BROKEN",
                                                           "HA_HOST_CANNOT_ACCESS_STATEFILE",
                                                           "HA_HEARTBEAT_DAEMON_STARTUP_FAILED",
                                                           "HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED",
                                                           "HOST_XAPI_VERSION_HIGHER_THAN_COORDINATOR",
                                                           "HOST_IN_EMERGENCY_MODE"};

std::string without_brackets(std::string address) {
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    return address.substr(1, address.size() - 2);
  }
  return address;
}

}  // namespace

std::string emergency_reason_word(const std::string& code) {
  const bool known = std::find(kEmergencyCodes.begin(), kEmergencyCodes.end(), code) != kEmergencyCodes.end();
  return known ? code : "other";
}

HostProbe::HostProbe(PoolContext& context, std::string address, bool listed, ProbeListener& listener)
    : context_(context),
      address_(std::move(address)),
      listed_(listed),
      listener_(listener),
      endpoint_(endpoint_of(context.config, address_)),
      round_(context.client),
      local_(context.client) {}

std::optional<EmergencyFact> HostProbe::emergency(SteadyTime now) const {
  if (!emergency_ || now - emergency_->at > kEmergencyGoodFor) return std::nullopt;
  return emergency_;
}

xapi::Client::Call HostProbe::call(std::string_view method, xapi::Params params) const {
  return {
      .endpoint = endpoint_, .method = method, .params = std::move(params), .deadline = context_.deadline()};
}

xapi::Client::Call HostProbe::login_call(std::string_view method, xapi::Params params,
                                         const CredentialGate& gate) const {
  xapi::Client::Call made = call(method, std::move(params));
  made.deadline = context_.login_deadline(gate);
  return made;
}

void HostProbe::wind_down() {
  winding_down_ = true;
  waits_for_turn_ = false;
  if (!logging_in_) round_.cancel();
  if (!unverified_.empty()) listener_.discard(address_, std::exchange(unverified_, {}), false);
  if (connecting_) context_.transport.cancel(*connecting_);
  connecting_.reset();
}

void HostProbe::start_round() {
  const SteadyTime now = context_.clock.steady();
  if (round_.busy() || connecting_ || winding_down_ || now < foreign_until_) return;
  waits_for_turn_ = false;
  began_ = now;
  if (!session_.empty()) return ask_with_session();

  switch (context_.login_gate.ask(now)) {
    case CredentialGate::Answer::kBlocked:
      return connect_only();
    case CredentialGate::Answer::kWait:
      waits_for_turn_ = true;
      return;
    case CredentialGate::Answer::kGo:
      break;
  }
  // 6.2: a plain login on a slave costs a session in the master's database and hangs without it, so once it
  // has said whom it follows, the host itself is asked, and the login is repeated once a minute only.
  const bool recently = old_api_login_ && now - *old_api_login_ < kLocalCheckEvery;
  if (context_.old_api() && recently && verdict_.state == HostState::kSlave && may_ask_locally(now)) {
    if (!local_.busy()) local_check("LOGIN_HANGS");  // it stands for the login: silence is unreachable
    return;
  }
  old_api_login_ = now;
  log_in();
}

void HostProbe::ask_with_session() {
  round_.call(call("pool.get_all", {session_}), [this](Result<xapi::Reply> reply) {
    if (reply) {
      remember(reply->response);
      finish({.reachable = true, .state = HostState::kMaster, .claims_master = true});
      if (!session_.empty()) listener_.on_master(*this);
      return;
    }
    const Error& error = reply.error();
    if (error.remote_code == "SESSION_INVALID") {
      session_.clear();
      // Evicted, or xapi restarted: one new login in the same round, if the password may be used.
      if (!winding_down_ && context_.login_gate.ask(context_.clock.steady()) == CredentialGate::Answer::kGo) {
        return log_in();
      }
    } else if (error.code == ErrorCode::kRemoteFault) {
      session_.clear();  // it answers, but no longer as the master that gave this session
    }
    judge(error);
  });
}

void HostProbe::log_in() {
  const SteadyTime now = context_.clock.steady();
  context_.login_gate.begin(now);
  logging_in_ = true;
  const Credential& login = context_.config.login;
  round_.call(
      login_call("session.login_with_password",
                 {login.username, login.password.reveal(), std::string("1.0"), std::string(kOriginator)},
                 context_.login_gate),
      [this](Result<xapi::Reply> reply) {
        logging_in_ = false;
        if (!reply) {
          const Error& error = reply.error();
          if (error.code == ErrorCode::kAuth) {
            context_.login_gate.refused(context_.clock.steady());
            listener_.on_refused_password(address_, context_.config.login.username);
          } else {
            context_.login_gate.end();
            if (error.code == ErrorCode::kTimeout && verdict_.claims_master == true)
              context_.login_gate.doubt();
          }
          return judge(error);
        }
        context_.login_gate.accepted();
        remember(reply->response);
        verify(std::string(reply->answer.value->text().value_or("")));
      });
}

/// A session alone does not make a member: an ejected host is master of a pool of its own.
void HostProbe::verify(std::string session) {
  if (winding_down_) return listener_.discard(address_, session, false);
  unverified_ = session;
  round_.call(call("pool.get_all", {session}), [this, session](Result<xapi::Reply> reply) {
    if (reply && !reply->answer.value->items.empty()) {
      return verify_uuid(session, std::string(reply->answer.value->items[0].text().value_or("")));
    }
    unverified_.clear();
    listener_.discard(address_, session, false);
    judge(reply ? Error{ErrorCode::kBadReply, "pool.get_all named no pool"} : reply.error());
  });
}

void HostProbe::verify_uuid(std::string session, const std::string& pool_ref) {
  round_.call(call("pool.get_uuid", {session, pool_ref}), [this, session](Result<xapi::Reply> reply) {
    unverified_.clear();
    if (!reply) {
      listener_.discard(address_, session, false);
      return judge(reply.error());
    }
    foreign_ = !listener_.is_our_pool(*this, std::string(reply->answer.value->text().value_or("")));
    if (foreign_ || winding_down_) {
      listener_.discard(address_, session, false);
      foreign_until_ = context_.clock.steady() + std::chrono::minutes(1);
      return finish({.reachable = true, .problem = "answers as the master of another pool"});
    }
    session_ = session;
    finish({.reachable = true, .state = HostState::kMaster, .claims_master = true});
    listener_.on_master(*this);
  });
}

/// While the password is not to be used: is anybody there at all?
void HostProbe::connect_only() {
  http::Request request{
      .endpoint = endpoint_, .method = http::Request::Method::kConnectOnly, .deadline = context_.deadline()};
  connecting_ = context_.transport.start(std::move(request), [this](Result<http::Response> response) {
    connecting_.reset();
    if (!response) return judge(response.error());
    remember(*response);
    finish(
        {.reachable = true,
         .state = HostState::kAuthError,
         .problem = "the password was refused; it is tried again after 15 minutes or when its file changes"});
  });
}

void HostProbe::remember(const http::Response& response) {
  if (!response.peer_ip.empty()) peer_ip_ = response.peer_ip;
  if (response.certificate_expiry) certificate_expiry_ = response.certificate_expiry;
}

void HostProbe::judge(const Error& error) {
  switch (error.code) {
    case ErrorCode::kAuth:
      return finish({.reachable = true, .state = HostState::kAuthError, .problem = error.message});
    case ErrorCode::kTls:
      return finish({.reachable = false, .state = HostState::kTlsError, .problem = error.message});
    case ErrorCode::kRemoteFault:
      break;
    case ErrorCode::kBadReply:
    case ErrorCode::kTooLarge:
    case ErrorCode::kBadConfig:
      return finish({.reachable = true, .problem = error.message});
    case ErrorCode::kUnreachable:
    case ErrorCode::kTimeout:
      // 6.2: a slave's login waits for a dead master, while the slave itself is well. A master that gave us a
      // session and is silent now is just silent.
      if (context_.old_api() && error.code == ErrorCode::kTimeout && session_.empty() &&
          may_ask_locally(context_.clock.steady())) {
        return local_check("LOGIN_HANGS");
      }
      return finish({.reachable = false,
                     .state = HostState::kUnreachable,
                     .problem = error.message,
                     .machine_answers = error.peer_answered});
  }
  if (error.remote_code == "HOST_IS_SLAVE") {
    ProbeVerdict verdict{.reachable = true, .state = HostState::kSlave, .claims_master = false};
    if (!error.remote_args.empty()) verdict.believed_address = without_brackets(error.remote_args[0]);
    const std::string named = verdict.believed_address;
    finish(std::move(verdict));
    if (!named.empty() && !winding_down_) listener_.on_named(*this, named);
    return;
  }
  finish({.reachable = true, .claims_master = false, .problem = error.message}, error.remote_code);
}

/// `failure_code`: what login answered, when that was neither a session nor HOST_IS_SLAVE.
void HostProbe::finish(ProbeVerdict verdict, const std::string& failure_code) {
  const SteadyTime now = context_.clock.steady();
  const bool answered = verdict.reachable == true && verdict.state != HostState::kAuthError && !foreign_;
  if (verdict.state == HostState::kUnreachable || verdict.state == HostState::kTlsError) {
    emergency_.reset();
    certificate_expiry_.reset();
  }
  apply_emergency(verdict, failure_code);
  const bool due = !failure_code.empty() || verdict.state != checked_verdict_.state ||
                   verdict.believed_address != checked_verdict_.believed_address || !checked_locally_ ||
                   now - *checked_locally_ >= kLocalCheckEvery;
  const ProbeVerdict before = std::exchange(verdict_, std::move(verdict));
  ++rounds_;
  told_ = false;
  verdict_began_ = began_;
  verdict_ended_ = now;
  if (answered && due && !winding_down_ && !local_.busy() && may_ask_locally(now)) local_check(failure_code);
  listener_.on_probed(*this, before);
}

void HostProbe::apply_emergency(ProbeVerdict& verdict, const std::string& failure_code) const {
  const std::optional<EmergencyFact> fact = emergency(context_.clock.steady());
  if (verdict.reachable != true || verdict.claims_master == true) return;
  if (fact && fact->emergency) {
    verdict.state = HostState::kEmergency;
  } else if (failure_code == "HOST_STILL_BOOTING") {
    verdict.state = HostState::kBooting;
  }
}

bool HostProbe::may_ask_locally(SteadyTime now) {
  if (!context_.config.host_login || winding_down_) return false;
  const bool refused = local_refused_until_ && now < *local_refused_until_;
  if (refused && local_refused_ == context_.config.host_login->password) return false;
  return context_.ask_local(now) == CredentialGate::Answer::kGo;
}

void HostProbe::local_check(const std::string& failure_code) {
  const SteadyTime now = context_.clock.steady();
  checked_locally_ = now;
  context_.local_begins(now);
  const Credential& root = *context_.config.host_login;
  local_.call(login_call("session.slave_local_login_with_password", {root.username, root.password.reveal()},
                         context_.host_gate),
              [this, failure_code](Result<xapi::Reply> reply) {
                if (!reply) return local_failed(reply.error(), failure_code);
                context_.local_accepted();
                remember(reply->response);
                local_is_emergency(std::string(reply->answer.value->text().value_or("")), failure_code);
              });
}

void HostProbe::local_failed(const Error& error, const std::string& failure_code) {
  const SteadyTime now = context_.clock.steady();
  context_.local_ended();
  if (error.code == ErrorCode::kAuth) {
    local_refused_until_ = now + kLocalRefusedFor;
    local_refused_ = context_.config.host_login->password;
    checked_locally_.reset();  // still to be done, once there is another password
    context_.local_refused(now);
    emergency_.reset();
    listener_.on_refused_password(address_, context_.config.host_login->username);
  }
  if (failure_code != "LOGIN_HANGS") return;
  if (error.code == ErrorCode::kAuth) return finish({.reachable = true, .problem = error.message});
  finish({.reachable = false,
          .state = HostState::kUnreachable,
          .problem = error.message,
          .machine_answers = error.peer_answered});
}

void HostProbe::local_is_emergency(std::string session, const std::string& failure_code) {
  local_.call(call("host.is_in_emergency_mode", {session}),
              [this, session, failure_code](Result<xapi::Reply> reply) {
                const std::optional<bool> emergency = reply ? reply->answer.value->boolean() : std::nullopt;
                if (emergency == true) return local_reason(session);
                std::optional<EmergencyFact> fact;
                if (emergency) fact = EmergencyFact{false, {}, context_.clock.steady()};
                local_end(session, std::move(fact), failure_code);
              });
}

void HostProbe::local_reason(std::string session) {
  local_.call(call("host.local_assert_healthy", {session}),
              [this, session](const Result<xapi::Reply>& reply) {
                // Success: it left emergency mode between the two calls.
                EmergencyFact fact{!reply, {}, context_.clock.steady()};
                if (!reply) fact.reason = emergency_reason_word(reply.error().remote_code);
                const std::string failure_code = fact.reason;
                local_end(session, std::move(fact), failure_code);
              });
}

void HostProbe::local_end(const std::string& session, std::optional<EmergencyFact> fact,
                          const std::string& failure_code) {
  listener_.discard(address_, session, true);
  emergency_ = std::move(fact);
  if (winding_down_) return;
  if (failure_code == "LOGIN_HANGS") {
    // The host answers for itself; whom it follows is what it last said.
    ProbeVerdict verdict{.reachable = true, .state = HostState::kSlave, .claims_master = false};
    verdict.believed_address = verdict_.believed_address;
    checked_verdict_ = verdict;
    return finish(std::move(verdict));
  }
  const ProbeVerdict before = verdict_;
  // Anything the host answered stands; emergency mode goes before a role that it cannot play.
  if (verdict_.state == HostState::kEmergency || verdict_.state == HostState::kBooting) {
    verdict_.state = verdict_.believed_address.empty() ? std::nullopt : std::optional(HostState::kSlave);
  }
  apply_emergency(verdict_, failure_code);
  checked_verdict_ = verdict_;
  verdict_ended_ = context_.clock.steady();
  listener_.on_probed(*this, before);
}

}  // namespace xenha::exporter
