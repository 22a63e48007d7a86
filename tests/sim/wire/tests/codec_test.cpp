// The bytes themselves; decoders_test.cpp gives them to decoders of others.
#include "tests/sim/wire/codec.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace xenha::sim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

/// The value inside the success envelope.
std::string xml(std::string_view type, const Json& value, Release release = Release::k82) {
  const std::string text = encode_success(*type_of(type), value, release);
  const std::string before =
      "<?xml version=\"1.0\"?><methodResponse><params><param><value><struct><member><name>Status</name>"
      "<value>Success</value></member><member><name>Value</name>";
  const std::string after = "</member></struct></value></param></params></methodResponse>";
  EXPECT_TRUE(text.starts_with(before)) << text;
  EXPECT_TRUE(text.ends_with(after)) << text;
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

std::string json(std::string_view type, const Json& value) {
  const std::string text = encode_json_success({.json_rpc_2 = true}, *type_of(type), value, Release::k82);
  const std::string before = R"({"jsonrpc":"2.0","result":)";
  return text.substr(before.size(), text.size() - before.size() - std::string(R"(,"id":null})").size());
}

TEST(EncodeXml, TextIsBare) {
  EXPECT_EQ(xml("string", "a"), "<value>a</value>");
  EXPECT_EQ(xml("string", R"(<a> & "b" 'c')"), "<value>&lt;a&gt; &amp; &quot;b&quot; 'c'</value>");
  EXPECT_EQ(xml("string", "ä 😀\t\n"), "<value>ä 😀\t\n</value>");
  EXPECT_EQ(xml("VM ref", "OpaqueRef:NULL"), "<value>OpaqueRef:NULL</value>");
  EXPECT_EQ(xml("enum vm_power_state", "Running"), "<value>Running</value>");
}

TEST(EncodeXml, ControlCharactersAreDropped) {
  EXPECT_EQ(xml("string", std::string("a\x01\x1f\0b", 5)), "<value>ab</value>");
}

TEST(EncodeXml, EmptyTextHasTwoForms) {
  EXPECT_EQ(xml("string", ""), "<value></value>");
  EXPECT_EQ(xml("void", nullptr), "<value></value>");
  EXPECT_EQ(xml("string", "", Release::k62), "<value/>");
}

TEST(EncodeXml, IntegersAreBareText) {
  EXPECT_EQ(xml("int", -1), "<value>-1</value>");
  EXPECT_EQ(xml("int", std::numeric_limits<std::int64_t>::max()), "<value>9223372036854775807</value>");
}

TEST(EncodeXml, RealsHaveSixteenDigits) {
  EXPECT_EQ(xml("float", 0.5), "<value><double>0.5</double></value>");
  EXPECT_EQ(xml("float", 1e-5), "<value><double>1e-05</double></value>");
  EXPECT_EQ(xml("float", 1.5e16), "<value><double>1.5e+16</double></value>");
  EXPECT_EQ(xml("float", 0.1 + 0.2), "<value><double>0.3</double></value>");
  EXPECT_EQ(xml("float", kNan), "<value><double>nan</double></value>");
  EXPECT_EQ(xml("float", -kNan), "<value><double>nan</double></value>");
  EXPECT_EQ(xml("float", kInfinity), "<value><double>inf</double></value>");
  EXPECT_EQ(xml("float", -kInfinity), "<value><double>-inf</double></value>");
}

TEST(EncodeXml, OldReleasesKnowOnlyNaN) {
  EXPECT_EQ(xml("float", kNan, Release::k62), "<value><double>NaN</double></value>");
  EXPECT_EQ(xml("float", kInfinity, Release::k62), "<value><double>NaN</double></value>");
}

TEST(EncodeXml, BooleansAndTimes) {
  EXPECT_EQ(xml("bool", true), "<value><boolean>1</boolean></value>");
  EXPECT_EQ(xml("bool", false), "<value><boolean>0</boolean></value>");
  EXPECT_EQ(xml("datetime", "20240131T23:59:58Z"),
            "<value><dateTime.iso8601>20240131T23:59:58Z</dateTime.iso8601></value>");
}

TEST(EncodeXml, SetsMapsAndOptions) {
  EXPECT_EQ(xml("string set", Json::array()), "<value><array><data></data></array></value>");
  EXPECT_EQ(xml("int set", {1, 2}),
            "<value><array><data><value>1</value><value>2</value></data></array></value>");
  EXPECT_EQ(xml("(string -> int) map", {{"k", 1}}),
            "<value><struct><member><name>k</name><value>1</value></member></struct></value>");
  EXPECT_EQ(xml("string option", nullptr), "<value><array><data></data></array></value>");
  EXPECT_EQ(xml("string option", "x"), "<value><array><data><value>x</value></data></array></value>");
}

TEST(EncodeXml, MemberNamesAreNotEscaped) {  // in no release: one such key breaks the whole answer
  EXPECT_EQ(xml("(string -> string) map", {{"a&b<", "<"}}),
            "<value><struct><member><name>a&b<</name><value>&lt;</value></member></struct></value>");
}

TEST(EncodeXml, RecordsHaveEveryFieldOfTheRelease) {
  const std::string old = xml("host_metrics record", {{"live", true}}, Release::k62);
  EXPECT_EQ(
      old,
      "<value><struct><member><name>uuid</name><value/></member><member><name>memory_total</name>"
      "<value>0</value></member><member><name>memory_free</name><value>0</value></member><member><name>live"
      "</name><value><boolean>1</boolean></value></member><member><name>last_updated</name><value>"
      "<dateTime.iso8601>19700101T00:00:00Z</dateTime.iso8601></value></member><member><name>other_config"
      "</name><value><struct></struct></value></member></struct></value>");
}

TEST(EncodeXml, EventBatch) {
  const Json batch = {
      {"events", {{{"id", 7}, {"class", "pool"}, {"operation", "del"}, {"ref", "OpaqueRef:p"}}}},
      {"valid_ref_counts", {{"pool", 1}}},
      {"token", "00000000000000000001,00000000000000000000"}};
  EXPECT_EQ(xml("an event batch", batch),
            "<value><struct><member><name>events</name><value><array><data><value><struct>"
            "<member><name>id</name><value>7</value></member><member><name>timestamp</name><value>0.0</value>"
            "</member><member><name>class</name><value>pool</value></member><member><name>operation</name>"
            "<value>del</value></member><member><name>ref</name><value>OpaqueRef:p</value></member></"
            "struct></value>"
            "</data></array></value></member><member><name>valid_ref_counts</name><value><struct><member>"
            "<name>pool</name><value><i4>1</i4></value></member></struct></value></member><member><name>token"
            "</name><value>00000000000000000001,00000000000000000000</value></member></struct></value>");
}

TEST(EncodeXml, IdOfAnEventIsTextWhereverItComesFrom) {
  for (const Json& id : {Json(7), Json("7")}) {
    const Json event = {{"id", id}, {"class", "pool"}, {"operation", "del"}, {"ref", "r"}};
    EXPECT_NE(xml("event record", event).find("<name>id</name><value>7</value>"), std::string::npos);
    EXPECT_NE(json("event record", event).find(R"("id":"7")"), std::string::npos);
  }
}

TEST(EncodeXml, SnapshotOfAnEventIsARecordOfItsClass) {
  const Json batch = {{"events",
                       {{{"id", 1},
                         {"class", "vm"},
                         {"operation", "mod"},
                         {"ref", "r"},
                         {"snapshot", {{"power_state", "Running"}, {"memory_target", 5}}}}}},
                      {"valid_ref_counts", Json::object()},
                      {"token", ""}};
  const std::string text = xml("an event batch", batch);
  EXPECT_NE(text.find("<name>memory_target</name><value>5</value>"), std::string::npos);
  EXPECT_NE(text.find("<name>is_a_template</name><value><boolean>0</boolean></value>"), std::string::npos);
}

TEST(EncodeXml, FailureFaultAndBareValue) {
  EXPECT_EQ(
      encode_failure(fail("HOST_IS_SLAVE", "10.1.0.10")),
      "<?xml "
      "version=\"1.0\"?><methodResponse><params><param><value><struct><member><name>Status</name><value>"
      "Failure</value></member><member><name>ErrorDescription</name><value><array><data><value>HOST_IS_SLAVE"
      "</value><value>10.1.0.10</value></data></array></value></member></struct></value></param></params>"
      "</methodResponse>");
  EXPECT_EQ(
      encode_fault(1, "no <async>"),
      "<?xml "
      "version=\"1.0\"?><methodResponse><fault><value><struct><member><name>faultCode</name><value><int>1"
      "</int></value></member><member><name>faultString</name><value>no "
      "&lt;async&gt;</value></member></struct>"
      "</value></fault></methodResponse>");
  EXPECT_EQ(
      encode_bare(*type_of("string set"), {"a.b"}, Release::k82),
      "<?xml version=\"1.0\"?><methodResponse><params><param><value><array><data><value>a.b</value></data>"
      "</array></value></param></params></methodResponse>");
}

TEST(EncodeJson, Values) {
  EXPECT_EQ(json("string", "a\"\n\x01ä"), R"("a\"\n\u0001ä")");
  EXPECT_EQ(json("int", 5), "5");
  EXPECT_EQ(json("float", 1.0), "1.0");
  EXPECT_EQ(json("float", kNan), "NaN");
  EXPECT_EQ(json("float", -kInfinity), "-Infinity");
  EXPECT_EQ(json("void", nullptr), R"("")");
  EXPECT_EQ(json("datetime", "20240131T23:59:58Z"), R"("20240131T23:59:58Z")");
  EXPECT_EQ(json("(string -> bool) map", {{"a&b", true}}), R"({"a&b":true})");
  EXPECT_EQ(json("int set", {1, 2}), "[1,2]");
}

TEST(EncodeJson, ShapesOfBothVersions) {
  const Call two{.id_json = "\"x\"", .json_rpc_2 = true};
  const Call one{.id_json = "3"};
  const Type& type = *type_of("string");
  EXPECT_EQ(encode_json_success(two, type, "r", Release::k82), R"({"jsonrpc":"2.0","result":"r","id":"x"})");
  EXPECT_EQ(encode_json_success(one, type, "r", Release::k82), R"({"result":"r","error":null,"id":3})");
  const Failure failure = fail("HANDLE_INVALID", "host", "OpaqueRef:x");
  EXPECT_EQ(
      encode_json_failure(two, failure),
      R"({"jsonrpc":"2.0","error":{"code":1,"message":"HANDLE_INVALID","data":["host","OpaqueRef:x"]},"id":"x"})");
  EXPECT_EQ(encode_json_failure(one, failure),
            R"({"result":null,"error":["HANDLE_INVALID","host","OpaqueRef:x"],"id":3})");
  EXPECT_EQ(encode_json_emergency(fail("HOST_STILL_BOOTING"), Release::k82),
            R"({"result":null,"error":["HOST_STILL_BOOTING"],"id":0})");
  EXPECT_EQ(encode_json_emergency(fail("HOST_STILL_BOOTING"), Release::k8),
            R"({"jsonrpc":"2.0","error":["HOST_STILL_BOOTING"],"id":0})");
}

TEST(ParseXmlRpc, KeepsTheTypesOfTheWire) {
  const auto call = parse_xmlrpc_call(
      "<?xml version='1.0'?>\n<methodCall><methodName>event.from</methodName><params>"
      "<param><value>bare</value></param><param><value><string>s</string></value></param>"
      "<param><value><int>1</int></value></param><param><value><i8>2</i8></value></param>"
      "<param><value><double>60.1</double></value></param><param><value><boolean>1</boolean></value></param>"
      "<param><value><array><data><value>x</value></data></array></value></param>"
      "<param><value><struct><member><name>k</name><value>v</value></member></struct></value></param>"
      "<param><value><dateTime.iso8601>20240131T23:59:58Z</dateTime.iso8601></value></param>"
      "</params></methodCall>");
  ASSERT_TRUE(call) << call.error().message;
  using Kind = WireValue::Kind;
  EXPECT_EQ(call->method, "event.from");
  const Kind expected[] = {Kind::kString, Kind::kString, Kind::kInt,    Kind::kInt,     Kind::kDouble,
                           Kind::kBool,   Kind::kArray,  Kind::kStruct, Kind::kDateTime};
  ASSERT_EQ(call->params.size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) EXPECT_EQ(call->params[i].kind, expected[i]) << i;
  EXPECT_EQ(call->params[0].text, "bare");
  EXPECT_EQ(call->params[3].integer, 2);
  EXPECT_EQ(call->params[4].real, 60.1);
  EXPECT_EQ(call->params[6].items[0].text, "x");
  EXPECT_EQ(call->params[7].members[0].first, "k");
  EXPECT_TRUE(parse_iso8601(call->params[8].text));
}

TEST(ParseXmlRpc, NoParametersInEveryForm) {
  for (const char* params : {"<params/>", "<params />", "<params></params>", ""}) {
    const auto call = parse_xmlrpc_call("<methodCall><methodName>system.listMethods</methodName>" +
                                        std::string(params) + "</methodCall>");
    ASSERT_TRUE(call) << params;
    EXPECT_TRUE(call->params.empty());
  }
}

TEST(ParseXmlRpc, WhatIsNoCallIsAnError) {
  for (const char* text :
       {"", "{}", "<methodCall>", "<methodCall/>", "<methodResponse/>",
        "<methodCall><methodName>a.b</methodName><params><param><value><bad>1</bad></value></param>"
        "</params></methodCall>",
        "<methodCall><methodName>a&b</methodName></methodCall>"}) {
    const auto call = parse_xmlrpc_call(text);
    ASSERT_FALSE(call) << text;
    EXPECT_EQ(call.error().code, ErrorCode::kBadReply);
    EXPECT_NE(call.error().message, "");
  }
}

TEST(ParseJsonRpc, BothShapes) {
  const auto two = parse_jsonrpc_call(
      R"({"jsonrpc":"2.0","method":"a.b","params":["x",1,1.5,true,["y"],{"k":"v"}],"id":0})");
  ASSERT_TRUE(two);
  EXPECT_TRUE(two->json_rpc_2);
  EXPECT_EQ(two->id_json, "0");
  ASSERT_EQ(two->params.size(), 6u);
  EXPECT_EQ(two->params[1].kind, WireValue::Kind::kInt);
  EXPECT_EQ(two->params[2].kind, WireValue::Kind::kDouble);
  EXPECT_EQ(two->params[5].members[0].second.text, "v");
  const auto one = parse_jsonrpc_call(R"({"method":"a.b","params":[],"id":"q"})");
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->json_rpc_2);
  EXPECT_EQ(one->id_json, "\"q\"");
  EXPECT_TRUE(parse_jsonrpc_call(R"({"jsonrpc":"2.0","method":"a.b","id":1})"));
}

TEST(ParseJsonRpc, WhatIsNoCallIsAnError) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("<methodCall/>"),
        std::string(R"({"params":[],"id":1})"), std::string(R"({"method":5,"params":[],"id":1})"),
        std::string(R"({"method":"a","id":1})"), std::string(R"({"method":"a","params":{},"id":1})"),
        std::string(R"({"method":"a","params":[]})"),
        std::string(R"({"jsonrpc":"1.0","method":"a","params":[],"id":1})"),
        R"({"method":"a","id":1,"params":)" + deep + "}"}) {
    const auto call = parse_jsonrpc_call(text);
    ASSERT_FALSE(call) << text.substr(0, 100);
    EXPECT_EQ(call.error().code, ErrorCode::kBadReply);
  }
}

TEST(Times, AreReadInEveryFormAndWrittenInOne) {
  const auto normal = [](std::string_view text) {
    const auto when = parse_iso8601(text);
    return when ? iso8601(*when) : "none";
  };
  EXPECT_EQ(normal("20240131T23:59:58Z"), "20240131T23:59:58Z");
  EXPECT_EQ(normal("2024-01-31T23:59:58"), "20240131T23:59:58Z");
  EXPECT_EQ(normal("20240131T23:59:58+01:00"), "20240131T22:59:58Z");
  EXPECT_EQ(normal("20240131T23:59:58-0130"), "20240201T01:29:58Z");
  EXPECT_EQ(normal("2024-01-31T23:59:58.123Z"), "20240131T23:59:58Z");
  for (const char* bad :
       {"", "2024", "20241331T00:00:00Z", "20240131T24:00:00Z", "20240131 00:00:00", "20240131T23:59:58X"})
    EXPECT_EQ(normal(bad), "none") << bad;
}

}  // namespace
}  // namespace xenha::sim
