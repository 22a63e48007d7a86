#include "tests/sim/wire/filter.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace xenha::sim {
namespace {

const Json& vm() {
  static const Json record = [] {
    Json out = default_record("VM", Release::k82);
    out["name_label"] = "web 1";
    out["power_state"] = "Running";
    out["is_a_template"] = false;
    out["memory_static_max"] = 1024;
    out["resident_on"] = "OpaqueRef:h";
    out["tags"] = {"a", "b"};
    return out;
  }();
  return record;
}

struct Row {
  const char* expression;
  bool expected;
};
const Row kRows[] = {
    {"true", true},
    {"false", false},
    {R"(field "power_state" = "Running")", true},
    {R"(field"power_state"="Halted")", false},
    {R"("Running" = field "power_state")", true},
    {R"("a" = "a")", true},
    {R"(field "name__label" = "web 1")", true},
    {R"(field "is_a_template" = "false")", true},
    {R"(field "memory__static_max" = "1024")", true},
    {R"(field "resident_on" = "OpaqueRef:h")", true},
    {R"x(field "tags" = "('a' 'b')")x", true},
    {R"((field "is_a_template" = "true") or (field "power_state" = "Running"))", true},
    {R"((field "is_a_template" = "false") and (field "power_state" = "Halted"))", false},
    {R"(not (field "power_state" = "Halted"))", true},
    {"not true", false},
    {"not (not (true))", true},
    {"false and false or true", true},   // alike, from the left
    {"true or false and false", false},  // also here
    {"not false and false", true},       // "not" takes all that follows
    {"(not false) and false", false},
};
TEST(Filter, HoldsAsTheDatabaseWouldSay) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.expression);
    const auto filter = Filter::parse(row.expression);
    ASSERT_TRUE(filter) << filter.error().message;
    const auto result = filter->matches("VM", Release::k82, vm());
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(*result, row.expected);
  }
}

TEST(Filter, RefusesWhatXapiDoesNotParse) {
  for (const char* text : {"", "field", R"(field "a")", R"(field "a" = )", R"("a" = "b)", "(true", "true)",
                           "true true", "TRUE", R"(field "a" == "b")", "field 'a' = 'b'", "maybe"}) {
    const auto filter = Filter::parse(text);
    ASSERT_FALSE(filter) << text;
    EXPECT_EQ(filter.error().code, ErrorCode::kBadConfig);
  }
}

TEST(Filter, RefusesWhatIsNestedTooDeep) {
  std::string nots;
  for (int i = 0; i < 100000; ++i) nots += "not ";
  EXPECT_FALSE(Filter::parse(nots + "true"));
  EXPECT_FALSE(Filter::parse(std::string(100000, '(')));
}

TEST(Filter, UnknownFieldsAreErrors) {
  for (const char* field : {"no_such", "name_label", "nested_virt"}) {
    const auto filter = Filter::parse("field \"" + std::string(field) + "\" = \"x\"");
    ASSERT_TRUE(filter);
    EXPECT_FALSE(filter->matches("VM", Release::k82, vm())) << field;
  }
  const auto later = Filter::parse(R"(field "ha_cluster_stack" = "")");
  EXPECT_FALSE(later->matches("pool", Release::k62, Json::object()));
  EXPECT_TRUE(later->matches("pool", Release::k70, Json::object()));
}

}  // namespace
}  // namespace xenha::sim
