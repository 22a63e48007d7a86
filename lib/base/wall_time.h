// Times that come from elsewhere, as a WallTime can hold them. It overflows in 2262; taken is what lies
// between 1970 and 2199, so that differences and offsets of such times cannot overflow either.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/base/clock.h"

namespace xenha {

inline constexpr std::int64_t kLastUnixSecond = 7'258'118'399;  ///< 2199-12-31 23:59:59

/// What a peer says as seconds since the epoch; absent outside those years.
inline std::optional<WallTime> wall_time(std::int64_t since_epoch) {
  if (since_epoch < 0 || since_epoch > kLastUnixSecond) return std::nullopt;
  return WallTime(std::chrono::seconds(since_epoch));
}

}  // namespace xenha
