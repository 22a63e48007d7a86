// What holds for a pool until further notice: latches, pauses, and the settings HA was last on with.
#include <sstream>

#include "hooks/journal/sqlite_store.h"
#include "hooks/journal/text.h"

namespace xenha::hooks::journal {
namespace {

Result<std::optional<Latch>> newest_latch(Database& database, const std::string& pool) {
  std::optional<Latch> out;
  Query query(database,
              "SELECT id, at, pool, word, text, latched FROM latch WHERE pool = ? ORDER BY id DESC LIMIT 1",
              pool);
  if (query.next() && query.number(5) != 0)
    out = {query.number(0), query.time(1), query.text(2), query.text(3), query.text(4)};
  if (!query.status()) return query.status().error();
  return out;
}

Result<std::optional<Pause>> newest_pause(Database& database, const std::string& pool, WallTime now) {
  std::optional<Pause> out;
  Query query(database,
              "SELECT id, at, pool, reason, who, until FROM pause WHERE pool = ? ORDER BY id DESC LIMIT 1",
              pool);
  if (query.next() && !query.absent(5) && query.time(5) > now)
    out = {query.number(0), query.time(1), query.text(2), query.text(3), query.text(4), query.time(5)};
  if (!query.status()) return query.status().error();
  return out;
}

/// Addresses, a line each.
std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

struct KeptSettings {
  EntryId id = 0;
  Settings settings;
};

Result<std::optional<KeptSettings>> newest_settings(Database& database, const std::string& pool) {
  std::optional<KeptSettings> out;
  Query query(database,
              "SELECT id, sr_uuid, sr_name, timeout_seconds, pool_uuid, members, masters_since, "
              "source, seen_at FROM settings "
              "WHERE pool = ? ORDER BY id DESC LIMIT 1",
              pool);
  if (query.next())
    out = {query.number(0),
           {query.text(1), query.text(2), std::chrono::seconds(query.number(3)), query.text(4),
            lines_of(query.text(5)), lines_of(query.text(6)), query.text(7), query.time(8)}};
  if (!query.status()) return query.status().error();
  return out;
}

Status write_latch(Writing& writing, EntryId id, const std::string& pool, bool latched,
                   const std::string& word, const std::string& text) {
  return Query(writing.database(), "INSERT INTO latch VALUES (?, ?, ?, ?, ?, ?, ?)", id, writing.now(),
               writing.month(), clean_text(pool), latched, clean_text(word), cut_text(text, kMaxText))
      .run();
}

Status write_pause(Writing& writing, const std::string& pool, std::optional<WallTime> until,
                   const std::string& reason, const std::string& who) {
  return Query(writing.database(), "INSERT INTO pause VALUES (?, ?, ?, ?, ?, ?, ?)", writing.next_id(),
               writing.now(), writing.month(), clean_text(pool), until, cut_text(reason, kMaxText),
               cut_text(who, kMaxName))
      .run();
}

}  // namespace

Result<std::optional<Latch>> SqliteJournal::latch(const std::string& pool) {
  const std::lock_guard alone(mutex_);
  return newest_latch(database_, clean_text(pool));
}

Result<std::optional<WallTime>> SqliteJournal::cleared_at(const std::string& pool) {
  const std::lock_guard alone(mutex_);
  std::optional<WallTime> out;
  Query query(database_, "SELECT at FROM latch WHERE pool = ? AND NOT latched ORDER BY id DESC LIMIT 1",
              clean_text(pool));
  if (query.next()) out = query.time(0);
  if (!query.status()) return query.status().error();
  return out;
}

Result<Recorded> SqliteJournal::give_up(const std::string& pool, const std::string& word,
                                        const std::string& why, WallTime now) {
  if (const Status fits = within(kMaxName, {{"pool name", pool}, {"reason", word}}); !fits)
    return fits.error();
  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun().error();
  const Result<std::optional<Latch>> in_force = newest_latch(writing.database(), clean_text(pool));
  if (!in_force) return in_force.error();
  if (*in_force && (*in_force)->word == clean_text(word)) return Recorded{(*in_force)->id, false};
  const EntryId id = writing.next_id();
  if (const Status written = write_latch(writing, id, pool, true, word, why); !written)
    return written.error();
  return writing.commit(Recorded{id, true});
}

Status SqliteJournal::clear(const std::string& pool, const std::string& who, WallTime now) {
  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun();
  const Result<std::optional<Latch>> in_force = newest_latch(writing.database(), clean_text(pool));
  if (!in_force) return in_force.error();
  if (!*in_force)
    return conflict("pool " + cut_text(pool, kMaxName) + " is not given up; there is nothing to clear");
  if (Status written = write_latch(writing, writing.next_id(), pool, false, "clear", who); !written)
    return written;
  return writing.commit();
}

Result<std::optional<Pause>> SqliteJournal::pause(const std::string& pool, WallTime now) {
  const std::lock_guard alone(mutex_);
  return newest_pause(database_, clean_text(pool), now);
}

Status SqliteJournal::pause_until(const std::string& pool, WallTime until, const std::string& reason,
                                  const std::string& who, WallTime now) {
  if (Status fits = within(kMaxName, {{"pool name", pool}}); !fits) return fits;
  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun();
  if (Status written = write_pause(writing, pool, until, reason, who); !written) return written;
  return writing.commit();
}

Status SqliteJournal::resume(const std::string& pool, const std::string& who, WallTime now) {
  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun();
  const Result<std::optional<Pause>> in_force = newest_pause(writing.database(), clean_text(pool), now);
  if (!in_force) return in_force.error();
  if (!*in_force) return conflict("pool " + cut_text(pool, kMaxName) + " is not paused");
  if (Status written = write_pause(writing, pool, std::nullopt, "", who); !written) return written;
  return writing.commit();
}

Result<std::optional<Settings>> SqliteJournal::settings(const std::string& pool) {
  const std::lock_guard alone(mutex_);
  const Result<std::optional<KeptSettings>> newest = newest_settings(database_, clean_text(pool));
  if (!newest) return newest.error();
  std::optional<Settings> out;
  if (*newest) out = (*newest)->settings;
  return out;
}

Result<Recorded> SqliteJournal::remember(const std::string& pool, const Settings& given, Duration refresh,
                                         WallTime now) {
  Settings settings = given;
  for (std::string* text : {&settings.sr_uuid, &settings.pool_uuid, &settings.source})
    *text = clean_text(*text);
  for (std::vector<std::string>* addresses : {&settings.members, &settings.masters_since})
    for (std::string& address : *addresses) address = clean_text(address);
  settings.sr_name = cut_text(given.sr_name, kMaxText);
  const Status fits = within(kMaxName, {{"pool name", pool},
                                        {"SR uuid", settings.sr_uuid},
                                        {"pool uuid", settings.pool_uuid},
                                        {"source", settings.source}});
  if (!fits) return fits.error();
  const std::string members = joined(settings.members), masters = joined(settings.masters_since);
  const Status addresses_fit = within(kMaxTexts, {{"members", members}, {"masters", masters}});
  if (!addresses_fit) return addresses_fit.error();

  Writing writing(*this, now);
  if (!writing.begun()) return writing.begun().error();
  const Result<std::optional<KeptSettings>> newest = newest_settings(writing.database(), clean_text(pool));
  if (!newest) return newest.error();
  if (*newest) {
    Settings same = settings;
    same.seen_at = (*newest)->settings.seen_at;
    // In both directions, so that a clock set back does not stop the refreshing.
    const Duration age =
        settings.seen_at > same.seen_at ? settings.seen_at - same.seen_at : same.seen_at - settings.seen_at;
    if (same == (*newest)->settings && age < refresh) return Recorded{(*newest)->id, false};
  }
  const EntryId id = writing.next_id();
  const Status written =
      Query(writing.database(), "INSERT INTO settings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", id,
            writing.now(), writing.month(), clean_text(pool), settings.seen_at, settings.sr_uuid,
            settings.sr_name, settings.timeout, settings.pool_uuid, members, masters, settings.source)
          .run();
  if (!written) return written.error();
  return writing.commit(Recorded{id, true});
}

}  // namespace xenha::hooks::journal
