#include "hooks/ctl/render/json.h"

#include "lib/base/wall_time.h"

namespace xenha::ctl {

const Json& at(const Json& json, const char* key) {
  static const Json kNull;
  const auto found = json.find(key);
  return found == json.end() ? kNull : *found;
}

const Json& list_at(const Json& json, const char* key) {
  static const Json kNone = Json::array();
  const Json& found = at(json, key);
  return found.is_array() ? found : kNone;
}

std::string text_at(const Json& json, const char* key) {
  const Json& found = at(json, key);
  return found.is_string() ? found.get<std::string>() : "";
}

std::optional<double> number_at(const Json& json, const char* key) {
  const Json& found = at(json, key);
  return found.is_number() ? std::optional(found.get<double>()) : std::nullopt;
}

std::optional<bool> bool_at(const Json& json, const char* key) {
  const Json& found = at(json, key);
  return found.is_boolean() ? std::optional(found.get<bool>()) : std::nullopt;
}

std::optional<WallTime> time_at(const Json& json, const char* key) {
  const std::optional<double> seconds = number_at(json, key);
  if (!seconds || !(*seconds >= 0) || *seconds > static_cast<double>(kLastUnixSecond)) return std::nullopt;
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(*seconds)));
}

}  // namespace xenha::ctl
