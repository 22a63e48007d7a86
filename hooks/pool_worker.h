// One pool's worker: looks at the pool while an alert is open, decides, writes down, acts, verifies, writes
// down. All stages meet here; each is a module of its own. It runs on a thread of its own, so that one
// hanging pool holds up nobody.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hooks/action/enable_ha.h"
#include "hooks/alert/receipt_rule.h"
#include "hooks/board.h"
#include "hooks/decision/reenable_ha.h"
#include "hooks/fleet.h"
#include "hooks/journal/journal.h"
#include "hooks/situation/observer.h"
#include "lib/base/clock.h"
#include "lib/base/credential_gate.h"
#include "lib/config/access.h"
#include "lib/http/transport.h"

namespace xenha::hooks {

struct WorkerSettings {
  Policy policy;
  std::vector<AlertPolicy> policies;  ///< as the config has them now: an open alert may have lost its own
  Duration read_gap = std::chrono::seconds(10);
  Duration recheck = std::chrono::seconds(30);
  Duration verify = std::chrono::seconds(60);
  Duration glance_every = std::chrono::minutes(5);  ///< while no alert is open, or HA is on under an open one
  Duration request_timeout = std::chrono::seconds(10);
  std::filesystem::path kill_switch_file;
};

/// What is known of a pool beside what the observer reads: journal, fleet, kill switch. Shared with
/// `explain`.
class Surroundings {
 public:
  Surroundings(journal::Journal& journal, Fleet& fleet, const WorkerSettings& settings)
      : journal_(journal), fleet_(fleet), settings_(settings) {}
  /// Fills policy_known, kill_switch, journal and fleet. Errors: the journal's; then nothing may be decided.
  Status complete(Situation& situation, bool policy_known) const;
  Result<Remembered> remembered(const std::string& pool) const;

 private:
  journal::Journal& journal_;
  Fleet& fleet_;
  const WorkerSettings& settings_;
};

class PoolWorker {
 public:
  struct Parts {
    config::PoolConfig pool;
    std::optional<config::Credential> actor;  ///< there in mode act
    const config::CloudConfig* cloud = nullptr;
    journal::Journal& journal;
    Fleet& fleet;
    Board& board;
    http::Transport& transport;  ///< of this worker's thread alone
    const Clock& clock;
  };
  PoolWorker(Parts parts, WorkerSettings settings);

  /// Until stopped. An act that runs then stays open in the journal; the next start reconciles it.
  void run(const std::stop_token& stop);
  /// Something changed for this pool: a receipt, a pause, a clear. Any thread.
  void wake();
  /// Ends a look that is under way, for good: the daemon, or this worker, stops. Any thread.
  void end_looking() noexcept { observer_.stop(); }
  /// What an earlier life left open is settled.
  bool has_begun() const { return begun_; }

 private:
  class AttemptLog;

  void reconcile(const std::stop_token& stop);
  void idle();
  std::optional<Verdict> attend(const std::vector<journal::OpenAlert>& open, const std::stop_token& stop);
  bool has_policy(const journal::OpenAlert& alert) const;
  std::vector<journal::OpenAlert> governed(const std::vector<journal::OpenAlert>& open) const;
  std::optional<Decision> decide(bool policy_known, Look& look, const std::stop_token& stop);
  void write_down(const std::vector<journal::OpenAlert>& open, const Look& look, const Decision& decision);
  void close_when_settled(const journal::OpenAlert& alert, WallTime now);
  bool act(const journal::OpenAlert& alert, journal::EntryId decision, const Look& look,
           const std::stop_token& stop);
  void conclude(journal::EntryId attempt, const ActionReport& report, Duration took);
  EnableOrder order_for(const Look& look, std::chrono::seconds timeout) const;
  Look look_now();
  void remember(const Look& look);
  void show_holds();
  bool has_failed(const Error& error, const char* what);   ///< logs and counts; always true
  bool sleep(Duration span, const std::stop_token& stop);  ///< false when stopped; early when woken
  bool rest(Duration span,
            const std::stop_token& stop);  ///< false when stopped; the whole span, whoever wakes

  Parts parts_;
  WorkerSettings settings_;
  Surroundings surroundings_;
  Observer observer_;
  xapi::Client client_;
  EnableHa enable_ha_;
  CredentialGate actor_gate_;
  Remembered remembered_;
  std::vector<std::pair<journal::EntryId, journal::EntryId>>
      decisions_;     ///< of open alerts: alert, newest decision
  std::string told_;  ///< verdict and reason that the log was told last
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool wake_ = false;
  std::atomic<bool> begun_ = false;
};

}  // namespace xenha::hooks
