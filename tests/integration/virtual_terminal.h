// xenhactl's procedures against the simulator in virtual time, on one thread: the real runner, its requests
// and its journal, and the simulator's real answers; only sockets and the waiting are left out. What takes
// half an hour at a terminal passes in milliseconds, the same way every time, and by one clock for both
// sides.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hooks/ctl/commands/on_pool.h"
#include "hooks/ctl/ctl_config.h"
#include "hooks/ctl/run/runner.h"
#include "tests/integration/virtual_simulation.h"

namespace xenha::test {

class VirtualTerminal {
 public:
  /// cluster1 with three hosts, and a CloudStack over it.
  explicit VirtualTerminal(const std::string& release = "8.2");

  struct Line {
    Duration at{};     ///< since the world began
    std::string text;  ///< on standard error; what was broken for the width is put together again
  };
  struct Ended {
    ctl::ExitCode code{};
    std::string out;   ///< line breaks are blanks
    std::string last;  ///< line of it
    std::vector<Line> said;
    Duration at{};
    /// When a line with that was written. Throws when there is none.
    Duration when(const std::string& part) const;
  };
  /// With --yes, unless a person is there. `procedure` absent: resume.
  Ended run(std::optional<ctl::Procedure> procedure, const std::string& host);
  /// pause --on-pool; absent: resume --on-pool.
  Ended hold(std::optional<ctl::PoolHold> hold);
  /// The next run is one with --output=json.
  void wants_json() { output_ = ctl::Output::kJson; }
  /// During the next run somebody sits there, and answers that when asked.
  void person(std::function<std::optional<std::string>()> answers) { person_ = std::move(answers); }
  /// During the next run, once, as soon as a line with that is written.
  void when(std::string part, std::function<void()> happens) {
    waiting_.emplace_back(std::move(part), std::move(happens));
  }
  /// During the next run: Ctrl-C as soon as that many lines are written.
  void interrupt_after(std::size_t lines) { cut_ = lines; }
  /// During the next run: Ctrl-C as soon as that is so; it is asked whenever the program waits for an answer.
  void interrupt_when(std::function<bool()> so) { cut_when_ = std::move(so); }

  /// Of the simulator. Throws std::runtime_error when it is refused.
  void command(const std::string& name, const std::string& arguments_json = "{}") {
    simulation_.command(name, arguments_json);
  }
  void pass(Duration span);
  /// Since the world began.
  Duration now() const { return world().clock.now(); }
  /// Until the host's toolstack runs and is in the pool; false: not within half an hour.
  bool pass_until_joined(const std::string& host);
  /// What was written to the pool and to CloudStack so far, in order; with the time of each.
  std::vector<std::pair<Duration, std::string>> writes(bool with_marks = false) const;
  std::vector<std::string> names_of_writes(bool with_marks = false) const;
  std::optional<std::string> other_config(const std::string& key) const;  ///< of the pool
  /// It is armed and reaches the statefile: the truth, not what the pool says of it.
  bool takes_part_in_ha(const std::string& host) const;
  /// HA on, every host live, enabled and armed, Up and Enabled in CloudStack; no mark. Else what is not.
  std::string unwell() const;
  bool ha_enabled() const;

 private:
  class Errors;
  Ended play(const std::function<ctl::ExitCode(ctl::Context&)>& command);
  void happen();
  sim::World& world() { return simulation_.world(); }
  const sim::World& world() const { return simulation_.world(); }
  const std::filesystem::path& directory() const { return simulation_.directory(); }

  VirtualSimulation simulation_;
  std::vector<Line> said_;  ///< of the run under way
  std::vector<std::pair<std::string, std::function<void()>>> waiting_;
  std::optional<std::size_t> cut_;
  std::function<bool()> cut_when_;
  ctl::Output output_ = ctl::Output::kTable;
  std::function<std::optional<std::string>()> person_;
};

}  // namespace xenha::test
