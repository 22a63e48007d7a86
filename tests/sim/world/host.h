// One physical host: power, network, its toolstack (xapi), its HA daemon (xhad) and what each of them
// remembers. Only facts stand here; host_life.h, ha/ and xapi/ move them.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/wire/codec.h"
#include "tests/sim/wire/http_server.h"
#include "tests/sim/world/database.h"
#include "tests/sim/world/messages.h"
#include "tests/sim/world/session_table.h"

namespace xenha::sim {

class World;
class Site;
class ApiCall;
class EventHub;

enum class PoolRole { kMaster, kSlave, kBroken };

enum class Agent {
  kDown,      ///< xapi does not run: connections are refused
  kNotReady,  ///< listens, database not ready: HOST_STILL_BOOTING
  kRunning,
  kHaStuck,  ///< HA start does not succeed: management interface not up, looks down
};

struct AuditLine {
  std::string time;  ///< as in the log, ISO 8601 compact with Z
  std::string text;
};

struct Host {
  Host();
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  World* world = nullptr;
  Site* site = nullptr;
  int number = 1;
  std::string address, uuid, ref, name, hostname;

  // Hardware.
  bool powered = true;
  bool answers_refused = false;  ///< the kernel is up though xapi is not
  bool isolated = false;         ///< cut off from every other host and from clients
  Network fault;                 ///< between clients and this host
  std::unique_ptr<Listener> listener;
  Duration clock_skew{};
  WallTime boot_time, agent_start;
  SimTime dom0_since{}, dom0_until{};  ///< kernel up; power lost
  /// Moves on at every power cut, reboot and toolstack restart: what was planned before is void.
  std::uint64_t incarnation = 0;

  // Toolstack.
  Agent agent = Agent::kRunning;
  PoolRole role = PoolRole::kSlave;
  bool promoted_by_hand = false;            ///< its next start does not ask whether there is another master
  std::string master_address;               ///< pool.conf of a slave
  std::optional<Failure> emergency;         ///< set: emergency mode, with the stored reason
  std::optional<Failure> forced_emergency;  ///< a scenario's reason that keeps the slave out
  bool went_down_unclean = false;           ///< a fence or power cut since the last start of xapi
  bool ha_was_on = false;                   ///< when it went down
  std::string root_password;                ///< of this host's dom0
  std::map<std::string, Session> local_sessions;
  std::vector<AuditLine> audit;
  std::set<std::string> recorded_sources;   ///< HA data sources that are recorded
  std::map<std::string, double> latencies;  ///< values that a scenario set, by source name
  bool disabled_by_call = false;            ///< host.disable since the last start of its xapi

  // Local database and HA daemon.
  bool ha_armed = false;
  int ha_timeout = 60;
  bool failover_decisions_disabled = false;
  bool excluded = false;           ///< left the liveset in order
  bool xhad = false;               ///< the HA daemon runs
  bool statefile_access = true;    ///< storage path to the heartbeat SR works
  bool disarmed_by_fault = false;  ///< reported without statefile access, without further consequence
  std::optional<SimTime> statefile_lost_at, isolated_at;
  SimTime joined_at{};             ///< last join of the liveset
  std::optional<SimTime> left_at;  ///< uncleanly, while in the liveset
  SimTime heard_at{};              ///< the master's last heartbeat from it without HA

  // A master's.
  std::shared_ptr<Database> db;
  std::unique_ptr<EventHub> events;
  SessionTable sessions;
  MessageStore messages;
  SimTime became_master{}, serving_since{};
  bool waits_for_slaves = false;  ///< freshly started master: no liveset processing yet
  int ha_operations = 0;

  std::list<std::weak_ptr<ApiCall>> calls;  ///< under way

  bool running() const { return powered && agent == Agent::kRunning; }
  bool is_master() const { return role == PoolRole::kMaster; }
};

}  // namespace xenha::sim
