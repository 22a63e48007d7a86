// Why HA is switched on, or not. A reason is an enumerator, hence also a word in the journal, a label of
// metrics, the name of its guard and a row of DECISIONS.md. Order is precedence: the first guard that objects
// has the last word.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace xenha::hooks {

enum class Verdict { kIgnored, kRefuse, kWait, kDone, kAct, kWouldAct, kStandby };
inline constexpr std::array kVerdictWords{"ignored", "refuse", "wait", "done", "act", "would_act", "standby"};
inline std::string_view word(Verdict verdict) {
  return kVerdictWords[static_cast<std::size_t>(verdict)];
}

enum class Reason {
  kNoPolicy,
  kKillSwitch,
  kPaused,
  kGaveUp,
  kFactsUnknown,
  kAlreadyEnabled,
  kOperationRunning,
  kUpgrade,
  kMastersDisagree,
  kHostUnreachable,
  kHostNotLive,
  kHostDisabled,
  kHostEmergency,
  kSettling,
  kCloudUnknown,
  kCloudMaintenance,
  kCloudHostState,
  kCloudUnmanaged,
  kCloudQuiet,
  kOperatorIntent,
  kSrUnknown,
  kSrNotPlugged,
  kSrUnexpected,
  kSrNotShared,
  kSrNoRoom,
  kNotLicensed,
  kCoolDown,
  kTooManyAttempts,
  kStorm,
  kOtherAction,
  kFlap,
  kUnfinishedAttempt,
  kSafeToEnable,
};
inline constexpr std::size_t kReasons = 33;

/// One row of DECISIONS.md.
struct ReasonText {
  Reason reason;
  std::string_view word;
  Verdict verdict;           ///< when it objects; safe_to_enable: in mode act
  std::string_view meaning;  ///< one sentence: what is the case
  std::string_view step;     ///< what the operator does
};

std::span<const ReasonText, kReasons> reason_texts();
const ReasonText& text_of(Reason reason);
inline std::string_view word(Reason reason) {
  return text_of(reason).word;
}

/// hooks/DECISIONS.md.
std::string decisions_page();

}  // namespace xenha::hooks
