// The management server's clock minus ours, out of samples that are each good to about a second.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>

#include "lib/base/clock.h"

namespace xenha::exporter {

class ClockOffset {
 public:
  static constexpr std::size_t kSamples = 5;
  /// Further off than this from the rest is no noise: either a stray sample or a clock that was set.
  static constexpr std::chrono::seconds kJump{5};
  /// Two samples of the same clock are no further apart.
  static constexpr std::chrono::milliseconds kAgree{1500};

  /// A lone stray sample changes nothing; two that agree replace everything known before.
  void see(Duration sample) {
    const std::optional<Duration> known = value();
    if (known && distance(sample, *known) > kJump) {
      if (!stray_ || distance(sample, *stray_) > kAgree) {
        stray_ = sample;
        return;
      }
      samples_ = {*stray_};
    }
    stray_.reset();
    samples_.push_back(sample);
    if (samples_.size() > kSamples) samples_.pop_front();
  }

  /// The median; absent before the first sample.
  std::optional<Duration> value() const {
    if (samples_.empty()) return std::nullopt;
    std::deque<Duration> sorted = samples_;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t middle = sorted.size() / 2;
    if (sorted.size() % 2 == 1) return sorted[middle];
    return sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
  }

  /// A time that the server printed, by our clock.
  WallTime ours(WallTime printed) const {
    return printed - std::chrono::duration_cast<WallTime::duration>(value().value_or(Duration{}));
  }

 private:
  static Duration distance(Duration a, Duration b) { return a < b ? b - a : a - b; }

  std::deque<Duration> samples_;
  std::optional<Duration> stray_;
};

}  // namespace xenha::exporter
