#include "hooks/alert/rfc3339.h"

#include <gtest/gtest.h>

#include "lib/base/wall_time.h"

namespace xenha::hooks {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

WallTime at(std::int64_t unix, std::int64_t nanos = 0) {
  return WallTime(seconds(unix)) + nanoseconds(nanos);
}

TEST(Rfc3339, IsReadToTheNanosecond) {
  struct {
    const char* text;
    WallTime when;
  } const rows[] = {
      {"2026-11-27T02:43:29.804246773Z", at(1795747409, 804246773)},
      {"2026-11-27T02:43:29Z", at(1795747409)},
      {"2026-11-27T02:43:29.5Z", at(1795747409, 500000000)},
      {"2026-11-27T02:43:29.000000001Z", at(1795747409, 1)},
      {"2026-11-27T08:13:29.804246773+05:30", at(1795747409, 804246773)},
      {"2026-11-26T18:43:29-08:00", at(1795747409)},
      {"2026-11-27T02:43:29+00:00", at(1795747409)},
      {"2024-02-29T00:00:00Z", at(1709164800)},
      {"1970-01-01T00:00:00Z", at(0)},
      {"1970-01-01T01:00:00+01:00", at(0)},
      {"1969-12-31T23:00:00-01:00", at(0)},
      {"2199-12-31T23:59:59.999999999Z", at(kLastUnixSecond, 999999999)},
      {"2200-01-01T00:59:59+01:00", at(kLastUnixSecond)},
  };
  for (const auto& row : rows) {
    const std::optional<WallTime> when = parse_rfc3339(row.text);
    ASSERT_TRUE(when) << row.text;
    EXPECT_EQ(when->time_since_epoch().count(), row.when.time_since_epoch().count()) << row.text;
  }
}

TEST(Rfc3339, AnythingElseIsNone) {
  for (const char* text : {
           "",
           "Z",
           "2026",
           "2026-11-27",
           "2026-11-27T02:43:29",
           "2026-11-27 02:43:29Z",
           "2026-11-27t02:43:29Z",
           "2026-11-27T02:43:29z",
           "2026-11-27T02:43Z",
           " 2026-11-27T02:43:29Z",
           "2026-11-27T02:43:29Z ",
           "2026-11-27T02:43:29ZZ",
           "2026-11-27T02:43:29.Z",
           "2026-11-27T02:43:29.1234567890Z",
           "2026-11-27T02:43:29,5Z",
           "2026-11-27T02:43:29+0530",
           "2026-11-27T02:43:29+5:30",
           "2026-11-27T02:43:29+24:00",
           "2026-11-27T02:43:29+05:60",
           "2026-11-27T02:43:29+05",
           "2026-13-01T00:00:00Z",
           "2026-00-01T00:00:00Z",
           "2026-02-29T00:00:00Z",
           "2026-11-31T00:00:00Z",
           "2026-11-00T00:00:00Z",
           "2026-11-27T24:00:00Z",
           "2026-11-27T02:60:00Z",
           "2026-11-27T02:43:60Z",
           "+026-11-27T02:43:29Z",
           "2026-1-027T02:43:29Z",
           "02026-11-27T02:43:29Z",
           "1.5e9",
           "yesterday",
           // Beyond what differences of times can hold.
           "0001-01-01T00:00:00Z",
           "1969-12-31T23:59:59Z",
           "1970-01-01T00:00:00+00:01",
           "2200-01-01T00:00:00Z",
           "2199-12-31T23:59:59-00:01",
           "9999-12-31T23:59:59Z",
       })
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Rfc3339, TheTimeThatWasNeverSetIsKnown) {
  EXPECT_TRUE(is_zero_time("0001-01-01T00:00:00Z"));
  EXPECT_FALSE(is_zero_time("0001-01-01T00:00:01Z"));
  EXPECT_FALSE(is_zero_time("2026-11-27T02:43:29Z"));
  EXPECT_FALSE(is_zero_time(""));
}

}  // namespace
}  // namespace xenha::hooks
