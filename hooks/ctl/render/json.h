// What --output json prints. OUTPUT.md has the schema of every command.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "lib/base/clock.h"

namespace xenha::ctl {

using Json = nlohmann::ordered_json;

/// null when it is not known.
template <class T>
Json known(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
inline Json known(const std::optional<WallTime>& when) {
  return when ? Json(unix_seconds(*when)) : Json(nullptr);
}

/// Names may be any bytes: what is no UTF-8 is replaced, never an exception.
inline void print(std::ostream& out, const Json& json) {
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace xenha::ctl
