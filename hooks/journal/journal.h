// The journal as the daemon's stages see it. sqlite_journal.h opens one.
// Any thread may call; calls are done one after the other. What a call has returned is on disk, and a call
// that failed has changed nothing.
//
// Errors carry a word in remote_code:
//   at open, kBadConfig: NO_DIRECTORY, NOT_WRITABLE, LOCKED (another daemon has it), CORRUPT, NEWER_SCHEMA
//   later, kUnreachable: FULL, IO (try again later; answer 503), CORRUPT
//   kTooLarge: TOO_LARGE (entries.h); kBadReply: CONFLICT (what the caller says contradicts the journal)
#pragma once

#include <string>
#include <vector>

#include "hooks/journal/entries.h"
#include "lib/base/result.h"

namespace xenha::hooks::journal {

/// Reads; for the observer, the pages and xenhactl.
class JournalReader {
 public:
  virtual ~JournalReader() = default;

  /// Oldest first. An empty pool means all.
  virtual Result<std::vector<OpenAlert>> open_alerts(const std::string& pool) = 0;
  /// Pools that joined those with an open alert after `since`, oldest first. A repeat, or the same alert with
  /// another startsAt, is no joining.
  virtual Result<std::vector<JoinedPool>> joined_pools(WallTime since) = 0;

  /// Newest first, and the newest of one alert.
  virtual Result<std::vector<Decision>> decisions(const Filter& filter) = 0;
  virtual Result<std::optional<Decision>> last_decision(EntryId alert) = 0;

  /// Newest first, with their notes and outcomes.
  virtual Result<std::vector<Attempt>> attempts(const Filter& filter) = 0;
  /// Without outcome, oldest first; at most one a pool. An empty pool means all.
  virtual Result<std::vector<Attempt>> unfinished_attempts(const std::string& pool) = 0;
  virtual Result<AttemptHistory> attempt_history(const std::string& pool, WallTime since) = 0;

  /// In force now; absent: none.
  virtual Result<std::optional<Latch>> latch(const std::string& pool) = 0;
  /// When an operator last cleared the pool; absent: never.
  virtual Result<std::optional<WallTime>> cleared_at(const std::string& pool) = 0;
  virtual Result<std::optional<Pause>> pause(const std::string& pool, WallTime now) = 0;
  virtual Result<std::optional<Settings>> settings(const std::string& pool) = 0;

  /// Every kind of entry, newest first.
  virtual Result<std::vector<Line>> lines(const Filter& filter) = 0;

  /// The file is sound, the triggers are in place, every attempt has its outcome; but for the newest one
  /// while a daemon holds the journal. Reads the whole file: seconds for 100 MB. An Error only when it cannot
  /// be read.
  virtual Result<Verification> verify() = 0;
};

class Journal : public JournalReader {
 public:
  /// Writes down what a webhook said, in one transaction; one receipt per alert, in their order.
  ///
  /// An alert is known by fingerprint and startsAt. A firing one that is known is a duplicate, open or not,
  /// so a late "firing" opens nothing again. One not known is opened; what was open with the same fingerprint
  /// is closed as superseded, since Alertmanager may move startsAt of one incident. "resolved" closes
  /// whatever is open with its fingerprint and began before its end, also when nobody cares for it any more;
  /// one whose firing never came is kept as known and closed.
  virtual Result<std::vector<Receipt>> receive(const std::vector<IncomingAlert>& alerts, WallTime now) = 0;

  /// Nothing more to do about it: `why` is a word (done, ...). CONFLICT: it is not open.
  virtual Status close_alert(EntryId alert, const std::string& why, WallTime now) = 0;

  /// Written only if verdict or reason differ from the alert's newest decision.
  virtual Result<Recorded> decide(const NewDecision& decision, WallTime now) = 0;

  /// Before the call leaves. CONFLICT: the alert was closed, or the pool paused or given up, since the
  /// decision, or it has an attempt without outcome; then do not act.
  virtual Result<EntryId> begin_attempt(const NewAttempt& attempt, WallTime now) = 0;
  /// CONFLICT: no such attempt, or it has its outcome.
  virtual Status note(EntryId attempt, const Note& note, WallTime now) = 0;
  virtual Status finish(EntryId attempt, const Outcome& outcome, WallTime now) = 0;

  /// Gives up on the pool until clear(). Latched already with the same word: nothing is written.
  virtual Result<Recorded> give_up(const std::string& pool, const std::string& word, const std::string& why,
                                   WallTime now) = 0;
  /// CONFLICT: not latched.
  virtual Status clear(const std::string& pool, const std::string& who, WallTime now) = 0;

  /// Replaces a pause that is in force.
  virtual Status pause_until(const std::string& pool, WallTime until, const std::string& reason,
                             const std::string& who, WallTime now) = 0;
  /// CONFLICT: not paused.
  virtual Status resume(const std::string& pool, const std::string& who, WallTime now) = 0;

  /// Written if anything but seen_at differs from the newest, or that is `refresh` old: so settings().seen_at
  /// is when HA was last seen on, less `refresh` at most.
  virtual Result<Recorded> remember(const std::string& pool, const Settings& settings, Duration refresh,
                                    WallTime now) = 0;

  /// Deletes whole months: those that ended `keep_months` (at least 1) full months ago or more, except the
  /// newest `keep_months` that hold entries and those with an open alert or an attempt without outcome.
  /// Latches, pauses and settings in force stay, however old.
  virtual Result<RetentionReport> retain(int keep_months, WallTime now) = 0;
};

}  // namespace xenha::hooks::journal
