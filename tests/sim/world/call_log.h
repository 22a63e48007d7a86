// Every call that reached a host, in order; the newest 100,000 are kept, counts are for ever.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/sim/sim.h"

namespace xenha::sim {

class CallLog {
 public:
  /// Answers the number; `finish` fills in the outcome.
  std::uint64_t start(CallEntry entry);
  /// What became known of the session after the start.
  void describe(std::uint64_t number, std::string session, std::string user, std::string originator);
  void finish(std::uint64_t number, std::string outcome);
  std::vector<CallEntry> after(std::uint64_t number, bool only_writes) const;
  std::uint64_t last() const { return last_; }
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }  ///< by method

 private:
  std::uint64_t last_ = 0;
  std::deque<CallEntry> entries_;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace xenha::sim
