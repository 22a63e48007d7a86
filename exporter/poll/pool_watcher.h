// Watches one pool on one thread: probes every host, follows the master's database, keeps the history,
// publishes snapshots. A dead pool or a hung host costs nobody else anything, because nobody else waits here.
#pragma once

#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "exporter/cloud/focus.h"
#include "exporter/poll/event_follower.h"
#include "exporter/poll/failover_feed.h"
#include "exporter/poll/history.h"
#include "exporter/poll/host_probe.h"
#include "exporter/poll/isolation.h"
#include "exporter/poll/judge.h"
#include "exporter/poll/judge_cloud.h"
#include "exporter/poll/master_chores.h"
#include "exporter/poll/pool_context.h"
#include "exporter/poll/session_bin.h"

namespace xenha::exporter {

/// What a pool's watcher tells the watcher of its CloudStack; called on the pool's thread.
struct CloudLink {
  std::function<void(PoolMembers)> members = nullptr;
  std::function<void(CloudFocus)> focus = nullptr;
};

class PoolWatcher final : private ProbeListener, private EventListener {
 public:
  /// All sessions are given back within this, or are lost with their hosts.
  static constexpr std::chrono::seconds kStopTakesAtMost{3};
  /// Changes that come together are published together.
  static constexpr std::chrono::milliseconds kGather{10};

  using Publish = std::function<void(PoolSnapshot)>;
  /// References must outlive the watcher; `publish` is called on the watcher's thread.
  PoolWatcher(PoolConfig config, PollSettings settings, const std::filesystem::path& state_dir,
              const Clock& clock, http::Transport& transport, Isolation& isolation, Publish publish,
              CloudLink cloud = {});
  ~PoolWatcher() override;
  PoolWatcher(const PoolWatcher&) = delete;
  PoolWatcher& operator=(const PoolWatcher&) = delete;

  /// The thread's body: until `stop` is requested and the sessions are given back.
  void run(const std::stop_token& stop);
  /// One turn without waiting; gives when the next one is due. For run(), and for a test that moves the time.
  SteadyTime step(SteadyTime now);
  /// Gives the sessions back and writes what must survive; run() does it at its end.
  void shut_down();
  /// What the pool's CloudStack last said. From any thread.
  void take_cloud(std::shared_ptr<const CloudSnapshot> snapshot);

 private:
  // ProbeListener
  bool is_our_pool(HostProbe& probe, const std::string& uuid) override;
  void on_master(HostProbe& probe) override;
  void on_named(HostProbe& probe, const std::string& address) override;
  void on_probed(HostProbe& probe, const ProbeVerdict& before) override;
  // EventListener
  void on_records(bool full) override;
  void on_master_answered() override;
  void on_stream_failed(const Error& error) override;
  // both
  void discard(const std::string& address, const std::string& session, bool local) override;
  void on_refused_password(const std::string& address, const std::string& username) override;

  void look_at_cloud();
  void tell_cloud_focus();
  void tell_cloud_members();
  void tell_stopwatch(HostProbe& probe);
  const KnownMember* member_at(const std::string& address) const;
  void remove_dropped();
  void start_rounds(SteadyTime now);
  void do_chores(SteadyTime now);
  void renew_credentials(SteadyTime now);
  void adopt(HostProbe& probe);
  void lose_master(const std::string& why);
  HostProbe* find(const std::string& address);
  void add_probe(const std::string& address, bool listed);
  void learn_members();
  void take_history();
  bool every_host_probed() const;
  std::vector<ProbedHost> probed_hosts() const;
  const model::PoolDb* good_db() const;
  bool first_look_taken(SteadyTime now);
  void publish();

  const Clock& clock_;
  http::Transport& transport_;
  Isolation& isolation_;
  Publish publish_;
  std::unique_ptr<xapi::Client> client_;
  PoolContext context_;
  History history_;
  RejoinTracker rejoins_;
  SessionBin bin_;
  EventFollower follower_;
  MasterChores chores_;
  FailoverFeed failovers_;
  const CloudLink cloud_link_;
  std::list<std::unique_ptr<HostProbe>> probes_;
  std::set<std::string> dropped_;        ///< probes to remove at the next tick
  std::set<std::string> complained_of_;  ///< addresses that are named but not followed, told once
  std::map<std::string, SteadyTime> last_contact_;
  std::map<std::string, std::string> foreign_pools_;  ///< address -> uuid of the pool it is master of

  std::string master_;  ///< address; empty while nobody is followed
  bool up_ = false;
  std::optional<WallTime> last_success_;
  SteadyTime last_success_steady_{};
  SteadyTime next_round_{}, last_round_{}, round_began_{}, next_credential_look_{};
  std::optional<SteadyTime> began_;
  bool published_ = false;
  std::optional<SteadyTime> publish_at_;
  bool round_open_ = false;
  Duration probe_duration_{};

  std::mutex cloud_mutex_;
  std::shared_ptr<const CloudSnapshot> cloud_inbox_;  ///< under the mutex
  std::shared_ptr<const CloudSnapshot> cloud_;
  DriftMemory drift_;
  std::optional<VmDrift> newest_drift_;
  bool compare_vms_ = false;
  std::optional<PoolMembers> told_members_;
  CloudFocus told_focus_;
};

}  // namespace xenha::exporter
