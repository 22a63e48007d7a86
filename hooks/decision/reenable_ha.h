// May pool HA be switched on again? Pure: a decision is a function of the situation and the policy. The
// worker calls it, `explain` prints it, the journal keeps it.
#pragma once

#include <string>
#include <vector>

#include "hooks/decision/policy.h"
#include "hooks/decision/reason.h"
#include "hooks/situation/situation.h"

namespace xenha::hooks {

/// Only fail and unknown object.
enum class GuardState { kPass, kFail, kUnknown, kNotApplicable };
inline constexpr std::array kGuardStateWords{"pass", "fail", "unknown", "not_applicable"};
inline std::string_view word(GuardState state) {
  return kGuardStateWords[static_cast<std::size_t>(state)];
}

struct GuardReport {
  Reason guard;
  GuardState state = GuardState::kPass;
  std::string fact;  ///< one short sentence of what was seen, for people; holds no secret
  Verdict verdict;   ///< should it object
  bool operator==(const GuardReport&) const = default;
};

struct Decision {
  Verdict verdict;
  Reason reason;
  std::string fact;                 ///< of the guard that objected
  bool latch = false;               ///< nothing more is done for this pool until an operator clears it
  std::vector<GuardReport> guards;  ///< all of them, in order of precedence
};

/// Decides from two looks at the pool, `read_gap` apart. What changed between them is not known: they must
/// name the same master and bring every guard to the same state. The decision is about the second.
Decision decide_reenable_ha(const Situation& first, const Situation& second, const Policy& policy);

}  // namespace xenha::hooks
