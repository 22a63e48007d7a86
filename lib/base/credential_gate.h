// When a credential may be sent to a pool. A wrong password is tried once and then left alone for 15 minutes
// or until its file changes: every failure costs the host seconds and, on recent releases, an alert of its
// own.
#pragma once

#include <chrono>
#include <optional>

#include "lib/base/clock.h"

namespace xenha {

class CredentialGate {
 public:
  static constexpr std::chrono::minutes kBlockedFor{15};
  /// While nobody knows whether the password is right, one attempt at a time. A host needs 5 s to refuse it,
  /// so a silent one holds the turn a little longer than that.
  static constexpr std::chrono::seconds kTurn{8};

  enum class Answer { kGo, kWait, kBlocked };
  Answer ask(SteadyTime now) const {
    if (blocked_until_ && now < *blocked_until_) return Answer::kBlocked;
    if (proven_ || !turn_ends_ || now >= *turn_ends_) return Answer::kGo;
    return Answer::kWait;
  }
  bool proven() const { return proven_; }
  bool blocked(SteadyTime now) const { return ask(now) == Answer::kBlocked; }

  void begin(SteadyTime now) { turn_ends_ = now + kTurn; }
  /// An attempt ended without saying anything of the password.
  void end() { turn_ends_.reset(); }
  void accepted() {
    proven_ = true;
    turn_ends_.reset();
    blocked_until_.reset();
  }
  void refused(SteadyTime now) {
    proven_ = false;
    turn_ends_.reset();
    blocked_until_ = now + kBlockedFor;
  }
  /// A login that ended in silence may have been a refusal: a host takes 5 s to say no.
  void doubt() { proven_ = false; }
  /// The file changed: a new password, nothing known of it.
  void renew() { *this = CredentialGate(); }

 private:
  bool proven_ = false;
  std::optional<SteadyTime> turn_ends_;
  std::optional<SteadyTime> blocked_until_;
};

}  // namespace xenha
