// One pool's worker with its real journal, before a simulated pool, both twenty times as fast as time: all of
// the daemon that an act goes through, but for the webhook.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "hooks/hooks_config.h"
#include "hooks/pool_worker.h"
#include "tests/integration/passing_clock.h"
#include "tests/integration/spoiled_facts.h"
#include "tests/integration/striking_transport.h"
#include "tests/sim/sim.h"

namespace xenha::test {

class ActingWorker {
 public:
  explicit ActingWorker(const std::string& release = "8.2");
  ~ActingWorker();
  ActingWorker(const ActingWorker&) = delete;
  ActingWorker& operator=(const ActingWorker&) = delete;

  sim::Simulation& sim() { return *sim_; }
  hooks::journal::Journal& journal() { return *journal_; }
  hooks::Board& board() { return board_; }

  /// The worker has seen HA on; then it goes off in silence.
  void lose_ha();
  /// The moment before the call leaves.
  void strike(Deed deed);
  void alert();
  void until(const std::string& what, const std::function<bool()>& condition);
  void until_outcome(std::size_t attempts);
  /// The journal has the task of the call that is under way.
  void until_task_known();
  void until_looked_again(int times);
  /// For the daemon alone: its deadlines come, its cool-down is over.
  void pass(Duration span);

  /// enable_ha calls that reached the pool from us, in the simulator's log of writes.
  std::size_t enables();
  /// Newest first.
  std::vector<hooks::journal::Attempt> attempts();
  /// Newest first, as "verdict reason".
  std::vector<std::string> decisions();
  std::string latched();  ///< the word, or empty
  bool alert_is_open();

 private:
  hooks::HooksConfig written_config(const std::string& directory);

  static constexpr int kFaster = 20;
  std::filesystem::path directory_;
  std::unique_ptr<sim::Simulation> sim_;
  PassingClock clock_{kFaster};
  StrikingTransport transport_{clock_};
  std::unique_ptr<hooks::journal::Journal> journal_;
  std::optional<hooks::Fleet> fleet_;
  hooks::Board board_;
  std::optional<hooks::PoolWorker> worker_;
  std::jthread thread_;
};

}  // namespace xenha::test
