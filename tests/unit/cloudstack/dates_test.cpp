#include "lib/cloudstack/dates.h"

#include <gtest/gtest.h>

namespace xenha::cloudstack {
namespace {

using std::chrono::seconds;

std::optional<long> epoch(std::string_view text) {
  const std::optional<WallTime> when = parse_date(text);
  if (!when) return std::nullopt;
  return std::chrono::duration_cast<seconds>(when->time_since_epoch()).count();
}

TEST(Dates, TakesEveryNumericOffset) {
  EXPECT_EQ(epoch("2026-01-02T03:04:05+0000"), 1767323045);
  EXPECT_EQ(epoch("2026-01-02T03:04:05Z"), 1767323045);
  EXPECT_EQ(epoch("2026-01-02T04:04:05+0100"), 1767323045);
  EXPECT_EQ(epoch("2026-01-02T04:04:05+01:00"), 1767323045);
  EXPECT_EQ(epoch("2026-01-01T22:04:05-0500"), 1767323045);
  EXPECT_EQ(epoch("2026-01-02T08:49:05+05:45"), 1767323045);
  EXPECT_EQ(epoch("2026-01-01T09:34:05-1730"), 1767323045);
  EXPECT_EQ(epoch("2026-01-02T03:04:05-0000"), 1767323045);
}

TEST(Dates, KnowsTheCalendar) {
  EXPECT_EQ(epoch("2024-02-29T00:00:00+0000"), 1709164800);
  EXPECT_EQ(epoch("2000-02-29T00:00:00+0000"), 951782400);
  EXPECT_EQ(epoch("1970-01-20T23:14:31+0000"), 1725271);  // lastpinged of every release
  EXPECT_EQ(epoch("2199-12-31T23:59:59+0000"), 7258118399);
  for (const char* text : {"2026-02-29T00:00:00+0000", "2100-02-29T00:00:00+0000", "2026-04-31T00:00:00+0000",
                           "2026-13-01T00:00:00+0000", "2026-00-01T00:00:00+0000", "2026-01-00T00:00:00+0000",
                           "2026-01-32T00:00:00+0000"}) {
    EXPECT_EQ(epoch(text), std::nullopt) << text;
  }
}

TEST(Dates, TakesNothingElse) {
  for (const char* text : {"",
                           "2026",
                           "2026-01-02",
                           "2026-01-02T03:04:05",
                           "2026-01-02 03:04:05+0000",
                           "2026-01-02T03:04:05+00000",
                           "2026-01-02T03:04:05+0000 ",
                           " 2026-01-02T03:04:05+0000",
                           "2026-01-02T03:04:05.123+0000",
                           "2026-01-02T24:00:00+0000",
                           "2026-01-02T03:60:05+0000",
                           "2026-01-02T03:04:60+0000",
                           "2026-01-02T03:04:05+1900",
                           "2026-01-02T03:04:05+0060",
                           "2026-01-02T03:04:05+01",
                           "2026-01-02T03:04:05+01:",
                           "2026-01-02T03:04:05++100",
                           "2026-01-02T03:04:05z",
                           "2026-01-02T03:04:05UTC",
                           "+026-01-02T03:04:05+0000",
                           "2026-1-02T03:04:05+0000",
                           "2026-01-02T-3:04:05+0000",
                           "99999-01-02T03:04:05+0000"}) {
    EXPECT_EQ(epoch(text), std::nullopt) << text;
  }
  EXPECT_EQ(epoch(std::string_view("2026-01-02T03:04:05+0000\0", 25)), std::nullopt);
}

TEST(Dates, StaysWhereDifferencesDoNotOverflow) {
  for (const char* text : {"0000-01-01T00:00:00+0000", "1969-12-31T23:59:59+0000", "2200-01-01T00:00:00+0000",
                           "1970-01-01T00:59:59+0100", "2199-12-31T23:00:00-0100", "2262-04-12T00:00:00+0000",
                           "9999-12-31T23:59:59-1800"}) {
    EXPECT_EQ(epoch(text), std::nullopt) << text;
  }
  const WallTime first = *parse_date("1970-01-01T18:00:00+1800");
  const WallTime last = *parse_date("2199-12-31T05:59:59-1800");
  EXPECT_GT((last - first).count(), 0);
}

TEST(Dates, WritesWhatEveryReleaseTakes) {
  EXPECT_EQ(expires_text(WallTime(seconds(1767323045))), "2026-01-02T03:04:05+0000");
  EXPECT_EQ(expires_text(WallTime(std::chrono::milliseconds(1767323045999))), "2026-01-02T03:04:05+0000");
  EXPECT_EQ(expires_text(WallTime(std::chrono::milliseconds(-1))), "1969-12-31T23:59:59+0000");
}

TEST(Dates, ReadsWhatItWrites) {
  for (long when = 0; when < 7258118400; when += 86399 * 97) {
    EXPECT_EQ(epoch(expires_text(WallTime(seconds(when)))), when);
  }
}

}  // namespace
}  // namespace xenha::cloudstack
