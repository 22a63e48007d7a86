// Everything that is simulated: sites (pools as they were set up), their hosts, the clock and the call log.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/sim.h"
#include "tests/sim/wire/json.h"
#include "tests/sim/wire/loop.h"
#include "tests/sim/world/call_log.h"
#include "tests/sim/world/host.h"
#include "tests/sim/world/ids.h"
#include "tests/sim/world/scheduler.h"
#include "tests/sim/world/truth_log.h"

namespace xenha::sim {

namespace cloud {
class Cloud;
}

struct User {
  std::string password;
  Role role = Role::kPoolAdmin;
  bool has_role = true;  ///< an AD user without a role: SESSION_AUTHORIZATION_FAILED
};

/// What the heartbeat disk says, the same for every host that can read it.
struct Statefile {
  bool valid = false;                ///< false: "invalid pool state", HA was switched off
  int timeout = 60;                  ///< T
  std::string master_uuid;           ///< who holds the master lock
  std::vector<std::string> members;  ///< uuids in the configuration
};

/// How the next pool.enable_ha fails, if a scenario wants so.
struct EnableFault {
  /// "": not at all; refuse (no task is made) | check (nothing is changed) | queue (pending until this is
  /// lifted, two hours at most) | attach | preconfigure | join | backup
  std::string phase = {};
  Failure failure = {};
  bool rollback_hangs = false;  ///< the way back never ends while the statefile cannot be read
};

class Site {
 public:
  World* world = nullptr;
  int number = 1;
  PoolSpec spec;
  std::string name;  ///< of the pool
  Release release = Release::k82;
  std::vector<std::unique_ptr<Host>> hosts;
  std::map<std::string, User> users;  ///< all but root
  Statefile statefile;
  std::string heartbeat_sr;  ///< reference, in every copy of the database
  bool statefile_lost_message = false;
  EnableFault enable_fault;
  std::set<std::string> waiting_tasks;  ///< of calls whose turn has not come: only those can be cancelled
  /// Why no VM can leave a host: what host.evacuate says of each. Absent: they can.
  std::optional<Failure> cannot_leave;

  // What a scenario changes in answers.
  std::map<std::string, std::string>
      broken_answers;  ///< method -> "garble" | "html" | "slow:SECONDS" | "large:BYTES"

  /// The running master, the one that took the role last if there are two; null if there is none.
  Host* master() const;
  /// The host at `address`, null if it is none of this site's.
  Host* at(std::string_view address) const;
  Host* by_uuid(std::string_view uuid) const;
  Host* by_ref(std::string_view ref) const;
};

class World {
 public:
  World(Loop& loop, SimulationOptions options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Loop& loop;
  SimulationOptions options;
  Scheduler clock;
  const WallTime virtual_start{std::chrono::seconds(1'790'000'000)};
  CallLog log;
  std::shared_ptr<Ids> ids;
  std::uint16_t port = 0;
  std::vector<std::unique_ptr<Site>> sites;
  std::vector<std::unique_ptr<cloud::Cloud>> clouds;
  TruthLog truth;
  int numbered_vms = 0;  ///< with a cloud VM names count over all pools

  /// Runs `task` after that much simulated time, unless the host restarted or lost power meanwhile.
  void later(Host& host, Duration simulated, std::function<void()> task);
  /// What a right clock shows: the machine's, or, in virtual time, one that moves with `clock`.
  WallTime now() const {
    return clock.by_hand() ? virtual_start + std::chrono::duration_cast<WallTime::duration>(clock.now())
                           : std::chrono::system_clock::now();
  }
  /// The host's own clock.
  WallTime wall(const Host& host) const { return now() + host.clock_skew; }
  /// A time-out that a client gave: real time, whatever the speed. In virtual time there is one time only.
  TimerId after_for_client(Duration span, Loop::Task task);
  void cancel_for_client(TimerId id);
  std::string now_text(const Host& host) const;
  /// Tells `changed` listeners that something simulated happened (wait_for looks again).
  void changed();
  /// Something really happened in a pool.
  void note(const char* what, const Host& host, std::string vm = "");
  void on_changed(std::function<void()> callback) { changed_ = std::move(callback); }

  /// Pool by number ("1"), name; host by number, name-label, address, uuid. Null if there is none.
  Site* find_site(std::string_view text) const;
  Host* find_host(Site& site, std::string_view text) const;

 private:
  std::function<void()> changed_;
};

/// Creates a message on the site's master; lost when there is none.
void create_message(Site& site, std::string_view name, int priority, std::string_view cls,
                    std::string_view obj_uuid, std::string_view body);

}  // namespace xenha::sim
