#include "lib/xapi/call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/xapi/xmlrpc_reading.h"

namespace xenha::xapi {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Map = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kAllowed[] = {"pool.get_all_records", "event.from"};

std::string encoded(const Params& params) {
  const Result<std::string> text = encode_call(kAllowed, "event.from", params);
  EXPECT_TRUE(text) << text.error().message;
  return text ? *text : "";
}

TEST(Call, EveryKindOfParameterComesBackFromXmlrpcC) {
  const Params params = {std::string("OpaqueRef:1"),
                         true,
                         false,
                         30.5,
                         DateTime{WallTime(std::chrono::milliseconds(1706745598999))},
                         std::vector<std::string>{"pool", "", "a & <b>"},
                         std::vector<std::string>{},
                         Map{{"xenha:intent", "x"}, {"a&b<", "\"'"}},
                         Map{},
                         std::string()};
  EXPECT_EQ(call_by_xmlrpc_c(encoded(params)),
            "event.from [\"OpaqueRef:1\", bool(1), bool(0), double(30.5), date(20240131T23:59:58), "
            "[\"pool\", \"\", \"a & <b>\"], [], {xenha:intent: \"x\", a&b<: \"\"'\"}, {}, \"\"]");
}

TEST(Call, OnTheWireItIsWhatTheOldestVersionTakes) {
  const std::string text =
      encoded({std::string("5"), 30.0, true, DateTime{WallTime(std::chrono::seconds(1706745598))},
               std::vector<std::string>{"pool"}, Map{{"k", "v"}}});
  EXPECT_THAT(text, HasSubstr("<methodName>event.from</methodName>"));
  EXPECT_THAT(text, HasSubstr("<value><string>5</string></value>"));
  EXPECT_THAT(text, HasSubstr("<value><boolean>1</boolean></value>"));
  EXPECT_THAT(text, HasSubstr("<value><double>30"));
  EXPECT_THAT(text, HasSubstr("<dateTime.iso8601>20240131T23:59:58"));
  EXPECT_THAT(text, HasSubstr("<value><string>pool</string></value>"));
  for (const char* never : {"<int>", "<i4>", "<i8>", "<nil"}) EXPECT_THAT(text, Not(HasSubstr(never)));
}

TEST(Call, RealsKeepTheirValue) {
  for (const double value : {0.0, -0.5, 30.0, 1e-7, 123456789.125, 0.1}) {
    EXPECT_EQ(call_by_xmlrpc_c(encoded({value})), "event.from [double(" + double_text(value) + ")]") << value;
    EXPECT_THAT(encoded({value}), Not(HasSubstr("e-"))) << "no exponent for old parsers";
  }
}

TEST(Call, LineEndsAndOtherAlphabetsSurvive) {
  const std::string text = "b\xC3\xBC\xE2\x82\xAC\xED\x9F\xBF\n";
  EXPECT_EQ(call_by_xmlrpc_c(encoded({text})), "event.from [\"" + text + "\"]");
  EXPECT_THAT(encoded({std::string("a\r\nb")}), HasSubstr("<string>a&#x0d;\nb</string>"));
}

TEST(Call, OnlyMethodsOfTheListAreEncoded) {
  for (const char* method : {"pool.disable_ha", "event.fro", "event.from ", "EVENT.FROM", ""}) {
    const Result<std::string> text = encode_call(kAllowed, method, {});
    ASSERT_FALSE(text) << method;
    EXPECT_EQ(text.error().code, ErrorCode::kBadConfig);
  }
  EXPECT_TRUE(encode_call(kAllowed, "pool.get_all_records", {}));
  EXPECT_FALSE(encode_call({}, "pool.get_all_records", {}));
}

TEST(Call, WhatXmlCannotCarryIsRefusedAndNotQuoted) {
  const std::string bad[] = {"s3cret\xC3\x28",         "s3cret\xC0\xAF",           "s3cret\xED\xA0\x80",
                             "s3cret\xF5\x80\x80\x80", "s3cret\xE2\x82",           "s3cret\x01",
                             "s3cret\xEF\xBF\xBF",     std::string("s3cret\0", 7), "s3cret\x80",
                             "s3cret\xF0\x9F\x98\x80", "s3cret\xF0\x8F\xBF\xBF"};
  for (const std::string& text : bad) {
    for (const Param& param : {Param(text), Param(std::vector<std::string>{"fine", text}),
                               Param(Map{{"k", text}}), Param(Map{{text, "v"}})}) {
      const Result<std::string> call = encode_call(kAllowed, "event.from", {std::string("fine"), param});
      ASSERT_FALSE(call);
      EXPECT_EQ(call.error().code, ErrorCode::kBadConfig);
      EXPECT_THAT(call.error().message, HasSubstr("parameter 2"));
      EXPECT_THAT(call.error().message, Not(HasSubstr("s3cret")));
    }
  }
  EXPECT_FALSE(encode_call(kAllowed, "event.from", {std::nan("")}));
  EXPECT_FALSE(encode_call(kAllowed, "event.from", {HUGE_VAL}));
}

}  // namespace
}  // namespace xenha::xapi
