// Verification and retention.
#include <algorithm>

#include "hooks/journal/sqlite_schema.h"
#include "hooks/journal/sqlite_store.h"
#include "lib/base/wall_time.h"

namespace xenha::hooks::journal {
namespace {

using Problems = std::vector<std::string>;

Status check_file(Database& database, Problems& problems) {
  sqlite3_db_release_memory(database.handle());  // or pages would be checked as they were when last read
  Query query(database, "PRAGMA integrity_check(20)");
  while (query.next())
    if (query.text(0) != "ok") problems.push_back("the file is damaged: " + query.text(0));
  return query.status();
}

Status check_references(Database& database, Problems& problems) {
  Query query(database, "PRAGMA foreign_key_check");
  while (query.next())
    problems.push_back(query.text(0) + " " + std::to_string(query.number(1)) + ": its " + query.text(2) +
                       " is not there");
  return query.status();
}

Status check_schema(Database& database, Problems& problems) {
  const Result<Problems> differences = schema_differences(database);
  if (!differences) return differences.error();
  for (const std::string& difference : *differences)
    problems.push_back("the schema is not ours: " + difference);
  return Nothing{};
}

Status check_open_alerts(Database& database, Problems& problems) {
  Query query(database,
              "SELECT a.id, s.alert IS NULL FROM alert a LEFT JOIN still_open s ON s.alert = a.id "
              "WHERE (s.alert IS NULL) <> EXISTS (SELECT 1 FROM closing c WHERE c.alert = a.id)");
  while (query.next())
    problems.push_back("alert " + std::to_string(query.number(0)) +
                       (query.number(1) != 0 ? " is open, and not in the list of the open ones"
                                             : " is closed, and in the list of the open ones"));
  return query.status();
}

Status check_sequence(Database& database, Problems& problems, EntryId& last) {
  Query twice(database, "SELECT id FROM line GROUP BY id HAVING count(*) > 1");
  while (twice.next())
    problems.push_back("there are two entries of number " + std::to_string(twice.number(0)));
  if (!twice.status()) return twice.status();
  Query newest(database, "SELECT ifnull(max(id), 0) FROM line");
  if (newest.next()) last = newest.number(0);
  return newest.status();
}

/// `running`: a daemon is there, and then the newest attempt may be what it is about.
Status check_attempts(Database& database, bool running, Verification& out) {
  Query query(database,
              "SELECT id, pool, at, id = (SELECT max(id) FROM attempt) FROM attempt a "
              "WHERE NOT EXISTS (SELECT 1 FROM outcome o WHERE o.attempt = a.id) ORDER BY id");
  while (query.next()) {
    if (running && query.number(3) != 0) {
      out.in_progress = query.number(0);
      continue;
    }
    out.problems.push_back("attempt " + std::to_string(query.number(0)) + " for pool " + query.text(1) +
                           ", begun " + utc_text(query.time(2), "%Y-%m-%dT%H:%M:%SZ") +
                           ", has no outcome; xenha-hooks finds out when it starts");
  }
  return query.status();
}

/// The last month that is `count` full months before the one of `now`.
std::string months_before(WallTime now, int count) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(now));
  const std::chrono::year_month month = day.year() / day.month() - std::chrono::months(count + 1);
  return month_of(std::chrono::sys_days(month / 1));
}

Result<std::vector<std::string>> months_there(Database& database) {
  std::vector<std::string> out;
  Query query(database,
              "SELECT DISTINCT month FROM filed WHERE month NOT IN (SELECT deleted_month FROM retention) "
              "ORDER BY month");
  while (query.next()) out.push_back(query.text(0));
  if (!query.status()) return query.status().error();
  return out;
}

Result<bool> closed(Database& database, const std::string& month) {
  Query query(
      database,
      "SELECT NOT EXISTS (SELECT 1 FROM still_open s JOIN alert a ON a.id = s.alert WHERE a.month = ?1)"
      " AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.month = ?1"
      "  AND NOT EXISTS (SELECT 1 FROM outcome o WHERE o.attempt = a.id))",
      month);
  const bool out = query.next() && query.number(0) != 0;
  if (!query.status()) return query.status().error();
  return out;
}

template <std::size_t kSize>
Status add_up(Database& database, const char (&sql)[kSize], std::int64_t& sum) {
  Query query(database, sql);
  Status done = query.run();
  sum += query.changes();
  return done;
}

/// Everything of the months in the table retention.
Status sweep(Database& database, std::int64_t& deleted) {
  Status done =
      add_up(database, "DELETE FROM closing WHERE month IN (SELECT deleted_month FROM retention)", deleted);
  if (done)
    done = add_up(database, "DELETE FROM note WHERE month IN (SELECT deleted_month FROM retention)", deleted);
  if (done)
    done =
        add_up(database, "DELETE FROM outcome WHERE month IN (SELECT deleted_month FROM retention)", deleted);
  if (done)
    done =
        add_up(database, "DELETE FROM alert WHERE month IN (SELECT deleted_month FROM retention)", deleted);
  if (done)
    done =
        add_up(database, "DELETE FROM attempt WHERE month IN (SELECT deleted_month FROM retention)", deleted);
  if (done)
    done =
        add_up(database, "DELETE FROM receipt WHERE month IN (SELECT deleted_month FROM retention)", deleted);
  if (done)
    done = add_up(database, "DELETE FROM decision WHERE month IN (SELECT deleted_month FROM retention)",
                  deleted);
  // What is in force stays until something newer is.
  if (done)
    done = add_up(database,
                  "DELETE FROM latch WHERE month IN (SELECT deleted_month FROM retention)"
                  " AND EXISTS (SELECT 1 FROM latch n WHERE n.pool = latch.pool AND n.id > latch.id)",
                  deleted);
  if (done)
    done = add_up(database,
                  "DELETE FROM pause WHERE month IN (SELECT deleted_month FROM retention)"
                  " AND EXISTS (SELECT 1 FROM pause n WHERE n.pool = pause.pool AND n.id > pause.id)",
                  deleted);
  if (done)
    done =
        add_up(database,
               "DELETE FROM settings WHERE month IN (SELECT deleted_month FROM retention)"
               " AND EXISTS (SELECT 1 FROM settings n WHERE n.pool = settings.pool AND n.id > settings.id)",
               deleted);
  return done;
}

}  // namespace

Result<Verification> SqliteJournal::verify() {
  const std::lock_guard alone(mutex_);
  Verification out;
  const bool running = writer_ || JournalLock::held(lock_file_);
  Status done = check_file(database_, out.problems);
  if (done) done = check_schema(database_, out.problems);
  if (done) done = check_references(database_, out.problems);
  if (done) done = check_open_alerts(database_, out.problems);
  if (done) done = check_sequence(database_, out.problems, out.last_id);
  if (done) done = check_attempts(database_, running, out);
  if (!done && done.error().remote_code == "CORRUPT")
    out.problems.push_back(done.error().message);
  else if (!done)
    return done.error();
  return out;
}

Result<RetentionReport> SqliteJournal::retain(int keep_months, WallTime now) {
  if (keep_months < 1) return conflict("retention keeps one full month at least");
  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun().error();
  Database& database = writing.database();
  Result<std::vector<std::string>> months = months_there(database);
  if (!months) return months.error();
  // A clock that is wrong by years must not empty the journal: the newest months stay whatever the date.
  months->resize(months->size() - std::min(months->size(), static_cast<std::size_t>(keep_months)));
  RetentionReport out;
  const std::string last = months_before(now, keep_months);
  for (const std::string& month : *months) {
    if (month > last) break;
    const Result<bool> may_go = closed(database, month);
    if (!may_go) return may_go.error();
    (*may_go ? out.deleted : out.kept).push_back(month);
  }
  for (const std::string& month : out.deleted) {
    const Status written =
        Query(database,
              "INSERT INTO retention VALUES (?1, ?2, ?3, ?4, (SELECT count(*) FROM filed WHERE month = ?4))",
              writing.next_id(), writing.now(), writing.month(), month)
            .run();
    if (!written) return written.error();
  }
  if (const Status swept = sweep(database, out.entries); !swept) return swept.error();
  return writing.commit(std::move(out));
}

}  // namespace xenha::hooks::journal
