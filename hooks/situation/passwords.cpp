#include "hooks/situation/passwords.h"

#include <algorithm>

namespace xenha::hooks {

std::string Passwords::renew() {
  std::string problem;
  const auto renew = [&](config::Credential& credential) {
    if (!credential.changed_since_read()) return false;
    Result<config::Credential> again = credential.read_again();
    if (!again) {
      problem = again.error().message;
      return false;
    }
    credential = *std::move(again);
    return true;
  };
  if (renew(config_.login)) login_gate_.renew();
  if (config_.host_login && renew(*config_.host_login)) {
    local_gate_.renew();
    local_refused_until_.clear();
  }
  return problem;
}

void Passwords::login_ended(bool silent_master) {
  login_gate_.end();
  if (silent_master) login_gate_.doubt();
}

Passwords::Answer Passwords::ask_local(const std::string& address, SteadyTime now) const {
  const auto refused = local_refused_until_.find(address);
  if (refused != local_refused_until_.end() && now < refused->second) return Answer::kBlocked;
  if (same() && !login_gate_.proven()) {
    const Answer answer = login_gate_.ask(now);
    if (answer != Answer::kGo) return answer;
  }
  if (same() && login_gate_.proven()) return Answer::kGo;
  return local_gate_.ask(now);
}

void Passwords::local_begins(SteadyTime now) {
  local_gate_.begin(now);
  if (same() && !login_gate_.proven()) login_gate_.begin(now);
}

void Passwords::local_accepted(const std::string& address) {
  local_gate_.accepted();
  local_refused_until_.erase(address);
  if (same()) login_gate_.accepted();
}

void Passwords::local_refused(const std::string& address, SteadyTime now) {
  // Twice as long as the gate, so that the same host is not the next to be tried when the gate opens again.
  local_refused_until_[address] = now + 2 * CredentialGate::kBlockedFor;
  if (local_proven()) return local_ended();
  local_gate_.refused(now);
  if (same()) login_gate_.refused(now);
}

void Passwords::local_ended() {
  local_gate_.end();
  if (same() && !login_gate_.proven()) login_gate_.end();
}

}  // namespace xenha::hooks
