#include "hooks/fleet.h"

#include <chrono>
#include <set>

namespace xenha::hooks {
namespace {

/// How long ago a pool that still waits may have begun to.
constexpr std::chrono::hours kFarEnough{24 * 30};

}  // namespace

void Fleet::set_configured(std::set<std::string> pools) {
  const std::lock_guard lock(mutex_);
  configured_ = std::move(pools);
}

Result<std::string> Fleet::unsettled_besides(const std::string& pool) {
  Result<std::vector<journal::Attempt>> unfinished = journal_.unfinished_attempts("");
  if (!unfinished) return unfinished.error();
  const std::lock_guard lock(mutex_);
  for (const journal::Attempt& attempt : *unfinished)
    if (attempt.pool != pool && configured_.contains(attempt.pool)) return attempt.pool;
  return std::string();
}

Fleet::Turn::~Turn() {
  if (fleet_ == nullptr) return;
  const std::lock_guard lock(fleet_->mutex_);
  fleet_->acting_.clear();
}

std::optional<Fleet::Turn> Fleet::take_turn(const std::string& pool) {
  const Result<std::string> unsettled = unsettled_besides(pool);
  if (!unsettled || !unsettled->empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (!acting_.empty()) return std::nullopt;
  acting_ = pool;
  return Turn(*this);
}

Result<FleetSituation> Fleet::situation(const std::string& pool, Duration window, WallTime now) {
  Result<std::vector<journal::OpenAlert>> open = journal_.open_alerts("");
  if (!open) return open.error();
  Result<std::vector<journal::JoinedPool>> joined = journal_.joined_pools(now - kFarEnough);
  if (!joined) return joined.error();
  Result<std::string> unsettled = unsettled_besides(pool);
  if (!unsettled) return unsettled.error();

  FleetSituation out;
  const std::lock_guard lock(mutex_);
  std::set<std::string> wanting;
  for (const journal::OpenAlert& alert : *open)
    if (alert.verdict != journal::kContent && configured_.contains(alert.pool)) wanting.insert(alert.pool);
  out.wanting = static_cast<int>(wanting.size());
  // Of those that got it back only the newest count: a storm that is over does not hold up the next pool for
  // ever.
  for (const journal::JoinedPool& each : *joined)
    if (configured_.contains(each.pool) && (each.still_wants || now - each.at < window))
      out.joined.push_back(each.at);
  out.configured = static_cast<int>(configured_.size());
  out.acting = acting_.empty() || acting_ == pool ? *unsettled : acting_;
  return out;
}

}  // namespace xenha::hooks
