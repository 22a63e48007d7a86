// One pool at one instant, as a plain value that can be printed and compared. The poll side makes it,
// metrics, pages and the stop-watch read it. Absent means unknown; whoever builds it has already dropped what
// is too old.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exporter/failover/record.h"
#include "lib/base/clock.h"

namespace xenha::exporter {

/// What a direct probe says of a host (reference decision table).
enum class HostState { kMaster, kSlave, kEmergency, kBooting, kUnreachable, kAuthError, kTlsError };
inline constexpr std::array kHostStateWords{"master",      "slave",      "emergency", "booting",
                                            "unreachable", "auth_error", "tls_error"};

struct HostSnapshot {
  std::string label;    ///< value of the label `host`, unique in the pool
  std::string uuid;     ///< empty: never identified
  std::string address;  ///< host.address, else as configured
  std::string version;  ///< software_version product_version; empty unknown
  std::string build;    ///< software_version build_number; empty unknown

  // Asked from the host itself, never older than the current round.
  std::optional<bool> reachable;
  std::optional<HostState> state;
  std::optional<bool> claims_master;
  std::string believed_master;    ///< label of the host it names, else its address; empty unknown
  std::optional<bool> emergency;  ///< host.is_in_emergency_mode by local login, at most 2 min old
  std::string emergency_reason;   ///< code of the reference's list, or "other"; only while in emergency
  std::optional<WallTime> certificate_expiry;

  // As the master last said; dropped after keep_facts.
  std::optional<bool> live;
  std::optional<bool> enabled;
  std::optional<bool> ha_armed;
  std::optional<int> ha_peers;  ///< itself excluded; absent while HA is off
  std::optional<WallTime> boot_time;
  std::optional<WallTime> agent_start;
  std::optional<Duration> clock_offset;  ///< host minus ours
  std::map<std::string, bool> hotfixes;  ///< 6.x: name -> applied; only those we look for
  std::optional<bool> maintenance_xenserver;
  std::optional<bool> maintenance_xenha;
  std::optional<bool> maintenance_cloudstack;  ///< resource state, or its cluster is not Managed

  std::optional<Duration> rejoin;  ///< newest, from reachable again to live and enabled

  // From the host's own RRD; absent unless HA is on.
  struct Latency {
    std::optional<bool> recorded;
    std::optional<double> seconds;
    bool operator==(const Latency&) const = default;
  };
  Latency statefile, network, xapi;

  bool operator==(const HostSnapshot&) const = default;
};

struct HeartbeatSrSnapshot {
  std::string label;  ///< name-label, else uuid
  std::string uuid;
  std::string type;
  std::optional<bool> expected;      ///< absent when none is configured
  std::optional<std::int64_t> size;  ///< bytes
  std::optional<std::int64_t> used;  ///< bytes
  std::optional<std::int64_t>
      required;  ///< bytes that the next enable needs free, 0 when its VDIs can be reused
  std::optional<int> foreign_vdis;
  std::optional<bool> is_primary_storage;  ///< CloudStack uses it too; absent without CloudStack
  struct Attachment {
    std::string host;  ///< label
    std::optional<bool> attached;
    std::optional<int> paths_active, paths;  ///< multipath only
    bool operator==(const Attachment&) const = default;
  };
  std::vector<Attachment> attachments;  ///< one per host of the pool
  bool operator==(const HeartbeatSrSnapshot&) const = default;
};

/// What the master last said of its pool.
struct PoolFacts {
  std::string uuid, name_label;
  std::string version, product;  ///< of the master; empty unknown
  std::string cluster_stack;     ///< empty before 7.0
  std::optional<bool> ha_enabled;
  std::optional<bool> ha_required;
  std::optional<bool> ha_enable_running, ha_disable_running;
  std::optional<double> ha_timeout;  ///< seconds, effective
  std::optional<std::int64_t> ha_host_failures_to_tolerate;
  std::optional<std::int64_t> ha_plan_exists_for;
  std::optional<bool> ha_overcommitted;
  std::optional<bool> ha_licensed;
  std::optional<std::int64_t> ha_protected_vms;
  std::optional<bool> rolling_upgrade;
  std::optional<bool> statefile_resolves;  ///< absent when pool.ha_statefiles is empty
  std::vector<HeartbeatSrSnapshot> heartbeat_srs;
  bool operator==(const PoolFacts&) const = default;
};

/// The cost of watching this pool: the exporter's own series that carry its name.
struct PoolSelf {
  std::map<std::string, std::uint64_t> calls;   ///< by method, pre-initialised
  std::map<std::string, std::uint64_t> errors;  ///< by error word, pre-initialised
  std::uint64_t received_bytes = 0;
  std::vector<std::uint64_t>
      call_seconds_buckets;  ///< counts per bucket of kCallSecondsBuckets, +Inf last, not cumulative
  double call_seconds_sum = 0;
  int sessions = 0;
  Duration probe_interval{};
  bool operator==(const PoolSelf&) const = default;
};
inline constexpr std::array kCallSecondsBuckets{0.005, 0.01, 0.025, 0.05, 0.1,  0.25,
                                                0.5,   1.0,  2.5,   5.0,  10.0, 60.0};

/// A pool's book, shared by its snapshots until it changes: most snapshots are of a pool where nothing
/// failed. Equal books are equal, whoever holds them.
class SharedFailoverBook : public std::shared_ptr<const FailoverBook> {
 public:
  SharedFailoverBook(std::nullptr_t = nullptr) {}
  SharedFailoverBook(std::shared_ptr<FailoverBook> book) : shared_ptr(std::move(book)) {}
  SharedFailoverBook(std::shared_ptr<const FailoverBook> book) : shared_ptr(std::move(book)) {}
  bool operator==(const SharedFailoverBook& other) const {
    return get() == other.get() || (get() && other.get() && **this == *other);
  }
};

struct PoolSnapshot {
  std::string name;  ///< as configured
  bool up = false;   ///< the master answered the last exchange
  std::optional<WallTime> last_success;
  std::optional<PoolFacts> facts;
  std::vector<HostSnapshot> hosts;       ///< sorted by label
  std::optional<int> masters;            ///< hosts that claim the role; absent before the first round ended
  std::uint64_t master_changes = 0;      ///< persisted
  std::optional<WallTime> master_since;  ///< persisted
  std::optional<WallTime> ha_disabled_since;  ///< persisted; absent while on or never seen on
  std::optional<WallTime> ha_enabled_since;   ///< persisted; seen on without a break since; absent while off
  double ha_timeout_expected = 90;            ///< seconds, configured
  struct Messages {
    std::uint64_t count = 0;
    std::optional<WallTime> last;
    bool operator==(const Messages&) const = default;
  };
  std::map<std::string, Messages> ha_messages;  ///< by name, pre-initialised with the HA names; persisted
  std::string cloudstack;                       ///< configured name of its CloudStack; empty none
  std::optional<int> vms_cloudstack_only;       ///< VMs Running in CloudStack and not in XenServer
  std::optional<int> vms_xenserver_only;        ///< the other way round, of the VMs that CloudStack knows
  SharedFailoverBook failovers;                 ///< null: none known
  Duration probe_duration{};                    ///< of the last full round of direct probes
  PoolSelf self;
  bool operator==(const PoolSnapshot&) const = default;
};

}  // namespace xenha::exporter
