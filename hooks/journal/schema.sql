-- The journal of xenha-hooks: what came in, what was decided and why, what was done and how it ended.
--
-- Append-only. What is over is told by a further row, never by changing one: an alert is open until it has a
-- closing, an attempt is unfinished until it has an outcome, of latches, pauses and settings the newest row of a pool
-- counts. Triggers refuse UPDATE, and DELETE except of a month that retention has closed (at the end).
--
-- id: one sequence over all tables, rising. at: when, by the daemon's clock; all times are nanoseconds since 1970, UTC.
-- month: the month a row is filed under, "2026-11": that of `at`, but never before that of the row before it, so that a
-- clock that goes backwards files nothing into a month that may be deleted. Closings, notes and outcomes are filed with
-- what they belong to, so that a month goes as a whole.

CREATE TABLE alert (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  month TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  pool TEXT NOT NULL,
  alertname TEXT NOT NULL,
  action TEXT NOT NULL,
  labels TEXT NOT NULL CHECK (json_valid(labels)),
  annotations TEXT NOT NULL CHECK (json_valid(annotations)),
  joined INTEGER NOT NULL CHECK (joined IN (0, 1)), -- 1: the pool wanted nothing before
  UNIQUE (fingerprint, starts_at)
) STRICT;
CREATE INDEX alert_at ON alert (at) WHERE joined;

CREATE TABLE closing (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  month TEXT NOT NULL,
  alert INTEGER NOT NULL UNIQUE REFERENCES alert (id),
  why TEXT NOT NULL
) STRICT;

-- Follows from the two above and is kept by their triggers, so that the open ones are found without a search.
CREATE TABLE still_open (
  alert INTEGER PRIMARY KEY REFERENCES alert (id),
  fingerprint TEXT NOT NULL,
  pool TEXT NOT NULL
) STRICT;

-- Those that want something: after "done" an alert that is still open does not, until something else is decided.
CREATE VIEW wanting AS
  SELECT alert, pool FROM still_open s
  WHERE ifnull((SELECT verdict FROM decision d WHERE d.alert = s.alert ORDER BY d.id DESC LIMIT 1), '') <> 'done';

-- One row for each alert of each webhook that was answered with 200.
CREATE TABLE receipt (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  month TEXT NOT NULL,
  alert INTEGER, -- absent: ignored
  fingerprint TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('firing', 'resolved')),
  pool TEXT NOT NULL,
  alertname TEXT NOT NULL,
  sender TEXT NOT NULL,
  result TEXT NOT NULL CHECK (result IN ('accepted', 'duplicate', 'resolved', 'ignored')),
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX receipt_month ON receipt (month);

CREATE TABLE decision (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  month TEXT NOT NULL,
  alert INTEGER NOT NULL,
  pool TEXT NOT NULL,
  action TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  guards TEXT NOT NULL CHECK (json_valid(guards)),
  situation TEXT NOT NULL CHECK (json_valid(situation))
) STRICT;
CREATE INDEX decision_alert ON decision (alert, id);
CREATE INDEX decision_pool ON decision (pool, id);
CREATE INDEX decision_month ON decision (month);

-- Written before the call leaves.
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  month TEXT NOT NULL,
  alert INTEGER NOT NULL,
  decision INTEGER NOT NULL,
  pool TEXT NOT NULL,
  action TEXT NOT NULL,
  sr_uuid TEXT NOT NULL,
  sr_name TEXT NOT NULL,
  timeout_seconds INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_pool ON attempt (pool, id);

CREATE TABLE note (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  month TEXT NOT NULL,
  attempt INTEGER NOT NULL REFERENCES attempt (id),
  task_ref TEXT NOT NULL,
  progress REAL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX note_attempt ON note (attempt, id);

CREATE TABLE outcome (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  month TEXT NOT NULL,
  attempt INTEGER NOT NULL UNIQUE REFERENCES attempt (id),
  result TEXT NOT NULL CHECK (result IN ('success', 'failed', 'rolled_back', 'not_armed', 'unknown')),
  error_code TEXT NOT NULL,
  error_text TEXT NOT NULL,
  counts INTEGER NOT NULL CHECK (counts IN (0, 1)) -- 0: another's enable was first, nothing of ours ran
) STRICT;

CREATE TABLE latch (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  month TEXT NOT NULL,
  pool TEXT NOT NULL,
  latched INTEGER NOT NULL CHECK (latched IN (0, 1)), -- 0: cleared
  word TEXT NOT NULL,
  text TEXT NOT NULL, -- why it latched, or who cleared it
  UNIQUE (pool, id)
) STRICT;

CREATE TABLE pause (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  month TEXT NOT NULL,
  pool TEXT NOT NULL,
  until INTEGER, -- absent: resumed
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  UNIQUE (pool, id)
) STRICT;

-- With what settings HA was last on.
CREATE TABLE settings (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  month TEXT NOT NULL,
  pool TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  sr_uuid TEXT NOT NULL,
  sr_name TEXT NOT NULL,
  timeout_seconds INTEGER NOT NULL,
  pool_uuid TEXT NOT NULL,
  members TEXT NOT NULL, -- addresses, a line each
  masters_since TEXT NOT NULL, -- likewise
  source TEXT NOT NULL,
  UNIQUE (pool, id)
) STRICT;

-- Which months were deleted. A row here is what the triggers below ask for, and it has conditions itself.
CREATE TABLE retention (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  month TEXT NOT NULL,
  deleted_month TEXT NOT NULL UNIQUE,
  entries INTEGER NOT NULL
) STRICT;

-- Everything on one line each, for people: SELECT * FROM line ORDER BY id DESC LIMIT 20;
-- A column has one type in all parts (hence the CAST), or SQLite reads all of it for the newest twenty.
CREATE VIEW line AS
  SELECT id, at, 'receipt' AS kind, pool,
         alertname || ' ' || status || ', ' || result || ': ' || reason AS text FROM receipt
  UNION ALL SELECT id, at, 'alert', pool, alertname || ' since ' ||
         strftime('%Y-%m-%dT%H:%M:%SZ', starts_at / 1000000000, 'unixepoch') || ', wants ' || action FROM alert
  UNION ALL SELECT c.id, c.at, 'closing', a.pool, 'alert ' || a.id || ': ' || c.why
         FROM closing c JOIN alert a ON a.id = c.alert
  UNION ALL SELECT id, at, 'decision', pool, action || ': ' || verdict || ', ' || reason FROM decision
  UNION ALL SELECT id, at, 'attempt', pool,
         action || ' with SR ' || sr_name || ' (' || sr_uuid || '), timeout ' || timeout_seconds || ' s' FROM attempt
  UNION ALL SELECT n.id, n.at, 'note', a.pool, 'attempt ' || a.id || ': ' || n.text
         FROM note n JOIN attempt a ON a.id = n.attempt
  UNION ALL SELECT o.id, o.at, 'outcome', a.pool,
         'attempt ' || a.id || ': ' || rtrim(o.result || ' ' || o.error_code || ' ' || o.error_text)
         FROM outcome o JOIN attempt a ON a.id = o.attempt
  UNION ALL SELECT id, at, 'latch', pool,
         CASE WHEN latched THEN 'gave up, ' || word || ': ' || text ELSE 'cleared by ' || text END FROM latch
  UNION ALL SELECT id, at, 'pause', pool, CASE WHEN until IS NULL THEN 'resumed by ' || who ELSE 'paused by ' || who ||
         ' until ' || strftime('%Y-%m-%dT%H:%M:%SZ', until / 1000000000, 'unixepoch') || ': ' || reason END FROM pause
  UNION ALL SELECT id, at, 'settings', pool, 'HA was on with SR ' || sr_name || ' (' || sr_uuid || '), timeout ' ||
         timeout_seconds || ' s, known from ' || source FROM settings
  UNION ALL SELECT id, at, 'retention', CAST('' AS TEXT), 'deleted ' || deleted_month || ', ' || entries || ' entries' FROM retention;

-- The months there are.
CREATE VIEW filed AS
  SELECT month FROM receipt UNION ALL SELECT month FROM alert UNION ALL SELECT month FROM decision
  UNION ALL SELECT month FROM attempt UNION ALL SELECT month FROM latch UNION ALL SELECT month FROM pause
  UNION ALL SELECT month FROM settings;

-- What an insert must not contradict. (INSERT OR REPLACE deletes without asking the triggers of DELETE: hence `rising`.)

CREATE TRIGGER alert_once BEFORE INSERT ON alert
WHEN EXISTS (SELECT 1 FROM alert WHERE fingerprint = NEW.fingerprint AND starts_at = NEW.starts_at)
BEGIN SELECT RAISE(ABORT, 'the alert is known'); END;

CREATE TRIGGER alert_opens AFTER INSERT ON alert
BEGIN INSERT INTO still_open VALUES (NEW.id, NEW.fingerprint, NEW.pool); END;

CREATE TRIGGER closing_once BEFORE INSERT ON closing
WHEN NOT EXISTS (SELECT 1 FROM still_open WHERE alert = NEW.alert)
BEGIN SELECT RAISE(ABORT, 'the alert is not open'); END;

CREATE TRIGGER closing_closes AFTER INSERT ON closing
BEGIN DELETE FROM still_open WHERE alert = NEW.alert; END;

CREATE TRIGGER attempt_open_alert BEFORE INSERT ON attempt
WHEN NOT EXISTS (SELECT 1 FROM still_open WHERE alert = NEW.alert)
BEGIN SELECT RAISE(ABORT, 'the alert is not open'); END;

-- Said a moment before the call, after the decision was made: it still counts.
CREATE TRIGGER attempt_not_paused BEFORE INSERT ON attempt
WHEN (SELECT until FROM pause WHERE pool = NEW.pool ORDER BY id DESC LIMIT 1) > NEW.at
BEGIN SELECT RAISE(ABORT, 'the pool is paused'); END;

CREATE TRIGGER attempt_not_latched BEFORE INSERT ON attempt
WHEN (SELECT latched FROM latch WHERE pool = NEW.pool ORDER BY id DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'the pool was given up'); END;

CREATE TRIGGER attempt_one_at_a_time BEFORE INSERT ON attempt
WHEN EXISTS (SELECT 1 FROM attempt a WHERE a.pool = NEW.pool
             AND NOT EXISTS (SELECT 1 FROM outcome o WHERE o.attempt = a.id))
BEGIN SELECT RAISE(ABORT, 'the pool has an attempt without outcome'); END;

CREATE TRIGGER note_in_time BEFORE INSERT ON note
WHEN EXISTS (SELECT 1 FROM outcome WHERE attempt = NEW.attempt)
BEGIN SELECT RAISE(ABORT, 'the attempt has its outcome'); END;

CREATE TRIGGER outcome_once BEFORE INSERT ON outcome
WHEN EXISTS (SELECT 1 FROM outcome WHERE attempt = NEW.attempt)
BEGIN SELECT RAISE(ABORT, 'the attempt has its outcome'); END;

CREATE TRIGGER retention_whole_closed_month BEFORE INSERT ON retention
WHEN NOT EXISTS (SELECT 1 FROM filed WHERE month > NEW.deleted_month)
  OR EXISTS (SELECT 1 FROM retention WHERE deleted_month = NEW.deleted_month)
  OR EXISTS (SELECT 1 FROM still_open s JOIN alert a ON a.id = s.alert WHERE a.month = NEW.deleted_month)
  OR EXISTS (SELECT 1 FROM attempt a WHERE a.month = NEW.deleted_month
             AND NOT EXISTS (SELECT 1 FROM outcome o WHERE o.attempt = a.id))
BEGIN SELECT RAISE(ABORT, 'the month is not closed'); END;

CREATE TRIGGER still_open_true BEFORE INSERT ON still_open
WHEN EXISTS (SELECT 1 FROM still_open WHERE alert = NEW.alert)
  OR EXISTS (SELECT 1 FROM closing WHERE alert = NEW.alert)
  OR NOT EXISTS (SELECT 1 FROM alert WHERE id = NEW.alert AND fingerprint = NEW.fingerprint AND pool = NEW.pool)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER still_open_kept BEFORE DELETE ON still_open
WHEN NOT EXISTS (SELECT 1 FROM closing WHERE alert = OLD.alert)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- The same for every table.

CREATE TRIGGER receipt_rising BEFORE INSERT ON receipt WHEN NEW.id <= (SELECT max(id) FROM receipt)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt
WHEN NOT EXISTS (SELECT 1 FROM retention WHERE deleted_month = OLD.month)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER alert_rising BEFORE INSERT ON alert WHEN NEW.id <= (SELECT max(id) FROM alert)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER alert_no_update BEFORE UPDATE ON alert
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER alert_no_delete BEFORE DELETE ON alert
WHEN NOT EXISTS (SELECT 1 FROM retention WHERE deleted_month = OLD.month)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER closing_rising BEFORE INSERT ON closing WHEN NEW.id <= (SELECT max(id) FROM closing)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER closing_no_update BEFORE UPDATE ON closing
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER closing_no_delete BEFORE DELETE ON closing
WHEN NOT EXISTS (SELECT 1 FROM retention WHERE deleted_month = OLD.month)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER decision_rising BEFORE INSERT ON decision WHEN NEW.id <= (SELECT max(id) FROM decision)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision
WHEN NOT EXISTS (SELECT 1 FROM retention WHERE deleted_month = OLD.month)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER attempt_rising BEFORE INSERT ON attempt WHEN NEW.id <= (SELECT max(id) FROM attempt)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER attempt_no_update BEFORE UPDATE ON attempt
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER attempt_no_delete BEFORE DELETE ON attempt
WHEN NOT EXISTS (SELECT 1 FROM retention WHERE deleted_month = OLD.month)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER note_rising BEFORE INSERT ON note WHEN NEW.id <= (SELECT max(id) FROM note)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER note_no_update BEFORE UPDATE ON note
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER note_no_delete BEFORE DELETE ON note
WHEN NOT EXISTS (SELECT 1 FROM retention WHERE deleted_month = OLD.month)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER outcome_rising BEFORE INSERT ON outcome WHEN NEW.id <= (SELECT max(id) FROM outcome)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER outcome_no_update BEFORE UPDATE ON outcome
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER outcome_no_delete BEFORE DELETE ON outcome
WHEN NOT EXISTS (SELECT 1 FROM retention WHERE deleted_month = OLD.month)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER latch_rising BEFORE INSERT ON latch WHEN NEW.id <= (SELECT max(id) FROM latch)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER latch_no_update BEFORE UPDATE ON latch
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER latch_no_delete BEFORE DELETE ON latch -- what is in force stays, however old
WHEN NOT EXISTS (SELECT 1 FROM retention WHERE deleted_month = OLD.month)
  OR NOT EXISTS (SELECT 1 FROM latch newer WHERE newer.pool = OLD.pool AND newer.id > OLD.id)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER pause_rising BEFORE INSERT ON pause WHEN NEW.id <= (SELECT max(id) FROM pause)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER pause_no_update BEFORE UPDATE ON pause
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER pause_no_delete BEFORE DELETE ON pause -- what is in force stays, however old
WHEN NOT EXISTS (SELECT 1 FROM retention WHERE deleted_month = OLD.month)
  OR NOT EXISTS (SELECT 1 FROM pause newer WHERE newer.pool = OLD.pool AND newer.id > OLD.id)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER settings_rising BEFORE INSERT ON settings WHEN NEW.id <= (SELECT max(id) FROM settings)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER settings_no_update BEFORE UPDATE ON settings
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER settings_no_delete BEFORE DELETE ON settings -- what is in force stays, however old
WHEN NOT EXISTS (SELECT 1 FROM retention WHERE deleted_month = OLD.month)
  OR NOT EXISTS (SELECT 1 FROM settings newer WHERE newer.pool = OLD.pool AND newer.id > OLD.id)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER retention_rising BEFORE INSERT ON retention WHEN NEW.id <= (SELECT max(id) FROM retention)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER retention_no_update BEFORE UPDATE ON retention
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER retention_no_delete BEFORE DELETE ON retention
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER still_open_no_update BEFORE UPDATE ON still_open
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
