// What the JSON pages have in common: null means unknown, times are Unix seconds, spans seconds.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "lib/base/clock.h"

namespace xenha::exporter::json {

using Object = nlohmann::ordered_json;  ///< keys in the order in which API.md lists them

template <class T>
Object value_of(const std::optional<T>& fact) {
  return fact ? Object(*fact) : Object(nullptr);
}
Object value_of(const std::optional<WallTime>& fact);
Object value_of(const std::optional<Duration>& fact);
Object value_of(const std::string& text);  ///< empty is unknown

/// Bytes that are no UTF-8 become U+FFFD.
std::string dump(const Object& document);

}  // namespace xenha::exporter::json
