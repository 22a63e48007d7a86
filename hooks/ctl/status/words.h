// Sentences that the screen and the findings of `status` have in common. Pure.
#pragma once

#include <optional>
#include <string>

#include "hooks/ctl/status/pool_status.h"

namespace xenha::ctl {

/// What a code that a host answers to logins means (reference 2.4), with the code.
std::string emergency_words(const std::string& code);

/// Of a host that does not answer: what the master knows of it.
std::string absence_words(const hooks::HostSituation& host);

/// "since ..., switched off by ..."; empty when nobody knows.
std::string ha_off_since(const PoolStatus& status);

/// Entry of the mark xenha:intent, as `do` or `host`; empty: it has none.
std::string work_entry(const std::string& mark, const char* key);
/// The mark xenha:intent: "host restart xs2, step 4, by joe on adm1"; as it stands when no procedure wrote
/// it.
std::string work_words(const std::string& mark);

/// When a mark on the pool ends, or ended: "until ...".
std::string mark_end_words(const std::optional<WallTime>& until, WallTime now);

/// The first guard that stands against a person's switching HA on. Guards that only bind the daemon (its
/// mode, pauses, attempts) are passed over.
std::optional<hooks::GuardReport> objection(const hooks::Decision& decision);

}  // namespace xenha::ctl
