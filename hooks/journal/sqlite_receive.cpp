// Receipts: what is new, what is a repeat, what is over.
#include <algorithm>

#include "hooks/journal/sqlite_store.h"
#include "hooks/journal/text.h"
#include "hooks/journal/texts_json.h"

namespace xenha::hooks::journal {
namespace {

struct Known {
  EntryId id = 0;
  bool open = false;
};

Result<std::optional<Known>> find_alert(Database& database, const IncomingAlert& alert) {
  std::optional<Known> out;
  Query query(database,
              "SELECT id, EXISTS (SELECT 1 FROM still_open WHERE alert = id) FROM alert "
              "WHERE fingerprint = ? AND starts_at = ?",
              alert.fingerprint, alert.starts_at);
  if (query.next()) out = {query.number(0), query.number(1) != 0};
  if (!query.status()) return query.status().error();
  return out;
}

/// Ids of the open alerts with the same fingerprint that began at `until` or before.
Result<std::vector<EntryId>> open_before(Database& database, const std::string& fingerprint, WallTime until) {
  std::vector<EntryId> out;
  Query query(database,
              "SELECT s.alert FROM still_open s JOIN alert a ON a.id = s.alert "
              "WHERE s.fingerprint = ? AND a.starts_at <= ?",
              fingerprint, until);
  while (query.next()) out.push_back(query.number(0));
  if (!query.status()) return query.status().error();
  return out;
}

Status close(Writing& writing, EntryId alert, std::string_view why) {
  return Query(writing.database(), "INSERT INTO closing SELECT ?, ?, month, id, ? FROM alert WHERE id = ?",
               writing.next_id(), writing.now(), why, alert)
      .run();
}

Status close_all(Writing& writing, const std::vector<EntryId>& alerts, std::string_view why) {
  for (const EntryId alert : alerts)
    if (Status closed = close(writing, alert, why); !closed) return closed;
  return Nothing{};
}

/// Its id. `firing`: it makes the pool one that wants something, if it did not already.
Result<EntryId> open(Writing& writing, const IncomingAlert& alert, const std::string& labels,
                     const std::string& annotations, bool firing) {
  const EntryId id = writing.next_id();
  const Status written = Query(writing.database(),
                               "INSERT INTO alert VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                               " ?11 AND NOT EXISTS (SELECT 1 FROM wanting WHERE pool = ?6))",
                               id, writing.now(), writing.month(), alert.fingerprint, alert.starts_at,
                               alert.pool, alert.alertname, alert.action, labels, annotations, firing)
                             .run();
  if (!written) return written.error();
  return id;
}

struct Finding {
  std::optional<EntryId> alert;
  ReceiptResult result;
  std::string_view reason;
};

Result<Finding> take_firing(Writing& writing, const IncomingAlert& alert, const std::string& labels,
                            const std::string& annotations) {
  const Result<std::optional<Known>> known = find_alert(writing.database(), alert);
  if (!known) return known.error();
  if (*known)
    return Finding{(*known)->id, ReceiptResult::kDuplicate,
                   (*known)->open ? kReceiptStillOpen : kReceiptClosed};
  const Result<std::vector<EntryId>> others =
      open_before(writing.database(), alert.fingerprint, WallTime::max());
  if (!others) return others.error();
  const Result<EntryId> opened = open(writing, alert, labels, annotations, true);
  if (!opened) return opened.error();
  if (const Status closed = close_all(writing, *others, "superseded"); !closed) return closed.error();
  return Finding{*opened, ReceiptResult::kAccepted, kReceiptNew};
}

Result<Finding> take_resolved(Writing& writing, const IncomingAlert& alert, const std::string& labels,
                              const std::string& annotations) {
  const Result<std::optional<Known>> known = find_alert(writing.database(), alert);
  if (!known) return known.error();
  const WallTime end = std::max(alert.starts_at, alert.ends_at.value_or(alert.starts_at));
  const Result<std::vector<EntryId>> open_ones = open_before(writing.database(), alert.fingerprint, end);
  if (!open_ones) return open_ones.error();
  if (const Status closed = close_all(writing, *open_ones, "resolved"); !closed) return closed.error();
  EntryId id = *known ? (*known)->id : 0;
  if (!*known) {  // kept as closed, so that its firing, should it come late, opens nothing
    const Result<EntryId> opened = open(writing, alert, labels, annotations, false);
    if (!opened) return opened.error();
    id = *opened;
    if (const Status closed = close(writing, id, "resolved"); !closed) return closed.error();
  }
  if (!open_ones->empty()) return Finding{id, ReceiptResult::kResolved, kReceiptWasOpen};
  if (*known) return Finding{id, ReceiptResult::kDuplicate, kReceiptClosed};
  return Finding{id, ReceiptResult::kResolved, kReceiptNeverOpen};
}

/// Nobody cares for it, or not any more: the pool or the policy may have left the config while it was open.
/// That it is over is heard all the same, or it would stay open until somebody brought the pool back.
Result<Finding> take_ignored(Writing& writing, const IncomingAlert& alert) {
  if (alert.status == AlertStatus::kResolved) {
    const WallTime end = std::max(alert.starts_at, alert.ends_at.value_or(alert.starts_at));
    const Result<std::vector<EntryId>> open_ones = open_before(writing.database(), alert.fingerprint, end);
    if (!open_ones) return open_ones.error();
    if (const Status closed = close_all(writing, *open_ones, "resolved"); !closed) return closed.error();
    if (!open_ones->empty()) return Finding{open_ones->back(), ReceiptResult::kResolved, kReceiptWasOpen};
  }
  return Finding{std::nullopt, ReceiptResult::kIgnored, alert.ignored};
}

IncomingAlert cleaned(IncomingAlert alert) {
  for (std::string* text : {&alert.fingerprint, &alert.pool, &alert.alertname, &alert.action, &alert.ignored})
    *text = clean_text(*text);
  alert.sender = cut_text(alert.sender, kMaxText);
  return alert;
}

Result<Receipt> take(Writing& writing, const IncomingAlert& given) {
  const IncomingAlert alert = cleaned(given);
  const std::string labels = texts_json(alert.labels);
  const std::string annotations = texts_json(alert.annotations);
  const Status named = within(kMaxName, {{"fingerprint", alert.fingerprint},
                                         {"pool name", alert.pool},
                                         {"alert name", alert.alertname},
                                         {"action", alert.action},
                                         {"reason", alert.ignored}});
  if (!named) return named.error();
  if (alert.ignored.empty()) {
    const Status fits = within(kMaxTexts, {{"labels", labels}, {"annotations", annotations}});
    if (!fits) return fits.error();
  }
  const auto take_it = alert.status == AlertStatus::kFiring ? take_firing : take_resolved;
  const Result<Finding> result =
      alert.ignored.empty() ? take_it(writing, alert, labels, annotations) : take_ignored(writing, alert);
  if (!result) return result.error();
  const Finding found = *result;
  Receipt receipt{writing.next_id(), found.alert,  alert.fingerprint,
                  alert.pool,        found.result, std::string(found.reason)};
  const Status written =
      Query(writing.database(), "INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", receipt.id,
            writing.now(), writing.month(), receipt.alert, alert.fingerprint, alert.starts_at,
            kAlertStatusWords[static_cast<std::size_t>(alert.status)], alert.pool, alert.alertname,
            alert.sender, kReceiptResultWords[static_cast<std::size_t>(receipt.result)], receipt.reason)
          .run();
  if (!written) return written.error();
  return receipt;
}

}  // namespace

Result<std::vector<Receipt>> SqliteJournal::receive(const std::vector<IncomingAlert>& alerts, WallTime now) {
  std::vector<Receipt> receipts;
  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun().error();
  for (const IncomingAlert& alert : alerts) {
    Result<Receipt> receipt = take(writing, alert);
    if (!receipt) return receipt.error();
    receipts.push_back(*std::move(receipt));
  }
  return writing.commit(std::move(receipts));
}

Status SqliteJournal::close_alert(EntryId alert, const std::string& why, WallTime now) {
  if (Status fits = within(kMaxName, {{"reason", why}}); !fits) return fits;
  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun();
  const std::string word = clean_text(why);
  Query insert(writing.database(), "INSERT INTO closing SELECT ?, ?, month, id, ? FROM alert WHERE id = ?",
               writing.next_id(), writing.now(), word, alert);
  if (Status written = insert.run(); !written) return written;
  if (insert.changes() == 0) return conflict("there is no alert " + std::to_string(alert));
  return writing.commit();
}

}  // namespace xenha::hooks::journal
