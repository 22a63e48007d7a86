// Is it we who are cut off? When more than half of all hosts, in at least two pools, lost contact within one
// probe interval, our own uplink is the likelier cause than so many failures at once.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "lib/base/clock.h"

namespace xenha::exporter {

/// Fed by all pools' threads.
class Isolation {
 public:
  explicit Isolation(Duration probe_interval) : window_(probe_interval + std::chrono::seconds(1)) {}

  /// `last_contact`: when the host last answered, for a host that answers no more; absent while it answers.
  void set_probe_interval(Duration probe_interval);
  void saw(const std::string& pool, const std::string& address, std::optional<SteadyTime> last_contact);
  void forget(const std::string& pool, const std::string& address);
  void forget_pool(const std::string& pool);
  bool isolated() const;

 private:
  mutable std::mutex mutex_;
  Duration window_;
  std::map<std::pair<std::string, std::string>, std::optional<SteadyTime>> hosts_;  ///< absent = answers
};

}  // namespace xenha::exporter
