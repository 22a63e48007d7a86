#include "hooks/board.h"

#include <algorithm>

namespace xenha::hooks {

void Board::set_pools(const std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  std::map<std::string, PoolBoard> kept;
  for (const std::string& name : names) kept[name] = shown_.pools[name];
  shown_.pools = std::move(kept);
}

Board::Shown Board::shown() const {
  const std::lock_guard lock(mutex_);
  return shown_;
}

void Board::alert(const std::string& alertname, const std::string& status) {
  const std::lock_guard lock(mutex_);
  ++shown_.counts.alerts[{alertname, status}];
}

void Board::truncated(std::uint64_t alerts) {
  const std::lock_guard lock(mutex_);
  shown_.counts.truncated_alerts += alerts;
}

void Board::journal_error() {
  const std::lock_guard lock(mutex_);
  ++shown_.counts.journal_errors;
}

void Board::evaluated(const std::string& pool, const std::string& action, Evaluation evaluation,
                      bool changed) {
  const std::lock_guard lock(mutex_);
  if (changed)
    ++shown_.counts.decisions[{pool, action, std::string(word(evaluation.decision.verdict)),
                               std::string(word(evaluation.decision.reason))}];
  if (const auto found = shown_.pools.find(pool); found != shown_.pools.end())
    found->second.evaluation = std::move(evaluation);
}

void Board::no_open_alert(const std::string& pool) {
  const std::lock_guard lock(mutex_);
  if (const auto found = shown_.pools.find(pool); found != shown_.pools.end())
    found->second.evaluation.reset();
}

void Board::acting(const std::string& pool, bool now) {
  const std::lock_guard lock(mutex_);
  if (const auto found = shown_.pools.find(pool); found != shown_.pools.end()) found->second.acting = now;
}

void Board::acted(const std::string& pool, const std::string& action, Outcome outcome, Duration took,
                  WallTime at) {
  const std::lock_guard lock(mutex_);
  ++shown_.counts.actions[{pool, action, std::string(word(outcome))}];
  Histogram& histogram = shown_.counts.action_seconds;
  const auto bucket = std::lower_bound(kActionBuckets.begin(), kActionBuckets.end(), seconds(took));
  ++histogram.counts[static_cast<std::size_t>(bucket - kActionBuckets.begin())];
  histogram.sum += seconds(took);
  if (outcome == Outcome::kSuccess) shown_.counts.last_success[{pool, action}] = at;
}

void Board::set_last_success(const std::string& pool, const std::string& action, WallTime at) {
  const std::lock_guard lock(mutex_);
  shown_.counts.last_success[{pool, action}] = at;
}

void Board::held(const std::string& pool, bool paused, bool gave_up) {
  const std::lock_guard lock(mutex_);
  if (const auto found = shown_.pools.find(pool); found != shown_.pools.end()) {
    found->second.paused = paused;
    found->second.gave_up = gave_up;
  }
}

}  // namespace xenha::hooks
