#include "lib/xapi/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/xapi/value_text.h"

namespace xenha::xapi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The value inside a success envelope.
std::string success(std::string_view value) {
  return "<methodResponse><params><param><value><struct><member><name>Status</name><value>Success</value></"
         "member>"
         "<member><name>Value</name>" +
         std::string(value) + "</member></struct></value></param></params></methodResponse>";
}

std::string outcome(std::string_view text, Keep keep = {}) {
  const Result<Answer> answer = decode_answer(text, {}, std::move(keep));
  if (answer) return to_text(*answer->value);
  const Error& error = answer.error();
  std::string out =
      std::to_string(static_cast<int>(error.code)) + " " + error.message + " " + error.remote_code;
  for (const std::string& arg : error.remote_args) out += "|" + arg;
  return out;
}

struct Form {
  const char* name;
  const char* value;
  const char* expected;
};
class AnswerForms : public ::testing::TestWithParam<Form> {};

TEST_P(AnswerForms, DecodesAsTheTableSays) {
  const Result<Answer> answer = decode_answer(success(GetParam().value));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(to_text(*answer->value), GetParam().expected);
}

const Form kForms[] = {
    {"bare_text", "<value>abc</value>", "\"abc\""},
    {"string", "<value><string>abc</string></value>", "\"abc\""},
    {"empty_value", "<value></value>", "\"\""},
    {"empty_value_short", "<value/>", "\"\""},
    {"empty_string_short", "<value><string/></value>", "\"\""},
    {"white_space_is_text", "<value> \n </value>", "\" \n \""},
    {"white_space_around_a_type", "<value>\n <string> a </string>\n</value>", "\" a \""},
    {"big_integer_as_text", "<value>9223372036854775807</value>", "\"9223372036854775807\""},
    {"int", "<value><int>5</int></value>", "#5"},
    {"i4", "<value><i4>-5</i4></value>", "#-5"},
    {"i8", "<value><i8>5</i8></value>", "#5"},
    {"apache_i8", "<value><ex:i8>5</ex:i8></value>", "#5"},
    {"nil", "<value><nil/></value>", "nil"},
    {"boolean", "<value><boolean>1</boolean></value>", "bool(1)"},
    {"double_nan", "<value><double>NaN</double></value>", "double(NaN)"},
    {"date", "<value><dateTime.iso8601>20240131T23:59:58Z</dateTime.iso8601></value>",
     "date(20240131T23:59:58Z)"},
    {"empty_set", "<value><array><data/></array></value>", "[]"},
    {"empty_set_long", "<value><array><data>\n</data></array></value>", "[]"},
    {"array_without_data", "<value><array/></value>", "[]"},
    {"set", "<value><array><data><value>a</value><value/></data></array></value>", "[\"a\", \"\"]"},
    {"empty_map", "<value><struct></struct></value>", "{}"},
    {"map", "<value><struct> <member> <name>k</name> <value>v</value> </member> </struct></value>",
     "{k: \"v\"}"},
    {"spaces_in_name", "<value><struct><member><name> k </name><value/></member></struct></value>",
     "{ k : \"\"}"},
    {"duplicate_names_stay",
     "<value><struct><member><name>k</name><value>1</value></member><member><name>k</name><value>2</value></"
     "member>"
     "</struct></value>",
     "{k: \"1\", k: \"2\"}"},
    {"emoji", "<value>\xF0\x9F\x98\x80</value>", "\"\xF0\x9F\x98\x80\""},
    {"emoji_by_number", "<value>&#x1F600;</value>", "\"\xF0\x9F\x98\x80\""},
    {"predefined_entities", "<value>&lt;&amp;&gt;&quot;&apos;</value>", "\"<&>\"'\""},
    {"cdata", "<value><![CDATA[<a>&]]></value>", "\"<a>&\""},
    {"comment_inside", "<value>a<!-- b -->c</value>", "\"ac\""},
    {"null_reference", "<value>OpaqueRef:NULL</value>", "\"OpaqueRef:NULL\""},
};
INSTANTIATE_TEST_SUITE_P(All, AnswerForms, ::testing::ValuesIn(kForms),
                         [](const auto& row) { return row.param.name; });

struct Broken {
  const char* name;
  std::string text;
};
class BrokenAnswers : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenAnswers, AreRefused) {
  const Result<Answer> answer = decode_answer(GetParam().text);
  ASSERT_FALSE(answer) << to_text(*answer->value);
  EXPECT_EQ(answer.error().code, ErrorCode::kBadReply) << answer.error().message;
  EXPECT_EQ(answer.error().message.find('\n'), std::string::npos);
}

const Broken kBroken[] = {
    {"nothing", ""},
    {"white_space", "  \n"},
    {"html", "<html><body><h1>HTTP 500</h1></body></html>"},
    {"json", R"({"result": 1})"},
    {"call", "<methodCall><methodName>a</methodName></methodCall>"},
    {"no_params", "<methodResponse/>"},
    {"empty_params", "<methodResponse><params/></methodResponse>"},
    {"empty_param", "<methodResponse><params><param/></params></methodResponse>"},
    {"two_params",
     "<methodResponse><params><param><value/></param><param><value/></param></params></methodResponse>"},
    {"params_and_fault", "<methodResponse><params><param><value/></param></params><fault/></methodResponse>"},
    {"struct_without_status",
     "<methodResponse><params><param><value><struct/></value></param></params></methodResponse>"},
    {"unknown_type", success("<value><float>1</float></value>")},
    {"base64", success("<value><base64>YQ==</base64></value>")},
    {"text_before_type", success("<value>a<string>b</string></value>")},
    {"text_after_type", success("<value><string>b</string>a</value>")},
    {"two_types", success("<value><string>b</string><string>b</string></value>")},
    {"type_in_type", success("<value><string><i4>1</i4></string></value>")},
    {"text_in_struct", success("<value><struct>a</struct></value>")},
    {"text_in_array", success("<value><array><data>a</data></array></value>")},
    {"value_in_array", success("<value><array><value/></array></value>")},
    {"two_data", success("<value><array><data/><data/></array></value>")},
    {"value_in_struct", success("<value><struct><value/></struct></value>")},
    {"member_without_name", success("<value><struct><member><value/></member></struct></value>")},
    {"member_without_value", success("<value><struct><member><name>a</name></member></struct></value>")},
    {"value_before_name", success("<value><struct><member><value/><name>a</name></member></struct></value>")},
    {"two_names",
     success("<value><struct><member><name>a</name><name>a</name><value/></member></struct></value>")},
    {"two_values",
     success("<value><struct><member><name>a</name><value/><value/></member></struct></value>")},
    {"bad_utf8", success("<value>\xC3\x28</value>")},
    {"overlong_utf8", success("<value>\xC0\xAF</value>")},
    {"surrogate", success("<value>\xED\xA0\x80</value>")},
    {"control_character", success("<value>\x01</value>")},
    {"raw_ampersand", success("<value>a & b</value>")},
    {"unescaped_key", success("<value><struct><member><name>a&b</name><value/></member></struct></value>")},
    {"unescaped_less", success("<value><struct><member><name>a<b</name><value/></member></struct></value>")},
    {"junk_behind", success("<value/>") + "x"},
    {"second_document", success("<value/>") + success("<value/>")},
    {"unknown_entity", success("<value>&nbsp;</value>")},
    {"failure_without_description",
     "<methodResponse><params><param><value><struct><member><name>Status</name><value>Failure</value></"
     "member>"
     "</struct></value></param></params></methodResponse>"},
    {"success_without_value",
     "<methodResponse><params><param><value><struct><member><name>Status</name><value>Success</value></"
     "member>"
     "</struct></value></param></params></methodResponse>"},
    {"other_status",
     "<methodResponse><params><param><value><struct><member><name>Status</name><value>Maybe</value></member>"
     "<member><name>Value</name><value/></member></struct></value></param></params></methodResponse>"},
    {"fault_without_code",
     "<methodResponse><fault><value><struct><member><name>faultString</name><value>a</value></member></"
     "struct>"
     "</value></fault></methodResponse>"},
    {"empty_fault", "<methodResponse><fault></fault></methodResponse>"},
};
INSTANTIATE_TEST_SUITE_P(All, BrokenAnswers, ::testing::ValuesIn(kBroken),
                         [](const auto& row) { return row.param.name; });

TEST(Answer, FailureGivesCodeAndArguments) {
  const Result<Answer> answer = decode_answer(fixture("answer/login_host_is_slave.xml"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kRemoteFault);
  EXPECT_EQ(answer.error().remote_code, "HOST_IS_SLAVE");
  EXPECT_THAT(answer.error().remote_args, ElementsAre("10.1.0.10"));
  EXPECT_EQ(answer.error().message, "the host answered HOST_IS_SLAVE");
}

TEST(Answer, FailureMessageHoldsNoArgumentAndNoNewline) {
  const Result<Answer> answer = decode_answer(
      "<methodResponse><params><param><value><struct><member><name>Status</name><value>Failure</value></"
      "member>"
      "<member><name>ErrorDescription</name><value><array><data><value>SESSION&#10;level=error</value>"
      "<value>OpaqueRef:secret</value></data></array></value></member></struct></value></param></params>"
      "</methodResponse>");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "the host answered SESSION?level=error");
  EXPECT_THAT(answer.error().remote_args, ElementsAre("OpaqueRef:secret"));
}

TEST(Answer, DescriptionMayComeBeforeTheStatus) {
  const Result<Answer> answer = decode_answer(fixture("answer/login_refused.xml"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().remote_code, "SESSION_AUTHENTICATION_FAILED");
}

TEST(Answer, FaultGivesCodeAndText) {
  const Result<Answer> answer = decode_answer(fixture("answer/fault.xml"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kRemoteFault);
  EXPECT_EQ(answer.error().remote_code, "FAULT");
  EXPECT_THAT(answer.error().remote_args, ElementsAre("1", "Unknown method Async.host.get_uuid"));
}

TEST(Answer, BareArrayNeedsNoEnvelope) {
  EXPECT_EQ(outcome(fixture("answer/list_methods.xml")), "[\"pool.get_all\", \"host.get_all_records\"]");
}

TEST(Answer, VoidIsEmptyText) {
  EXPECT_EQ(outcome(fixture("answer/void.xml")), "\"\"");
  EXPECT_EQ(outcome(fixture("answer/void_short.xml")), "\"\"");
}

TEST(Answer, DeclaredLatin1BecomesUtf8) {
  EXPECT_EQ(outcome(fixture("answer/latin1.xml")),
            "\"k\xC3\xBC"
            "che\"");
}

TEST(Answer, OldAndNewRecordsDecode) {
  for (const char* name : {"answer/host_records_6_2.xml", "answer/host_records_8_2.xml"}) {
    const Result<Answer> answer = decode_answer(fixture(name));
    ASSERT_TRUE(answer) << answer.error().message;
    const Value* host = answer->value->find("OpaqueRef:h1");
    ASSERT_NE(host, nullptr);
    EXPECT_EQ(host->find("name_label")->text(),
              "k\xC3\xBC"
              "che & \xF0\x9F\x98\x80 <b>");
    EXPECT_EQ(host->find("enabled")->boolean(), true);
    EXPECT_EQ(host->find("API_version_major")->integer(), 2);
    EXPECT_TRUE(is_null_ref(*host->find("suspend_image_sr")->text()));
    EXPECT_EQ(host->find("nobody_knows"), nullptr);
    EXPECT_EQ(answer->value->find("OpaqueRef:h2")->find("ha_statefiles")->items.size(), 0u);
  }
}

TEST(Answer, MessageOfBrokenXmlSaysWhere) {
  const Result<Answer> answer = decode_answer(fixture("answer/unescaped_key.xml"));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("no well-formed XML at byte"));
}

TEST(Answer, OutlivesItsDecoderAndCountsBytes) {
  Result<Answer> answer = Error{};
  const std::string text = fixture("answer/types.xml");
  {
    AnswerDecoder decoder;
    ASSERT_TRUE(decoder.feed(text));
    answer = decoder.finish();
  }
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->bytes, text.size());
  EXPECT_EQ(answer->value->find("cdata")->text(), "a<b");
}

const char* const kWhole[] = {"answer/event_from.xml",          "answer/event_from_class_last.xml",
                              "answer/host_records_6_2.xml",    "answer/types.xml",
                              "answer/login_host_is_slave.xml", "answer/fault.xml"};

TEST(Answer, TruncatedAnywhereIsRefused) {
  for (const char* name : kWhole) {
    const std::string text = fixture(name);
    const std::size_t end = text.rfind('>');
    for (std::size_t length = 0; length <= end; ++length) {
      const Result<Answer> answer = decode_answer(std::string_view(text).substr(0, length));
      ASSERT_FALSE(answer) << name << " cut at " << length;
      ASSERT_EQ(answer.error().code, ErrorCode::kBadReply) << name << " cut at " << length;
    }
  }
}

TEST(Answer, SplitAnywhereGivesTheSame) {
  for (const char* name : kWhole) {
    const std::string text = fixture(name);
    const std::string whole = outcome(text);
    for (std::size_t at = 0; at <= text.size(); ++at) {
      AnswerDecoder decoder;
      ASSERT_TRUE(decoder.feed(std::string_view(text).substr(0, at)));
      ASSERT_TRUE(decoder.feed(std::string_view(text).substr(at)));
      const Result<Answer> answer = decoder.finish();
      ASSERT_EQ(answer ? to_text(*answer->value) : outcome(text), whole) << name << " split at " << at;
      ASSERT_EQ(bool(answer), whole.front() == '{' || whole.front() == '[') << name << " split at " << at;
    }
  }
}

TEST(Answer, ByteByByteGivesTheSame) {
  const std::string text = fixture("answer/types.xml");
  AnswerDecoder decoder;
  for (const char c : text) ASSERT_TRUE(decoder.feed({&c, 1}));
  const Result<Answer> answer = decoder.finish();
  ASSERT_TRUE(answer);
  EXPECT_EQ(to_text(*answer->value), outcome(text));
}

}  // namespace
}  // namespace xenha::xapi
