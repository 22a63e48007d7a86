// JSON in and out: what --output json prints (OUTPUT.md has the schema of every command), and what our
// daemons answer. Reading never throws: what is missing or of another type is empty, which means unknown.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>

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

/// The member, or null.
const Json& at(const Json& json, const char* key);
/// Elements of an array; of anything else none.
const Json& list_at(const Json& json, const char* key);
std::string text_at(const Json& json, const char* key);
std::optional<double> number_at(const Json& json, const char* key);
std::optional<bool> bool_at(const Json& json, const char* key);
/// Unix seconds.
std::optional<WallTime> time_at(const Json& json, const char* key);

}  // namespace xenha::ctl
