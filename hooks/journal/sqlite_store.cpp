#include "hooks/journal/sqlite_store.h"

#include <algorithm>

#include "lib/base/wall_time.h"

namespace xenha::hooks::journal {

std::string month_of(WallTime when) {
  return utc_text(when, "%Y-%m");
}

Error conflict(std::string message) {
  return {ErrorCode::kBadReply, std::move(message), "CONFLICT"};
}

Status within(std::size_t limit, std::initializer_list<std::pair<const char*, const std::string&>> texts) {
  for (const auto& [what, text] : texts)
    if (text.size() > limit)
      return Error{ErrorCode::kTooLarge,
                   std::string(what) + " of " + std::to_string(text.size()) +
                       " bytes does not go into the journal; at most " + std::to_string(limit),
                   "TOO_LARGE"};
  return Nothing{};
}

Status SqliteJournal::load_sequence() {
  // Each table's last row is one step away; those filed with others say nothing about the month.
  Query query(database_,
              "SELECT max(id), max(month) FROM ("
              " SELECT * FROM (SELECT id, month FROM receipt ORDER BY id DESC LIMIT 1)"
              " UNION ALL SELECT * FROM (SELECT id, month FROM alert ORDER BY id DESC LIMIT 1)"
              " UNION ALL SELECT * FROM (SELECT id, '' FROM closing ORDER BY id DESC LIMIT 1)"
              " UNION ALL SELECT * FROM (SELECT id, month FROM decision ORDER BY id DESC LIMIT 1)"
              " UNION ALL SELECT * FROM (SELECT id, month FROM attempt ORDER BY id DESC LIMIT 1)"
              " UNION ALL SELECT * FROM (SELECT id, '' FROM note ORDER BY id DESC LIMIT 1)"
              " UNION ALL SELECT * FROM (SELECT id, '' FROM outcome ORDER BY id DESC LIMIT 1)"
              " UNION ALL SELECT * FROM (SELECT id, month FROM latch ORDER BY id DESC LIMIT 1)"
              " UNION ALL SELECT * FROM (SELECT id, month FROM pause ORDER BY id DESC LIMIT 1)"
              " UNION ALL SELECT * FROM (SELECT id, month FROM settings ORDER BY id DESC LIMIT 1)"
              " UNION ALL SELECT * FROM (SELECT id, month FROM retention ORDER BY id DESC LIMIT 1))");
  if (query.next()) {
    sequence_.last = query.number(0);
    sequence_.month = query.text(1);
  }
  return query.status();
}

Writing::Writing(SqliteJournal& journal, WallTime now)
    : journal_(journal),
      alone_(journal.mutex_),
      sequence_(journal.sequence_),
      now_(now),
      transaction_(journal.database_) {
  sequence_.month = std::max(sequence_.month, month_of(now));
}

Status Writing::commit() {
  Status done = transaction_.commit();
  if (done) journal_.sequence_ = sequence_;
  return done;
}

}  // namespace xenha::hooks::journal
