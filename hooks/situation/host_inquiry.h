// Every host asked directly, all side by side: does it answer, does it claim to be master and of which pool,
// whom does it follow, is it in emergency mode. Who is master is what this finds out (reference 5.2).
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>

#include "hooks/situation/pool_access.h"

namespace xenha::hooks {

/// What one address answered. Absent: it said nothing of it.
struct HostAnswer {
  std::string address, peer_ip;
  std::optional<bool> reachable;
  std::optional<bool> claims_master;  ///< it granted a session; of which pool `pool_uuid` tells
  std::string pool_uuid;
  std::string names;              ///< address that HOST_IS_SLAVE named, IPv6 without brackets
  std::string failure;            ///< code that login answered, when neither a session nor HOST_IS_SLAVE
  std::optional<bool> emergency;  ///< by local root only
  std::string problem;  ///< one line: why something that should have been read was not; empty = all well
  std::optional<WallTime> asked;         ///< when the question went out that it answered
  std::unique_ptr<OpenSession> session;  ///< when it claims the role
};

/// kMaster: only who is master, nothing of emergency mode.
enum class Asked { kEverything, kMaster };

class HostInquiry {
 public:
  explicit HostInquiry(PoolAccess& access, Asked asked = Asked::kEverything);
  ~HostInquiry();

  /// Before run(): asks this one first while nobody has proven the password.
  void prefer(const std::string& address) { preferred_ = address; }
  /// One more address, once.
  void add(const std::string& address);
  bool knows(const std::string& address) const;
  /// Asks those not yet asked and waits for all; addresses that HOST_IS_SLAVE names join in, where that may
  /// be followed. May be called again after more were added.
  void run();

  std::list<HostAnswer>& answers() { return answers_; }
  const std::list<HostAnswer>& answers() const { return answers_; }

 private:
  struct Asking;
  bool start_what_may();
  bool cut_patience_short();
  bool start_login(Asking& asking);
  bool start_local(Asking& asking);
  void logged_in(Asking& asking, Result<xapi::Reply> reply);
  void ask_whose(Asking& asking);
  void judge(Asking& asking, const Error& error);
  void judge_silence(Asking& asking, const Error& error);
  void logged_in_locally(Asking& asking, Result<xapi::Reply> reply);
  void name(const std::string& address);
  bool may_ask(const std::string& address) const;
  bool under_way() const;

  PoolAccess& access_;
  const bool asks_locally_;
  std::string preferred_;
  std::list<HostAnswer> answers_;
  std::list<std::unique_ptr<Asking>> asking_;  ///< those under way
  int named_ = 0;                              ///< addresses that only hosts named
};

}  // namespace xenha::hooks
