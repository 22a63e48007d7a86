// What came of an attempt, and which errors say that trying again is of no use.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace xenha::hooks {

/// Words of the journal and of xenha_hooks_actions_total{outcome}.
enum class Outcome {
  kSuccess,     ///< HA is on and every host armed, still so after `verify`
  kFailed,      ///< refused before anything was changed
  kRolledBack,  ///< begun, then undone by XenServer; or HA went off again within `verify`
  kNotArmed,    ///< HA is on, but a host is not armed
  kUnknown,     ///< nobody can tell; it counts as an attempt
};
inline constexpr std::array kOutcomeWords{"success", "failed", "rolled_back", "not_armed", "unknown"};
inline std::string_view word(Outcome outcome) {
  return kOutcomeWords[static_cast<std::size_t>(outcome)];
}

/// Reference X 4.9 and 10: configuration, licence, rights. Another try meets the same; a person has to mend
/// it.
bool never_retry(std::string_view error_code);
/// Somebody else did it, or is at it: an outcome, but no attempt of ours.
bool somebody_elses(std::string_view error_code);

}  // namespace xenha::hooks
