#include "hooks/alert/rfc3339.h"

#include "lib/base/date_text.h"

namespace xenha::hooks {

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  return parse_date_text(text, {.fraction = true});
}

bool is_zero_time(std::string_view text) {
  return text == "0001-01-01T00:00:00Z";
}

}  // namespace xenha::hooks
