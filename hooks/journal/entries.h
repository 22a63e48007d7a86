// What stands in the journal of xenha-hooks: plain values. The inbox and the pool workers write them; the
// observer, the pages and `xenhactl journal` read them. All times are the daemon's clock.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::hooks::journal {

/// One sequence over all kinds of entries, rising, never used again. 0 is no entry.
using EntryId = std::int64_t;
using Texts = std::map<std::string, std::string>;

/// What the journal accepts, in bytes. Names are fingerprints, pools, words, uuids and the like.
/// A name, labels, annotations, guards or a situation over its limit is refused (TOO_LARGE) and nothing of
/// the call is written. Other texts (reasons, error texts, notes) are cut here, because an outcome must never
/// be lost for the length of its text. Bytes that are not UTF-8, and zeros, become U+FFFD.
inline constexpr std::size_t kMaxName = 512;
inline constexpr std::size_t kMaxTexts = 64u << 10;  ///< labels, and annotations, each written as JSON
inline constexpr std::size_t kMaxJson = 256u << 10;  ///< guards; situation
inline constexpr std::size_t kMaxText = 4096;

enum class AlertStatus { kFiring, kResolved };
inline constexpr std::array kAlertStatusWords{"firing", "resolved"};

/// One alert of a webhook, already matched with the policies.
struct IncomingAlert {
  std::string fingerprint;
  WallTime starts_at;
  std::optional<WallTime> ends_at;  ///< of a resolved one
  AlertStatus status = AlertStatus::kFiring;
  std::string pool, alertname;
  std::string action;   ///< of the policy; empty when ignored
  std::string ignored;  ///< the reason word why nobody cares (no_policy, ...); empty: somebody does
  Texts labels, annotations;
  std::string sender;  ///< externalURL: which member of a pair sent it
};

/// Shortens annotations until they fit: to be called on what came from outside, before receive(). Labels are
/// left alone, since they say which alert it is; false: they are over the limit, answer that alert with
/// ignored.
bool fit(IncomingAlert& alert);

enum class ReceiptResult { kAccepted, kDuplicate, kResolved, kIgnored };
inline constexpr std::array kReceiptResultWords{"accepted", "duplicate", "resolved", "ignored"};

/// The reasons of receipts that are not ignored.
inline constexpr std::string_view kReceiptNew = "new";               ///< accepted
inline constexpr std::string_view kReceiptStillOpen = "still_open";  ///< duplicate: a repeat
inline constexpr std::string_view kReceiptClosed =
    "already_closed";                                            ///< duplicate: late, or a second "resolved"
inline constexpr std::string_view kReceiptWasOpen = "was_open";  ///< resolved
inline constexpr std::string_view kReceiptNeverOpen = "never_open";  ///< resolved: its firing never came

struct Receipt {
  EntryId id = 0;
  std::optional<EntryId> alert;  ///< absent: ignored
  std::string fingerprint, pool;
  ReceiptResult result = ReceiptResult::kIgnored;
  std::string reason;
  bool operator==(const Receipt&) const = default;
};

/// An alert that nothing has closed.
struct OpenAlert {
  EntryId id = 0;
  WallTime received_at;
  std::string fingerprint;
  WallTime starts_at;
  std::string pool, alertname, action;
  Texts labels, annotations;
  std::string verdict;  ///< of the newest decision about it; empty: none yet
  bool operator==(const OpenAlert&) const = default;
};

/// The verdict after which an alert that is still open wants nothing for now.
inline constexpr std::string_view kContent = "done";

/// A pool that began to want something.
struct JoinedPool {
  std::string pool;
  WallTime at;               ///< the newest time it did
  bool still_wants = false;  ///< it has an open alert that is not content
  bool operator==(const JoinedPool&) const = default;
};

struct NewDecision {
  EntryId alert = 0;
  std::string pool, action;
  std::string verdict, reason;    ///< words of the contract
  std::string guards, situation;  ///< JSON
  bool operator==(const NewDecision&) const = default;
};
struct Decision : NewDecision {
  EntryId id = 0;
  WallTime at;
  bool operator==(const Decision&) const = default;
};
/// Where it stands; `is_new` false: it already did, word for word as far as that counts.
struct Recorded {
  EntryId id = 0;
  bool is_new = false;
  bool operator==(const Recorded&) const = default;
};

/// An enable_ha that is about to leave this daemon.
struct NewAttempt {
  EntryId alert = 0, decision = 0;
  std::string pool, action;
  std::string sr_uuid, sr_name;
  std::chrono::seconds timeout{};
  bool operator==(const NewAttempt&) const = default;
};

/// What is learnt on the way.
struct Note {
  std::string task_ref;            ///< empty: none, or as before
  std::optional<double> progress;  ///< task.progress, 0 to 1
  std::string text;
  WallTime at;  ///< filled by the journal
  bool operator==(const Note&) const = default;
};

enum class AttemptResult { kSuccess, kFailed, kRolledBack, kNotArmed, kUnknown };
inline constexpr std::array kAttemptResultWords{"success", "failed", "rolled_back", "not_armed", "unknown"};

struct Outcome {
  AttemptResult result = AttemptResult::kUnknown;
  std::string error_code, error_text;
  /// False: the pool said that another's enable was first (HA_IS_ENABLED, *_IN_PROGRESS), nothing of ours
  /// ran. Such an attempt is neither in AttemptHistory::recent nor in its `last`.
  bool counts = true;
  WallTime at;  ///< filled by the journal
  bool operator==(const Outcome&) const = default;
};

struct Attempt : NewAttempt {
  EntryId id = 0;
  WallTime at;
  std::vector<Note> notes;  ///< oldest first
  std::optional<Outcome> outcome;
  /// The newest task there is a note of; empty: none.
  std::string task_ref() const;
  bool operator==(const Attempt&) const = default;
};

/// What the guards ask of a pool's past. Times may lie in the future when the clock was ahead once: treat
/// them as just now. Attempts without outcome count; those with `counts` false do not.
struct AttemptHistory {
  int recent = 0;                        ///< attempts begun after `since`
  std::optional<WallTime> last;          ///< when the newest began
  std::optional<WallTime> last_success;  ///< when the newest success was written down
  bool operator==(const AttemptHistory&) const = default;
};

struct Latch {
  EntryId id = 0;
  WallTime at;
  std::string pool, word, why;
  bool operator==(const Latch&) const = default;
};

struct Pause {
  EntryId id = 0;
  WallTime at;
  std::string pool, reason, who;
  WallTime until;
  bool operator==(const Pause&) const = default;
};

/// The settings HA was last on with.
struct Settings {
  std::string sr_uuid, sr_name;
  std::chrono::seconds timeout{};
  std::string pool_uuid;
  std::vector<std::string> members;  ///< addresses learnt from the pool; without line breaks
  std::vector<std::string>
      masters_since;   ///< addresses of all masters since; their audit logs know who disabled HA
  std::string source;  ///< seen_on, or pool_record (ha_statefiles and ha_configuration left behind)
  WallTime seen_at;
  bool operator==(const Settings&) const = default;
};

/// Any entry, for people.
struct Line {
  EntryId id = 0;
  WallTime at;
  std::string kind, pool, text;
  bool operator==(const Line&) const = default;
};

/// Newest first.
struct Filter {
  std::string pool = {};  ///< empty: all
  int limit = 100;
  std::optional<EntryId> before = {};  ///< the next page: the last id of the one before
};

struct Verification {
  std::vector<std::string> problems;  ///< empty: sound
  EntryId last_id = 0;
  std::optional<EntryId> in_progress;  ///< the attempt that the running daemon is about
  bool sound() const { return problems.empty(); }
};

struct RetentionReport {
  std::vector<std::string> deleted;  ///< months, "2026-11"
  std::vector<std::string> kept;     ///< old enough, but with an open alert or an attempt without outcome
  std::int64_t entries = 0;          ///< deleted
};

}  // namespace xenha::hooks::journal
