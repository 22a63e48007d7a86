// WallTime from and for the world outside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/clock.h"

namespace xenha {

/// The last second of 2199. WallTime overflows in 2262; a time from elsewhere is taken up to here only, so
/// that differences and offsets of such times cannot overflow either.
inline constexpr std::int64_t kLastUnixSecond = 7'258'118'399;

/// What a peer says as seconds since the epoch; absent outside 1970 to 2199.
inline std::optional<WallTime> wall_time(std::int64_t since_epoch) {
  if (since_epoch < 0 || since_epoch > kLastUnixSecond) return std::nullopt;
  return WallTime(std::chrono::seconds(since_epoch));
}

/// In UTC, the second that has begun; `format` is strftime's, of at most 63 characters when written.
std::string utc_text(WallTime when, const char* format);

}  // namespace xenha
