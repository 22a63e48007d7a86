// What becomes of an alert that arrives: whose it is and what may be done about it, or why nothing is. Pure;
// before the journal looks whether it has this alert already.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hooks/alert/webhook_message.h"

namespace xenha::hooks {

/// The action that exists. As it stands in the config, in the journal and in the label `action`.
inline constexpr std::string_view kEnablePoolHa = "enable-pool-ha";

/// One entry of hooks.policies: to this alert, this answer.
struct AlertPolicy {
  std::string alert;   ///< equal to the label alertname
  std::string action;  ///< kEnablePoolHa
  bool operator==(const AlertPolicy&) const = default;
};

/// What the rule looks alerts up in; from the config.
struct ReceiptRule {
  std::set<std::string, std::less<>> pools;  ///< configured names
  std::vector<AlertPolicy> policies;         ///< no alert twice
};

enum class Intake {
  kAccept,   ///< firing: a worker shall look at it
  kResolve,  ///< Alertmanager says it is over: cancels what has not started
  kIgnore,   ///< journaled, and nothing follows
};

/// Why an alert is ignored, the first that applies in this order.
enum class IgnoreReason { kNone, kNoPolicy, kNoPoolLabel, kUnknownPool };

struct Receipt {
  Intake intake = Intake::kIgnore;
  IgnoreReason reason = IgnoreReason::kNone;  ///< kNone unless ignored
  std::string pool;                           ///< configured name; empty unless it is one
  std::string action;                         ///< empty without a policy
  bool operator==(const Receipt&) const = default;
};

Receipt receipt_for(const Alert& alert, const ReceiptRule& rule);

/// For the answer, the journal and the metrics: "no_policy", "no_pool_label", "unknown_pool"; kNone is empty.
std::string_view word(IgnoreReason reason);
/// For people: what is the case and what to do about it.
std::string_view meaning(IgnoreReason reason);

/// For the label alertname of metrics: the name of a policy's alert, else "other", so that senders cannot
/// make series.
std::string_view metric_name(const Alert& alert, const ReceiptRule& rule);

}  // namespace xenha::hooks
