#include "exporter/kept_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace xenha::exporter {

using nlohmann::json;

json kept_time(const std::optional<WallTime>& when) {
  return when ? json(unix_seconds(*when)) : json(nullptr);
}

std::optional<WallTime> to_kept_time(const json& value) {
  if (!value.is_number()) return std::nullopt;
  const double since_epoch = value.get<double>();
  if (!is_reasonable_time(since_epoch)) return std::nullopt;
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(since_epoch)));
}

bool is_reasonable_time(double since_epoch) {
  // Nanoseconds in 64 bits end in 2262; further out than this, the difference of two times would overflow.
  return std::isfinite(since_epoch) && std::fabs(since_epoch) <= 4e9;
}

std::string kept_text(const json& document) {
  return document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace xenha::exporter
