// What the records of a pool mean: readings that exporter and hooks share. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/model/records.h"

namespace xenha::model {

const HostRecord* find_host(const PoolDb& db, const Ref& ref);
/// The host that pool.master names.
const HostRecord* master_of(const PoolDb& db);

/// An address at which a member is asked directly, and who answered there.
struct AskedAddress {
  std::string address;  ///< as configured or learnt
  std::string peer_ip;  ///< empty: nobody answered
};

/// Which host of the database answers at which asked address, and under which label.
struct Identity {
  std::string uuid, label;
  std::string record_address;  ///< host.address
  std::string probe_address;   ///< empty: not asked
  Ref ref;
};
/// Hosts of the database in the order of their labels. Labels: name-label, else hostname, else uuid; each
/// that is not unique gets " (first 8 of uuid)".
std::vector<Identity> identify(const PoolDb& db, const std::vector<AskedAddress>& asked);

/// Seconds: ha_configuration, else other_config, else xapi's own 60; absent when what stands there makes the
/// next enable fail.
std::optional<double> effective_timeout(const PoolRecord& pool);

/// Only pool HA gives this release a new master (reference 3.6, 11): from 6.5 on, and on 6.2 with its hotfix
/// XS62ESP1004 on any host. Absent when the release, or on 6.2 the hotfix, is not known.
std::optional<bool> ha_required(const HostRecord& master, std::optional<bool> any_hotfix);

/// XenServer itself would restart it: protected, or as best it can. Templates and control domains never.
bool restarted_by_xenserver(const VmRecord& vm);

struct HaOperations {
  std::optional<bool> enable, disable;
};
/// From 7.0 the pool names its operations; before, only the tasks do.
HaOperations ha_operations(const PoolDb& db);
/// Everything that runs on the pool as a whole: its operations, and pending tasks that switch HA on or off.
/// Words and task names, each once.
std::vector<std::string> running_operations(const PoolDb& db);

/// Entry of a mark like "reason=TEXT;until=EPOCH" in pool.other_config.
std::optional<std::string> mark_entry(const std::string& mark, std::string_view key);
/// When the mark ends by itself; absent when it does not say it readably.
std::optional<WallTime> mark_until(const std::string& mark);
/// The mark `xenha:intent` holds, and names this host or none.
bool intent_covers(const PoolRecord& pool, const Identity& host, WallTime now);

/// Planned work as XenServer itself shows it. A toolstack start leaves hosts disabled for a while too
/// (reference 3.2). `offset`: the host's clock minus ours.
std::optional<bool> in_maintenance(const HostRecord& host, std::optional<bool> live, const HostRecord* master,
                                   Duration offset, WallTime now);

}  // namespace xenha::model
