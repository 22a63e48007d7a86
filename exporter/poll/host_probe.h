// One host, asked directly: is it reachable, what role does it claim, whom does it follow, is it in emergency
// mode. One call a round on a kept connection (design 5, "Probing politely"); the decision table is
// reference 5.2.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exporter/poll/pool_context.h"
#include "exporter/snapshot/pool_snapshot.h"
#include "lib/xapi/call_slot.h"

namespace xenha::exporter {

/// What the last round said. Absent means that it said nothing of it.
struct ProbeVerdict {
  std::optional<bool> reachable;
  std::optional<HostState> state;
  std::optional<bool> claims_master;
  std::string believed_address;  ///< argument of HOST_IS_SLAVE, IPv6 without brackets; empty otherwise
  std::string problem;           ///< one line for a person; empty when all is well
  bool machine_answers = false;  ///< not reachable, but a living kernel refused or closed the connection
  bool operator==(const ProbeVerdict&) const = default;
};

struct EmergencyFact {
  bool emergency = false;
  std::string reason;  ///< a code of reference 2.4 or "other"; only while in emergency
  SteadyTime at;
};

class HostProbe;

/// The pool's watcher, as its probes see it. None of these may destroy the probe.
class ProbeListener {
 public:
  virtual ~ProbeListener() = default;
  /// The host gave a session, so it believes to be master of the pool `uuid`. False: that is another pool.
  virtual bool is_our_pool(HostProbe& probe, const std::string& uuid) = 0;
  /// The host claims the role and `probe.session()` is good.
  virtual void on_master(HostProbe& probe) = 0;
  /// The host follows `address`.
  virtual void on_named(HostProbe& probe, const std::string& address) = 0;
  /// A round or a local check ended.
  virtual void on_probed(HostProbe& probe, const ProbeVerdict& before) = 0;
  /// A session nobody needs any more.
  virtual void discard(const std::string& address, const std::string& session, bool local) = 0;
  virtual void on_refused_password(const std::string& address, const std::string& username) = 0;
};

class HostProbe {
 public:
  static constexpr std::chrono::seconds kLocalCheckEvery{60};
  static constexpr std::chrono::seconds kEmergencyGoodFor{120};
  /// A host that refused local root is left alone longer than the pool, so that it does not stop the others'
  /// checks.
  static constexpr std::chrono::hours kLocalRefusedFor{1};

  HostProbe(PoolContext& context, std::string address, bool listed, ProbeListener& listener);

  /// Begins a round unless one is under way.
  void start_round();
  bool under_way() const { return round_.busy(); }
  /// Waits for its turn to use a credential that nobody has proven yet.
  bool waits_for_turn() const { return waits_for_turn_; }
  /// An open login may still bring a session; at a stop it is worth a moment's wait.
  bool login_under_way() const { return logging_in_; }
  /// A local session is open, or about to be.
  bool checking_locally() const { return local_.busy(); }
  /// Ends everything but an open login.
  void wind_down();

  const std::string& address() const { return address_; }
  bool listed() const { return listed_; }
  const ProbeVerdict& verdict() const { return verdict_; }
  bool foreign() const { return foreign_; }
  bool probed() const { return rounds_ > 0; }
  /// True once after every round: a local check's end is none.
  bool take_round_end() { return !std::exchange(told_, true); }
  /// When the newest round that ended began.
  SteadyTime verdict_began() const { return verdict_began_; }
  SteadyTime verdict_ended() const { return verdict_ended_; }
  const std::string& peer_ip() const { return peer_ip_; }
  std::optional<WallTime> certificate_expiry() const { return certificate_expiry_; }
  std::optional<EmergencyFact> emergency(SteadyTime now) const;

  const std::string& session() const { return session_; }
  /// The session was found dead elsewhere (event stream, chores).
  void forget_session() { session_.clear(); }
  /// Takes the session out, for whoever ends it.
  std::string take_session() { return std::exchange(session_, {}); }
  std::shared_ptr<const http::Endpoint> endpoint() const { return endpoint_; }

 private:
  void ask_with_session();
  void log_in();
  void verify(std::string session);
  void verify_uuid(std::string session, const std::string& pool_ref);
  void connect_only();
  void judge(const Error& error);
  void remember(const http::Response& response);
  void finish(ProbeVerdict verdict, const std::string& failure_code = {});

  bool may_ask_locally(SteadyTime now);
  void local_check(const std::string& failure_code);
  void local_is_emergency(std::string session, const std::string& failure_code);
  void local_reason(std::string session);
  void local_end(const std::string& session, std::optional<EmergencyFact> fact,
                 const std::string& failure_code);
  void local_failed(const Error& error, const std::string& failure_code);
  void apply_emergency(ProbeVerdict& verdict, const std::string& failure_code) const;
  xapi::Client::Call call(std::string_view method, xapi::Params params) const;
  xapi::Client::Call login_call(std::string_view method, xapi::Params params,
                                const CredentialGate& gate) const;

  PoolContext& context_;
  const std::string address_;
  const bool listed_;
  ProbeListener& listener_;
  std::shared_ptr<const http::Endpoint> endpoint_;
  xapi::CallSlot round_;
  xapi::CallSlot local_;
  std::optional<http::RequestId> connecting_;

  ProbeVerdict verdict_;
  int rounds_ = 0;
  SteadyTime began_{}, verdict_began_{}, verdict_ended_{};
  std::string peer_ip_;
  std::optional<WallTime> certificate_expiry_;
  std::string session_;
  std::string unverified_;  ///< a new session until it is known whose it is
  bool told_ = true;
  bool logging_in_ = false, waits_for_turn_ = false, winding_down_ = false;
  bool foreign_ = false;
  SteadyTime foreign_until_{};

  std::optional<EmergencyFact> emergency_;
  std::optional<SteadyTime> checked_locally_;
  std::optional<SteadyTime> local_refused_until_;
  Secret local_refused_;  ///< the password that this host refused; a new one is tried at once
  ProbeVerdict checked_verdict_;
  std::optional<SteadyTime> old_api_login_;
};

/// "other" for codes outside reference 2.4: a label must not carry a text of the host's choice.
std::string emergency_reason_word(const std::string& code);

}  // namespace xenha::exporter
