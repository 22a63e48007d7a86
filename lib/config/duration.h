// Spans of time and sizes as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace xenha::config {

/// "90s", "1h30m", "250ms"; units ms, s, m, h, d, each at most once, larger ones first; whole numbers; at
/// most 3650d. Error (kBadConfig): one line that quotes the text and says what to write.
Result<Duration> parse_duration(std::string_view text);
/// As parse_duration reads it: "1h30m"; zero is "0s".
std::string format_duration(Duration span);

/// Bytes: "512KiB"; units B, KiB, MiB, GiB. Error as above.
Result<std::uint64_t> parse_size(std::string_view text);
std::string format_size(std::uint64_t bytes);

}  // namespace xenha::config
