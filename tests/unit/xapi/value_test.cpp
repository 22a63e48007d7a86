#include "lib/xapi/value.h"

#include <gtest/gtest.h>

#include <cmath>

namespace xenha::xapi {
namespace {

using Kind = Value::Kind;

Value scalar(Kind kind, std::string_view text) {
  return {.kind = kind, .scalar = text, .items = {}, .members = {}};
}

TEST(Value, FindTakesTheLastOfDuplicates) {
  const Member members[] = {
      {"a", scalar(Kind::kText, "1")}, {"b", scalar(Kind::kText, "2")}, {"a", scalar(Kind::kText, "3")}};
  const Value map{.kind = Kind::kStruct, .scalar = {}, .items = {}, .members = members};
  ASSERT_NE(map.find("a"), nullptr);
  EXPECT_EQ(map.find("a")->scalar, "3");
  EXPECT_EQ(map.find("c"), nullptr);
  EXPECT_EQ(scalar(Kind::kText, "a").find("a"), nullptr);
}

TEST(Value, TextIsOnlyText) {
  EXPECT_EQ(scalar(Kind::kText, "").text(), "");
  EXPECT_EQ(scalar(Kind::kInt, "5").text(), std::nullopt);
  EXPECT_EQ(scalar(Kind::kNil, "").text(), std::nullopt);
}

struct IntegerRow {
  Kind kind;
  const char* text;
  std::optional<std::int64_t> expected;
};
TEST(Value, Integer) {
  const IntegerRow rows[] = {
      {Kind::kText, "0", 0},
      {Kind::kText, "-17", -17},
      {Kind::kText, "+17", 17},
      {Kind::kInt, " 5 ", 5},
      {Kind::kText, "9223372036854775807", INT64_MAX},
      {Kind::kText, "-9223372036854775808", INT64_MIN},
      {Kind::kText, "9223372036854775808", std::nullopt},
      {Kind::kText, "", std::nullopt},
      {Kind::kText, "5x", std::nullopt},
      {Kind::kText, "5.0", std::nullopt},
      {Kind::kText, "0x10", std::nullopt},
      {Kind::kText, "+-5", std::nullopt},
      {Kind::kText, "1 2", std::nullopt},
      {Kind::kDouble, "5", std::nullopt},
      {Kind::kBool, "1", std::nullopt},
  };
  for (const IntegerRow& row : rows)
    EXPECT_EQ(scalar(row.kind, row.text).integer(), row.expected) << row.text;
}

struct RealRow {
  Kind kind;
  const char* text;
  std::optional<double> expected;
};
TEST(Value, Real) {
  const RealRow rows[] = {
      {Kind::kDouble, "0.30000000000000004", 0.30000000000000004},
      {Kind::kDouble, "1e-05", 1e-05},
      {Kind::kDouble, "1.5e+16", 1.5e16},
      {Kind::kDouble, "-0.5", -0.5},
      {Kind::kDouble, "+0.5", 0.5},
      {Kind::kDouble, " 2 ", 2.0},
      {Kind::kDouble, "1.", 1.0},
      {Kind::kDouble, "inf", INFINITY},
      {Kind::kDouble, "-inf", -INFINITY},
      {Kind::kDouble, "1e999", std::nullopt},
      {Kind::kDouble, "", std::nullopt},
      {Kind::kDouble, "1,5", std::nullopt},
      {Kind::kDouble, "two", std::nullopt},
      {Kind::kText, "42", 42.0},
      {Kind::kInt, "42", 42.0},
      {Kind::kText, "inf", std::nullopt},
      {Kind::kText, "0.5", std::nullopt},
      {Kind::kBool, "1", std::nullopt},
  };
  for (const RealRow& row : rows) EXPECT_EQ(scalar(row.kind, row.text).real(), row.expected) << row.text;
  for (const char* text : {"nan", "NaN", "-nan"}) {
    const std::optional<double> real = scalar(Kind::kDouble, text).real();
    EXPECT_TRUE(real && std::isnan(*real)) << text;
  }
}

TEST(Value, Boolean) {
  EXPECT_EQ(scalar(Kind::kBool, "1").boolean(), true);
  EXPECT_EQ(scalar(Kind::kBool, "0").boolean(), false);
  EXPECT_EQ(scalar(Kind::kBool, "true").boolean(), true);
  EXPECT_EQ(scalar(Kind::kBool, "2").boolean(), std::nullopt);
  EXPECT_EQ(scalar(Kind::kText, "1").boolean(), std::nullopt);
}

std::optional<std::int64_t> milliseconds(const char* text) {
  const std::optional<WallTime> time = scalar(Kind::kDateTime, text).time();
  if (!time) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count();
}

TEST(Value, Time) {
  constexpr std::int64_t kWhen = 1706745598000;  // 31 January 2024, 23:59:58 UTC
  const struct {
    const char* text;
    std::optional<std::int64_t> expected;
  } rows[] = {
      {"20240131T23:59:58Z", kWhen},
      {"20240131T23:59:58", kWhen},
      {"2024-01-31T23:59:58Z", kWhen},
      {"2024-01-31T23:59:58", kWhen},
      {"20240131T235958Z", kWhen},
      {" 20240131T23:59:58Z ", kWhen},
      {"20240201T00:59:58+01:00", kWhen},
      {"20240131T18:29:58-0530", kWhen},
      {"20240131T21:59:58-02", kWhen},
      {"20240131T23:59:58.5Z", kWhen + 500},
      {"20240131T23:59:58.123456789012", kWhen + 123},
      {"20240131T23:59:58,25+00:00", kWhen + 250},
      {"19700101T00:00:00Z", 0},
      {"20240229T00:00:00Z", 1709164800000},
      {"20241231T23:59:60Z", 1735689600000},
      {"20230229T00:00:00Z", std::nullopt},
      {"20240132T00:00:00Z", std::nullopt},
      {"20241301T00:00:00Z", std::nullopt},
      {"20240131T24:00:00Z", std::nullopt},
      {"20240131T23:60:00Z", std::nullopt},
      {"2024-0131T23:59:58Z", std::nullopt},
      {"20240131 23:59:58", std::nullopt},
      {"20240131T23:59:58X", std::nullopt},
      {"20240131T23:59:58Zx", std::nullopt},
      {"20240131T23:59:58.Z", std::nullopt},
      {"20240131T23:59:58+1", std::nullopt},
      {"20240131T23:59:58+", std::nullopt},
      {"20240131", std::nullopt},
      {"20240131T", std::nullopt},
      {"", std::nullopt},
      {"99991231T23:59:59Z", std::nullopt},
      {"00010101T00:00:00Z", std::nullopt},
  };
  for (const auto& row : rows) EXPECT_EQ(milliseconds(row.text), row.expected) << row.text;
  EXPECT_EQ(scalar(Kind::kText, "20240131T23:59:58Z").time(), std::nullopt);
}

TEST(Value, NullReferences) {
  EXPECT_TRUE(is_null_ref(""));
  EXPECT_TRUE(is_null_ref("OpaqueRef:NULL"));
  EXPECT_FALSE(is_null_ref("OpaqueRef:1"));
}

}  // namespace
}  // namespace xenha::xapi
