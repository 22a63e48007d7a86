// What is asked of the journal: by the guards, the pages and xenhactl.
#include <algorithm>
#include <limits>

#include "hooks/journal/sqlite_store.h"
#include "hooks/journal/text.h"
#include "hooks/journal/texts_json.h"

namespace xenha::hooks::journal {
namespace {

template <class Words>
std::size_t index_of(const Words& words, const std::string& word) {
  return static_cast<std::size_t>(std::find(words.begin(), words.end(), word) - words.begin());
}

EntryId before(const Filter& filter) {
  return filter.before.value_or(std::numeric_limits<EntryId>::max());
}
int limit(const Filter& filter) {
  return std::clamp(filter.limit, 0, 10'000);
}

/// Of `query`, which is one of those of decisions() and last_decision().
Result<std::vector<Decision>> take_decisions(Query& query) {
  std::vector<Decision> out;
  while (query.next()) {
    Decision decision;
    decision.id = query.number(0);
    decision.at = query.time(1);
    decision.alert = query.number(2);
    decision.pool = query.text(3);
    decision.action = query.text(4);
    decision.verdict = query.text(5);
    decision.reason = query.text(6);
    decision.guards = query.text(7);
    decision.situation = query.text(8);
    out.push_back(std::move(decision));
  }
  if (!query.status()) return query.status().error();
  return out;
}

Status add_notes(Database& database, Attempt& attempt) {
  Query query(database, "SELECT task_ref, progress, text, at FROM note WHERE attempt = ? ORDER BY id",
              attempt.id);
  while (query.next()) {
    Note note{query.text(0), std::nullopt, query.text(2), query.time(3)};
    if (!query.absent(1)) note.progress = query.real(1);
    attempt.notes.push_back(std::move(note));
  }
  return query.status();
}

/// Of `query`, which is one of those of attempts() and unfinished_attempts().
Result<std::vector<Attempt>> take_attempts(Database& database, Query& query) {
  std::vector<Attempt> out;
  while (query.next()) {
    Attempt attempt;
    attempt.id = query.number(0);
    attempt.at = query.time(1);
    attempt.alert = query.number(2);
    attempt.decision = query.number(3);
    attempt.pool = query.text(4);
    attempt.action = query.text(5);
    attempt.sr_uuid = query.text(6);
    attempt.sr_name = query.text(7);
    attempt.timeout = std::chrono::seconds(query.number(8));
    if (!query.absent(9))
      attempt.outcome = Outcome{static_cast<AttemptResult>(index_of(kAttemptResultWords, query.text(9))),
                                query.text(10), query.text(11), query.number(12) != 0, query.time(13)};
    out.push_back(std::move(attempt));
  }
  if (!query.status()) return query.status().error();
  for (Attempt& attempt : out)
    if (const Status added = add_notes(database, attempt); !added) return added.error();
  return out;
}

}  // namespace

Result<std::vector<OpenAlert>> SqliteJournal::open_alerts(const std::string& pool) {
  const std::lock_guard alone(mutex_);
  std::vector<OpenAlert> out;
  Query query(
      database_,
      "SELECT id, at, a.fingerprint, starts_at, a.pool, alertname, action, labels, annotations,"
      " (SELECT verdict FROM decision d WHERE d.alert = a.id ORDER BY d.id DESC LIMIT 1) "
      "FROM still_open s JOIN alert a ON a.id = s.alert WHERE ?1 = '' OR s.pool = ?1 ORDER BY s.alert",
      clean_text(pool));
  while (query.next())
    out.push_back({query.number(0), query.time(1), query.text(2), query.time(3), query.text(4), query.text(5),
                   query.text(6), parse_texts(query.text(7)), parse_texts(query.text(8)),
                   query.absent(9) ? "" : query.text(9)});
  if (!query.status()) return query.status().error();
  return out;
}

Result<std::vector<JoinedPool>> SqliteJournal::joined_pools(WallTime since) {
  const std::lock_guard alone(mutex_);
  std::vector<JoinedPool> out;
  Query query(database_,
              "SELECT pool, max(at) AS joined_at, EXISTS (SELECT 1 FROM wanting w WHERE w.pool = alert.pool) "
              "FROM alert WHERE joined AND at > ? GROUP BY pool ORDER BY joined_at, pool",
              since);
  while (query.next()) out.push_back({query.text(0), query.time(1), query.number(2) != 0});
  if (!query.status()) return query.status().error();
  return out;
}

Result<std::vector<Decision>> SqliteJournal::decisions(const Filter& filter) {
  const std::lock_guard alone(mutex_);
  if (filter.pool.empty()) {
    Query query(database_,
                "SELECT id, at, alert, pool, action, verdict, reason, guards, situation FROM decision "
                "WHERE id < ? ORDER BY id DESC LIMIT ?",
                before(filter), limit(filter));
    return take_decisions(query);
  }
  Query query(database_,
              "SELECT id, at, alert, pool, action, verdict, reason, guards, situation FROM decision "
              "WHERE pool = ? AND id < ? ORDER BY id DESC LIMIT ?",
              clean_text(filter.pool), before(filter), limit(filter));
  return take_decisions(query);
}

Result<std::optional<Decision>> SqliteJournal::last_decision(EntryId alert) {
  const std::lock_guard alone(mutex_);
  Query query(database_,
              "SELECT id, at, alert, pool, action, verdict, reason, guards, situation FROM decision "
              "WHERE alert = ? ORDER BY id DESC LIMIT 1",
              alert);
  Result<std::vector<Decision>> found = take_decisions(query);
  if (!found) return found.error();
  std::optional<Decision> out;
  if (!found->empty()) out = std::move(found->front());
  return out;
}

Result<std::vector<Attempt>> SqliteJournal::attempts(const Filter& filter) {
  const std::lock_guard alone(mutex_);
  Query query(database_,
              "SELECT a.id, a.at, alert, decision, pool, action, sr_uuid, sr_name, timeout_seconds,"
              " o.result, error_code, error_text, counts, o.at FROM attempt a LEFT JOIN outcome o ON "
              "o.attempt = a.id "
              "WHERE (?1 = '' OR pool = ?1) AND a.id < ?2 ORDER BY a.id DESC LIMIT ?3",
              clean_text(filter.pool), before(filter), limit(filter));
  return take_attempts(database_, query);
}

Result<std::vector<Attempt>> SqliteJournal::unfinished_attempts(const std::string& pool) {
  const std::lock_guard alone(mutex_);
  Query query(database_,
              "SELECT a.id, a.at, alert, decision, pool, action, sr_uuid, sr_name, timeout_seconds, NULL "
              "FROM attempt a "
              "WHERE (?1 = '' OR pool = ?1) AND NOT EXISTS (SELECT 1 FROM outcome o WHERE o.attempt = a.id) "
              "ORDER BY a.id",
              clean_text(pool));
  return take_attempts(database_, query);
}

Result<AttemptHistory> SqliteJournal::attempt_history(const std::string& pool, WallTime since) {
  const std::lock_guard alone(mutex_);
  AttemptHistory out;
  Query query(
      database_,
      "SELECT count(*) FILTER (WHERE a.at > ?2), max(a.at), max(o.at) FILTER (WHERE o.result = 'success') "
      "FROM attempt a LEFT JOIN outcome o ON o.attempt = a.id WHERE a.pool = ?1 AND ifnull(o.counts, 1)",
      clean_text(pool), since);
  if (query.next()) {
    out.recent = static_cast<int>(query.number(0));
    if (!query.absent(1)) out.last = query.time(1);
    if (!query.absent(2)) out.last_success = query.time(2);
  }
  if (!query.status()) return query.status().error();
  return out;
}

Result<std::vector<Line>> SqliteJournal::lines(const Filter& filter) {
  const std::lock_guard alone(mutex_);
  std::vector<Line> out;
  Query query(database_,
              "SELECT id, at, kind, pool, text FROM line WHERE (?1 = '' OR pool = ?1) AND id < ?2 "
              "ORDER BY id DESC LIMIT ?3",
              clean_text(filter.pool), before(filter), limit(filter));
  while (query.next())
    out.push_back({query.number(0), query.time(1), query.text(2), query.text(3), query.text(4)});
  if (!query.status()) return query.status().error();
  return out;
}

}  // namespace xenha::hooks::journal
