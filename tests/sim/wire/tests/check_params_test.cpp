#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <variant>

#include "tests/sim/wire/codec.h"

namespace xenha::sim {
namespace {

using Kind = WireValue::Kind;

WireValue text(std::string value) {
  return {.kind = Kind::kString, .text = std::move(value)};
}
WireValue integer(std::int64_t value) {
  return {.kind = Kind::kInt, .integer = value};
}
WireValue real(double value) {
  return {.kind = Kind::kDouble, .real = value};
}
WireValue boolean(bool value) {
  return {.kind = Kind::kBool, .boolean = value};
}
WireValue array(std::vector<WireValue> items) {
  return {.kind = Kind::kArray, .items = std::move(items)};
}
WireValue map(std::vector<std::pair<std::string, WireValue>> members) {
  return {.kind = Kind::kStruct, .members = std::move(members)};
}

Result<Json, Failure> check(const char* method, Release release, const std::vector<WireValue>& params) {
  return check_params(*find_message(method, release), params, release);
}

struct Row {
  const char* name;
  const char* method;
  Release release;
  std::vector<WireValue> params;
  std::variant<Json, Failure> expected;
};

Failure arity(const char* method, const char* expected, const char* received) {
  return fail("MESSAGE_PARAMETER_COUNT_MISMATCH", method, expected, received);
}
Failure type_error(const char* param) {
  return fail("FIELD_TYPE_ERROR", param);
}

const Row kRows[] = {
    {"enable_ha",
     "pool.enable_ha",
     Release::k62,
     {text("s"), array({text("r")}), map({{"timeout", text("60")}})},
     Json::array({"s", {"r"}, {{"timeout", "60"}}})},
    {"no_session", "pool.get_all", Release::k82, {}, arity("pool.get_all", "0", "-1")},
    {"too_few", "pool.enable_ha", Release::k82, {text("s")}, arity("pool.enable_ha", "2", "0")},
    {"too_many", "pool.disable_ha", Release::k82, {text("s"), text("x")}, arity("pool.disable_ha", "0", "1")},
    {"login_with_two",
     "session.login_with_password",
     Release::k82,
     {text("u"), text("p")},
     Json::array({"u", "p", "1.1", ""})},
    {"login_with_four",
     "session.login_with_password",
     Release::k62,
     {text("u"), text("p"), text("1.0"), text("o")},
     Json::array({"u", "p", "1.0", "o"})},
    {"login_with_one",
     "session.login_with_password",
     Release::k82,
     {text("u")},
     arity("session.login_with_password", "2", "1")},
    {"soft_is_new_in_71",
     "host.emergency_ha_disable",
     Release::k71,
     {text("s"), boolean(true)},
     Json::array({"s", true})},
    {"soft_defaults_to_false",
     "host.emergency_ha_disable",
     Release::k71,
     {text("s")},
     Json::array({"s", false})},
    {"soft_is_unknown_before",
     "host.emergency_ha_disable",
     Release::k70,
     {text("s"), boolean(true)},
     arity("host.emergency_ha_disable", "0", "1")},
    {"int_as_text",
     "pool.set_ha_host_failures_to_tolerate",
     Release::k62,
     {text("s"), text("p"), text("1")},
     Json::array({"s", "p", 1})},
    {"int_as_int_is_refused_by_62",
     "pool.set_ha_host_failures_to_tolerate",
     Release::k62,
     {text("s"), text("p"), integer(1)},
     type_error("value")},
    {"int_as_int_is_taken_from_70_on",
     "pool.set_ha_host_failures_to_tolerate",
     Release::k70,
     {text("s"), text("p"), integer(1)},
     Json::array({"s", "p", 1})},
    {"int_as_words",
     "pool.set_ha_host_failures_to_tolerate",
     Release::k82,
     {text("s"), text("p"), text("one")},
     type_error("value")},
    {"int_with_fraction",
     "pool.set_ha_host_failures_to_tolerate",
     Release::k82,
     {text("s"), text("p"), real(1)},
     type_error("value")},
    {"timeout_as_double",
     "event.from",
     Release::k62,
     {text("s"), array({text("*")}), text(""), real(60.1)},
     Json::array({"s", {"*"}, "", 60.1})},
    {"timeout_as_text_is_refused_by_65",
     "event.from",
     Release::k65,
     {text("s"), array({}), text(""), text("60")},
     type_error("timeout")},
    {"timeout_as_int_is_refused_by_62",
     "event.from",
     Release::k62,
     {text("s"), array({}), text(""), integer(60)},
     type_error("timeout")},
    {"timeout_as_int_is_taken_from_70_on",
     "event.from",
     Release::k70,
     {text("s"), array({}), text(""), integer(60)},
     Json::array({"s", Json::array(), "", 60.0})},
    {"string_as_int", "pool.get_by_uuid", Release::k82, {text("s"), integer(5)}, type_error("uuid")},
    {"bool_as_text",
     "pool.set_ha_allow_overcommit",
     Release::k82,
     {text("s"), text("p"), text("true")},
     type_error("value")},
    {"set_as_text",
     "pool.enable_ha",
     Release::k82,
     {text("s"), text("r"), map({})},
     type_error("heartbeat_srs")},
    {"map_as_array",
     "pool.enable_ha",
     Release::k82,
     {text("s"), array({}), array({})},
     type_error("configuration")},
    {"map_with_int_values",
     "pool.enable_ha",
     Release::k82,
     {text("s"), array({}), map({{"timeout", integer(60)}})},
     type_error("configuration")},
    {"unknown_enum",
     "message.create",
     Release::k82,
     {text("s"), text("N"), text("3"), text("Planet"), text("u"), text("b")},
     type_error("cls")},
    {"known_enum",
     "message.create",
     Release::k82,
     {text("s"), text("N"), text("3"), text("Pool"), text("u"), text("b")},
     Json::array({"s", "N", 3, "Pool", "u", "b"})},
    {"date_as_text",
     "message.get_since",
     Release::k82,
     {text("s"), text("2024-01-31T23:59:58Z")},
     Json::array({"s", "20240131T23:59:58Z"})},
    {"no_date", "message.get_since", Release::k82, {text("s"), text("yesterday")}, type_error("since")},
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}
class CheckParams : public testing::TestWithParam<Row> {};
TEST_P(CheckParams, FollowsTheTable) {
  const Row& row = GetParam();
  const auto result = check(row.method, row.release, row.params);
  if (const Json* expected = std::get_if<Json>(&row.expected)) {
    ASSERT_TRUE(result) << result.error().description[0];
    EXPECT_EQ(*result, *expected);
  } else {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().description, std::get<Failure>(row.expected).description);
  }
}
INSTANTIATE_TEST_SUITE_P(Table, CheckParams, testing::ValuesIn(kRows),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace xenha::sim
