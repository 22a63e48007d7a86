// Decisions, and attempts with their notes and outcomes.
#include "hooks/journal/sqlite_store.h"
#include "hooks/journal/text.h"

namespace xenha::hooks::journal {

Result<Recorded> SqliteJournal::decide(const NewDecision& given, WallTime now) {
  NewDecision decision = given;
  for (std::string* text : {&decision.pool, &decision.action, &decision.verdict, &decision.reason,
                            &decision.guards, &decision.situation})
    *text = clean_text(*text);
  Status fits = within(kMaxName, {{"pool name", decision.pool},
                                  {"action", decision.action},
                                  {"verdict", decision.verdict},
                                  {"reason", decision.reason}});
  if (fits) fits = within(kMaxJson, {{"guards", decision.guards}, {"situation", decision.situation}});
  if (!fits) return fits.error();

  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun().error();
  Query newest(writing.database(),
               "SELECT id, verdict, reason FROM decision WHERE alert = ? ORDER BY id DESC LIMIT 1",
               decision.alert);
  if (newest.next() && newest.text(1) == decision.verdict && newest.text(2) == decision.reason)
    return Recorded{newest.number(0), false};
  if (!newest.status()) return newest.status().error();
  const EntryId id = writing.next_id();
  const Status written =
      Query(writing.database(), "INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", id,
            writing.now(), writing.month(), decision.alert, decision.pool, decision.action, decision.verdict,
            decision.reason, decision.guards, decision.situation)
          .run();
  if (!written) return written.error();
  return writing.commit(Recorded{id, true});
}

Result<EntryId> SqliteJournal::begin_attempt(const NewAttempt& given, WallTime now) {
  NewAttempt attempt = given;
  for (std::string* text : {&attempt.pool, &attempt.action, &attempt.sr_uuid}) *text = clean_text(*text);
  const Status fits = within(
      kMaxName, {{"pool name", attempt.pool}, {"action", attempt.action}, {"SR uuid", attempt.sr_uuid}});
  if (!fits) return fits.error();

  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun().error();
  const EntryId id = writing.next_id();
  const Status written =
      Query(writing.database(), "INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", id,
            writing.now(), writing.month(), attempt.alert, attempt.decision, attempt.pool, attempt.action,
            attempt.sr_uuid, cut_text(attempt.sr_name, kMaxText), attempt.timeout)
          .run();
  if (!written) return written.error();
  return writing.commit(id);
}

Status SqliteJournal::note(EntryId attempt, const Note& note, WallTime now) {
  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun();
  Query insert(writing.database(),
               "INSERT INTO note SELECT ?, ?, month, id, ?, ?, ? FROM attempt WHERE id = ?",
               writing.next_id(), writing.now(), cut_text(note.task_ref, kMaxName), note.progress,
               cut_text(note.text, kMaxText), attempt);
  if (Status written = insert.run(); !written) return written;
  if (insert.changes() == 0) return conflict("there is no attempt " + std::to_string(attempt));
  return writing.commit();
}

Status SqliteJournal::finish(EntryId attempt, const Outcome& outcome, WallTime now) {
  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun();
  Query insert(
      writing.database(), "INSERT INTO outcome SELECT ?, ?, month, id, ?, ?, ?, ? FROM attempt WHERE id = ?",
      writing.next_id(), writing.now(), kAttemptResultWords[static_cast<std::size_t>(outcome.result)],
      cut_text(outcome.error_code, kMaxName), cut_text(outcome.error_text, kMaxText), outcome.counts,
      attempt);
  if (Status written = insert.run(); !written) return written;
  if (insert.changes() == 0) return conflict("there is no attempt " + std::to_string(attempt));
  return writing.commit();
}

}  // namespace xenha::hooks::journal
