// Looks at one pool, right now: its master's database, every host directly, the master's audit log,
// CloudStack. The worker calls it twice for a decision; everything is read anew each time. Only reads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hooks/situation/situation.h"
#include "lib/base/clock.h"
#include "lib/config/access.h"
#include "lib/http/transport.h"
#include "lib/model/pool_reading.h"
#include "lib/xapi/call.h"

namespace xenha::hooks {

/// What the worker remembers of the pool between looks, and over restarts of the daemon: from the journal.
struct Remembered {
  std::string pool_uuid;             ///< empty = not yet known; a host of another pool is then not told apart
  std::vector<std::string> members;  ///< addresses learnt from the pool, beside the configured ones
  std::string last_good_sr_uuid, last_good_sr_name;  ///< of the last time HA was seen on; empty = never
  std::optional<int> last_good_timeout;              ///< seconds
  std::optional<WallTime> last_seen_on;              ///< when HA was last seen on
  std::vector<std::string>
      masters_since;  ///< addresses of all that were master since then: their audit logs count
  bool operator==(const Remembered&) const = default;
};

/// One look. `situation` has everything but policy_known, kill_switch, journal and fleet, which are the
/// worker's.
struct Look {
  Situation situation;
  std::string master_address;  ///< empty when no master answered
  std::string sr_ref;          ///< of situation.sr, for the act
  /// Seconds: of the last time HA was seen on, else what pool.ha_configuration still says; for the act.
  std::optional<int> last_good_timeout;
  Remembered learnt;  ///< what is to be remembered from now on
  // The records behind it, for whoever shows them. Empty where no master answered.
  model::PoolDb db;
  std::vector<model::Identity> members;
};

struct PoolAccess;
class OpenSession;

class Observer {
 public:
  struct Settings {
    Duration request_timeout = std::chrono::seconds(10);
    std::string user_agent = "xenha-hooks";
    std::string originator = "xenha-hooks";
    /// The program's own list of what may be called; with none it can call nothing.
    xapi::MethodList methods = {};
    /// false: who switched HA off is not asked for, and counts as unread. An audit log may be large.
    bool audit = true;
    /// Runs in a look() after the records were read, while the session with the master is open: for who wants
    /// to read more. Calls end at the access' deadlines.
    std::function<void(const PoolAccess&, const OpenSession&, const model::PoolDb&)> also = {};
  };
  /// `cloud` is null where the pool has no CloudStack. Transport and clock belong to the worker's thread.
  Observer(config::PoolConfig pool, const config::CloudConfig* cloud, http::Transport& transport,
           const Clock& clock, Settings settings);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  /// Reads everything. Waits until done, at most until `deadline`; what did not come by then is unknown and
  /// named in failed_reads. Every session is given back before it returns. A refused password is left alone
  /// for 15 minutes or until its file changes, and says so. Less than 20 s may be too little to hear a
  /// refusal: hosts take 5 s for it, and two requests may have to time out before.
  Look look(const Remembered& remembered, SteadyTime deadline);
  /// Only the pool's master: is HA on, on which SR, with which timeout. For remembering what was good; a
  /// handful of calls.
  Look glance(const Remembered& remembered, SteadyTime deadline);
  /// From any thread: the look under way ends at once with what it has, and so does every later one. The last
  /// logouts get two seconds.
  void stop() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xenha::hooks
