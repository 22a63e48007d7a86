#include "lib/cloudstack/dates.h"

#include "lib/base/date_text.h"
#include "lib/base/wall_time.h"

namespace xenha::cloudstack {

std::optional<WallTime> parse_date(std::string_view text) {
  // Java knows zones up to 18 hours away.
  return parse_date_text(text, {.colon_may_miss = true, .most_hours_of_offset = 18});
}

std::string expires_text(WallTime when) {
  return utc_text(when, "%Y-%m-%dT%H:%M:%S+0000");
}

}  // namespace xenha::cloudstack
