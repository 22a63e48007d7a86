// The journal over an opened database. sqlite_journal.cpp makes one; the bodies are in sqlite_receive,
// sqlite_acts, sqlite_orders, sqlite_reads and sqlite_upkeep.
#pragma once

#include <initializer_list>
#include <mutex>
#include <utility>

#include "hooks/journal/journal.h"
#include "hooks/journal/journal_lock.h"
#include "hooks/journal/sqlite_database.h"

namespace xenha::hooks::journal {

/// What the next entry gets.
struct Sequence {
  EntryId last = 0;
  std::string month;  ///< of the last entry
};

class SqliteJournal final : public Journal {
 public:
  /// `lock_file` tells a reader whether a daemon runs; a writer holds `lock`.
  SqliteJournal(Database database, JournalLock lock, std::filesystem::path lock_file, bool writer)
      : lock_(std::move(lock)),
        lock_file_(std::move(lock_file)),
        writer_(writer),
        database_(std::move(database)) {}
  /// Once, before anything else.
  Status load_sequence();

  Result<std::vector<OpenAlert>> open_alerts(const std::string& pool) override;
  Result<std::vector<JoinedPool>> joined_pools(WallTime since) override;
  Result<std::vector<Decision>> decisions(const Filter& filter) override;
  Result<std::optional<Decision>> last_decision(EntryId alert) override;
  Result<std::vector<Attempt>> attempts(const Filter& filter) override;
  Result<std::vector<Attempt>> unfinished_attempts(const std::string& pool) override;
  Result<AttemptHistory> attempt_history(const std::string& pool, WallTime since) override;
  Result<std::optional<Latch>> latch(const std::string& pool) override;
  Result<std::optional<WallTime>> cleared_at(const std::string& pool) override;
  Result<std::optional<Pause>> pause(const std::string& pool, WallTime now) override;
  Result<std::optional<Settings>> settings(const std::string& pool) override;
  Result<std::vector<Line>> lines(const Filter& filter) override;
  Result<Verification> verify() override;

  Result<std::vector<Receipt>> receive(const std::vector<IncomingAlert>& alerts, WallTime now) override;
  Status close_alert(EntryId alert, const std::string& why, WallTime now) override;
  Result<Recorded> decide(const NewDecision& decision, WallTime now) override;
  Result<EntryId> begin_attempt(const NewAttempt& attempt, WallTime now) override;
  Status note(EntryId attempt, const Note& note, WallTime now) override;
  Status finish(EntryId attempt, const Outcome& outcome, WallTime now) override;
  Result<Recorded> give_up(const std::string& pool, const std::string& word, const std::string& why,
                           WallTime now) override;
  Status clear(const std::string& pool, const std::string& who, WallTime now) override;
  Status pause_until(const std::string& pool, WallTime until, const std::string& reason,
                     const std::string& who, WallTime now) override;
  Status resume(const std::string& pool, const std::string& who, WallTime now) override;
  Result<Recorded> remember(const std::string& pool, const Settings& settings, Duration refresh,
                            WallTime now) override;
  Result<RetentionReport> retain(int keep_months, WallTime now) override;

 private:
  friend class Writing;
  JournalLock lock_;
  std::filesystem::path lock_file_;
  bool writer_;
  std::mutex mutex_;
  Database database_;
  Sequence sequence_;
};

/// One writing call: alone, in a transaction, with the numbers for its entries. The numbers are used up by
/// commit() only.
class Writing {
 public:
  Writing(SqliteJournal& journal, WallTime now);
  const Status& begun() const { return transaction_.begun(); }
  Database& database() { return journal_.database_; }
  EntryId next_id() { return ++sequence_.last; }
  WallTime now() const { return now_; }
  const std::string& month() const { return sequence_.month; }
  Status commit();
  /// As commit(), to `value`.
  template <class Value>
  Result<Value> commit(Value value) {
    if (const Status done = commit(); !done) return done.error();
    return value;
  }

 private:
  SqliteJournal& journal_;
  std::lock_guard<std::mutex> alone_;
  Sequence sequence_;
  WallTime now_;
  Transaction transaction_;
};

/// CONFLICT; for what no trigger refuses.
Error conflict(std::string message);
/// TOO_LARGE, naming the first text that is over `limit`; not an error otherwise.
Status within(std::size_t limit, std::initializer_list<std::pair<const char*, const std::string&>> texts);
/// The month of a time, "2026-11".
std::string month_of(WallTime when);

}  // namespace xenha::hooks::journal
