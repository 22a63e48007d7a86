// The pool's two credentials, and when they may be sent. A refused password is left alone for 15 minutes or
// until its file changes; until somebody has proven it, it is sent to one host at a time.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/credential_gate.h"
#include "lib/config/access.h"

namespace xenha::hooks {

class Passwords {
 public:
  using Answer = CredentialGate::Answer;
  /// A host needs 5 s to refuse a password. To give up before would be to try it again and again.
  static constexpr std::chrono::seconds kRefusalTakes{15};

  explicit Passwords(config::PoolConfig& config) : config_(config) {}

  /// Takes a rewritten file. Gives why it could not be read; empty = nothing is wrong.
  std::string renew();

  const config::Credential& login() const { return config_.login; }
  Answer ask_login(SteadyTime now) const { return login_gate_.ask(now); }
  bool login_proven() const { return login_gate_.proven(); }
  void login_begins(SteadyTime now) { login_gate_.begin(now); }
  void login_accepted() { login_gate_.accepted(); }
  void login_refused(SteadyTime now) { login_gate_.refused(now); }
  /// The attempt said nothing of the password; `silent_master`: it may have been a refusal that took too
  /// long.
  void login_ended(bool silent_master = false);

  bool has_local() const { return config_.host_login.has_value(); }
  const config::Credential& local() const { return *config_.host_login; }
  /// Local root on that host. The same credential as the login's shares its turns and its refusals until
  /// somebody has proven it.
  Answer ask_local(const std::string& address, SteadyTime now) const;
  bool local_proven() const { return local_gate_.proven() || (same() && login_gate_.proven()); }
  void local_begins(SteadyTime now);
  void local_accepted(const std::string& address);
  /// After emergencies one host's root password may differ from the others' (reference 2.3): once proven
  /// elsewhere, only that host is left alone.
  void local_refused(const std::string& address, SteadyTime now);
  void local_ended();

 private:
  bool same() const { return config_.host_login && config_.host_login->same_login(config_.login); }

  config::PoolConfig& config_;
  CredentialGate login_gate_, local_gate_;
  std::map<std::string, SteadyTime> local_refused_until_;  ///< by address
};

}  // namespace xenha::hooks
