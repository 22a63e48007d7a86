#include "exporter/json_values.h"

namespace xenha::exporter::json {

Object value_of(const std::optional<WallTime>& fact) {
  return fact ? Object(unix_seconds(*fact)) : Object(nullptr);
}

Object value_of(const std::optional<Duration>& fact) {
  return fact ? Object(seconds(*fact)) : Object(nullptr);
}

Object value_of(const std::string& text) {
  return text.empty() ? Object(nullptr) : Object(text);
}

std::string dump(const Object& document) {
  return document.dump(2, ' ', false, Object::error_handler_t::replace) + "\n";
}

}  // namespace xenha::exporter::json
