#include "hooks/alert/receipt_rule.h"

#include <algorithm>

namespace xenha::hooks {
namespace {

const AlertPolicy* policy_for(const Alert& alert, const ReceiptRule& rule) {
  const auto found = std::find_if(rule.policies.begin(), rule.policies.end(),
                                  [&](const AlertPolicy& policy) { return policy.alert == alert.name(); });
  return found == rule.policies.end() ? nullptr : &*found;
}

Receipt ignored(IgnoreReason reason, Receipt receipt) {
  receipt.intake = Intake::kIgnore;
  receipt.reason = reason;
  return receipt;
}

}  // namespace

Receipt receipt_for(const Alert& alert, const ReceiptRule& rule) {
  Receipt receipt;
  const auto pool = rule.pools.find(alert.label("pool"));
  if (pool != rule.pools.end()) receipt.pool = *pool;
  const AlertPolicy* policy = policy_for(alert, rule);
  if (!policy) return ignored(IgnoreReason::kNoPolicy, std::move(receipt));
  receipt.action = policy->action;
  if (alert.label("pool").empty()) return ignored(IgnoreReason::kNoPoolLabel, std::move(receipt));
  if (receipt.pool.empty()) return ignored(IgnoreReason::kUnknownPool, std::move(receipt));
  receipt.intake = alert.status == AlertStatus::kResolved ? Intake::kResolve : Intake::kAccept;
  return receipt;
}

std::string_view word(IgnoreReason reason) {
  switch (reason) {
    case IgnoreReason::kNone:
      return "";
    case IgnoreReason::kNoPolicy:
      return "no_policy";
    case IgnoreReason::kNoPoolLabel:
      return "no_pool_label";
    case IgnoreReason::kUnknownPool:
      return "unknown_pool";
  }
  return "";
}

std::string_view meaning(IgnoreReason reason) {
  switch (reason) {
    case IgnoreReason::kNone:
      return "";
    case IgnoreReason::kNoPolicy:
      return "No entry of hooks.policies names this alert. Route only alerts with a policy here, or add one.";
    case IgnoreReason::kNoPoolLabel:
      return "The alert has no label pool, so nobody knows which pool it means. Keep that label in the "
             "alert's expression.";
    case IgnoreReason::kUnknownPool:
      return "The label pool names no pool of this daemon's config. Give the pool the same name in the "
             "exporter's and in "
             "this daemon's config, or route its alerts to the daemon that has it.";
  }
  return "";
}

std::string_view metric_name(const Alert& alert, const ReceiptRule& rule) {
  const AlertPolicy* policy = policy_for(alert, rule);
  return policy ? std::string_view(policy->alert) : "other";
}

}  // namespace xenha::hooks
