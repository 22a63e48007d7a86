// What the daemon shows of itself: the workers write here, pages and metrics read. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "hooks/action/outcome.h"
#include "hooks/decision/reenable_ha.h"
#include "lib/base/clock.h"

namespace xenha::hooks {

/// The newest evaluation of a pool with an open alert.
struct Evaluation {
  WallTime at;
  Decision decision;
};

struct PoolBoard {
  std::optional<Evaluation> evaluation;  ///< absent while no alert is open
  bool acting = false;
  bool paused = false, gave_up = false;
};

class Board {
 public:
  static constexpr std::array<double, 9> kActionBuckets{15, 30, 60, 90, 120, 180, 300, 600, 1200};
  struct Histogram {
    std::array<std::uint64_t, kActionBuckets.size() + 1> counts{};  ///< not cumulative
    double sum = 0;
  };
  struct Counts {
    std::map<std::pair<std::string, std::string>, std::uint64_t> alerts;  ///< by alertname, status
    /// By pool, action, verdict, reason.
    std::map<std::tuple<std::string, std::string, std::string, std::string>, std::uint64_t> decisions;
    std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t>
        actions;  ///< by pool, action, outcome
    Histogram action_seconds;
    std::map<std::pair<std::string, std::string>, WallTime> last_success;  ///< by pool, action
    std::uint64_t truncated_alerts = 0, journal_errors = 0;
  };
  struct Shown {
    std::map<std::string, PoolBoard> pools;
    Counts counts;
  };

  void set_pools(const std::vector<std::string>& names);  ///< keeps what is known of those that stay
  Shown shown() const;

  void alert(const std::string& alertname, const std::string& status);
  void truncated(std::uint64_t alerts);
  void journal_error();
  /// Of a pool with an open alert; `changed`: verdict or reason is another than before.
  void evaluated(const std::string& pool, const std::string& action, Evaluation evaluation, bool changed);
  void no_open_alert(const std::string& pool);
  void acting(const std::string& pool, bool now);
  void acted(const std::string& pool, const std::string& action, Outcome outcome, Duration took, WallTime at);
  void set_last_success(const std::string& pool, const std::string& action,
                        WallTime at);  ///< from the journal, at start
  void held(const std::string& pool, bool paused, bool gave_up);

 private:
  mutable std::mutex mutex_;
  Shown shown_;
};

}  // namespace xenha::hooks
