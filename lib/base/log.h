// Log lines are events with fields: one per change of state, on standard error, logfmt or JSON.
// spdlog does the work behind this header. No field may ever hold a secret.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace xenha::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kLogfmt, kJson };
using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

/// Once, at start. Until then: info, logfmt.
void configure(Level level, Format format);
/// `level` is one of debug, info, warn, error.
bool parse_level(std::string_view text, Level& level);

void event(Level level, std::string_view message, Fields fields = {});
inline void debug(std::string_view message, Fields fields = {}) {
  event(Level::kDebug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
  event(Level::kInfo, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) {
  event(Level::kWarn, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
  event(Level::kError, message, fields);
}

}  // namespace xenha::log
