#include "hooks/pools_json.h"

#include <nlohmann/json.hpp>

#include "hooks/guards_config.h"

namespace xenha::hooks {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::hours kDay{24};

Json time(const std::optional<WallTime>& when) {
  return when ? Json(unix_seconds(*when)) : Json(nullptr);
}

Json evaluation_json(const std::optional<Evaluation>& evaluation) {
  if (!evaluation) return nullptr;
  return {{"timestamp_seconds", unix_seconds(evaluation->at)},
          {"verdict", word(evaluation->decision.verdict)},
          {"reason", word(evaluation->decision.reason)},
          {"fact", evaluation->decision.fact}};
}

Json alerts_json(const std::vector<journal::OpenAlert>& alerts) {
  Json out = Json::array();
  for (const journal::OpenAlert& alert : alerts)
    out.push_back({{"alertname", alert.alertname},
                   {"action", alert.action},
                   {"received_timestamp_seconds", unix_seconds(alert.received_at)}});
  return out;
}

Json attempt_json(const std::vector<journal::Attempt>& newest) {
  if (newest.empty()) return nullptr;
  const journal::Attempt& attempt = newest.front();
  Json out{{"timestamp_seconds", unix_seconds(attempt.at)},
           {"sr", attempt.sr_name},
           {"outcome", nullptr},
           {"error_code", ""},
           {"error", ""}};
  if (attempt.outcome) {
    out["outcome"] = journal::kAttemptResultWords[static_cast<std::size_t>(attempt.outcome->result)];
    out["error_code"] = attempt.outcome->error_code;
    out["error"] = attempt.outcome->error_text;
  }
  return out;
}

Json settings_json(const std::optional<journal::Settings>& settings) {
  if (!settings) return nullptr;
  const bool seen_on = !settings->sr_uuid.empty();
  return {
      {"seen_timestamp_seconds", seen_on ? time(settings->seen_at) : Json(nullptr)},
      {"pool_uuid", settings->pool_uuid},
      {"sr_uuid", settings->sr_uuid},
      {"sr_name", settings->sr_name},
      {"timeout_seconds", settings->timeout.count() > 0 ? Json(settings->timeout.count()) : Json(nullptr)},
      {"members", settings->members},
      {"masters_since", settings->masters_since}};
}

Result<Json> pool_json(const std::string& name, const PoolBoard& board, journal::JournalReader& journal,
                       WallTime now) {
  const auto alerts = journal.open_alerts(name);
  if (!alerts) return alerts.error();
  const auto pause = journal.pause(name, now);
  if (!pause) return pause.error();
  const auto latch = journal.latch(name);
  if (!latch) return latch.error();
  const auto attempts = journal.attempts({.pool = name, .limit = 1});
  if (!attempts) return attempts.error();
  const auto history = journal.attempt_history(name, now - kDay);
  if (!history) return history.error();
  const auto settings = journal.settings(name);
  if (!settings) return settings.error();
  Json out{{"pool", name},
           {"acting", board.acting},
           {"open_alerts", alerts_json(*alerts)},
           {"evaluation", evaluation_json(board.evaluation)},
           {"paused", nullptr},
           {"gave_up", nullptr},
           {"last_attempt", attempt_json(*attempts)},
           {"attempts_last_day", history->recent},
           {"last_success_timestamp_seconds", time(history->last_success)},
           {"remembered", settings_json(*settings)}};
  if (*pause)
    out["paused"] = {{"reason", (*pause)->reason},
                     {"who", (*pause)->who},
                     {"until_timestamp_seconds", unix_seconds((*pause)->until)}};
  if (*latch)
    out["gave_up"] = {{"reason", (*latch)->word},
                      {"fact", (*latch)->why},
                      {"timestamp_seconds", unix_seconds((*latch)->at)}};
  return out;
}

}  // namespace

Result<std::string> pools_json(const std::vector<std::string>& pools, const Board::Shown& shown,
                               const HooksSelf& self, journal::JournalReader& journal, WallTime now) {
  Json list = Json::array();
  for (const std::string& name : pools) {
    const auto board = shown.pools.find(name);
    Result<Json> pool =
        pool_json(name, board == shown.pools.end() ? PoolBoard{} : board->second, journal, now);
    if (!pool) return pool.error();
    list.push_back(*std::move(pool));
  }
  const Json out{{"timestamp_seconds", unix_seconds(now)},
                 {"mode", word(self.mode)},
                 {"policies", self.policies.size()},
                 {"pools", list}};
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace xenha::hooks
