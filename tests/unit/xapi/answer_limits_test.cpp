// Answers made to hurt: every limit, and what must not reach the memory or the stack.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/xapi/answer.h"
#include "tests/unit/xapi/value_text.h"

namespace xenha::xapi {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kBefore =
    "<methodResponse><params><param><value><struct><member><name>Status</name><value>Success</value></member>"
    "<member><name>Value</name>";
constexpr std::string_view kAfter = "</member></struct></value></param></params></methodResponse>";

std::string success(std::string_view value) {
  return std::string(kBefore) + std::string(value) + std::string(kAfter);
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

Error refusal(std::string_view text, Limits limits = {}, Keep keep = {}) {
  const Result<Answer> answer = decode_answer(text, limits, std::move(keep));
  if (!answer) return answer.error();
  ADD_FAILURE() << "was accepted";
  return {};
}

TEST(AnswerLimits, DoctypeIsRefused) {
  for (const char* name : {"answer/doctype.xml", "answer/entity_bomb.xml"}) {
    const Error error = refusal(fixture(name));
    EXPECT_EQ(error.code, ErrorCode::kBadReply);
    EXPECT_THAT(error.message, HasSubstr("DOCTYPE"));
  }
}

TEST(AnswerLimits, NestingUpToTheLimitIsFine) {
  const auto nested = [](int values) {  // the envelope's struct is one value, its Value the first of these
    const auto inner = static_cast<std::size_t>(values - 1);
    return success(repeat("<value><array><data>", inner) + "<value>x</value>" +
                   repeat("</data></array></value>", inner));
  };
  EXPECT_TRUE(decode_answer(nested(63)));
  EXPECT_EQ(refusal(nested(64)).code, ErrorCode::kTooLarge);
}

TEST(AnswerLimits, AMillionNestedValuesEndAtTheLimit) {
  for (const char* level : {"<value><array><data>", "<value><struct><member><name>a</name>"}) {
    const Error error = refusal(std::string(kBefore) + repeat(level, 1000000));
    EXPECT_EQ(error.code, ErrorCode::kTooLarge);
    EXPECT_THAT(error.message, HasSubstr("nested deeper than 64"));
  }
}

TEST(AnswerLimits, NestingInsideASkippedFieldCountsToo) {
  const std::string_view fields[] = {"uuid"};
  const Error error = refusal(std::string(kBefore) + "<value><struct><member><name>left_out</name>" +
                                  repeat("<value><array><data>", 1000000),
                              {}, Keep::record({"vm", fields}));
  EXPECT_EQ(error.code, ErrorCode::kTooLarge);
}

TEST(AnswerLimits, AMillionNestedUnknownElementsEndAtTheFirst) {
  EXPECT_EQ(refusal(std::string(kBefore) + repeat("<a>", 1000000)).code, ErrorCode::kBadReply);
}

TEST(AnswerLimits, TextBytes) {
  const std::string text = success("<value>x</value>");
  EXPECT_TRUE(decode_answer(text, {.text_bytes = text.size()}));
  const Error error = refusal(text, {.text_bytes = text.size() - 1});
  EXPECT_EQ(error.code, ErrorCode::kTooLarge);
  EXPECT_THAT(error.message, HasSubstr(std::to_string(text.size() - 1) + " bytes"));
}

TEST(AnswerLimits, TextBytesCountOverAllPieces) {
  AnswerDecoder decoder(Limits{.text_bytes = 20});
  EXPECT_TRUE(decoder.feed("<methodResponse>"));
  EXPECT_FALSE(decoder.refused());
  EXPECT_FALSE(decoder.feed("<params>"));
  EXPECT_FALSE(decoder.feed(""));
  EXPECT_TRUE(decoder.refused());
  EXPECT_EQ(decoder.finish().error().code, ErrorCode::kTooLarge);
}

TEST(AnswerLimits, StringBytes) {
  const std::string ten = success("<value>" + repeat("x", 10) + "</value>");
  EXPECT_TRUE(decode_answer(ten, {.string_bytes = 10}));
  EXPECT_EQ(refusal(ten, {.string_bytes = 9}).code, ErrorCode::kTooLarge);
  const std::string name =
      success("<value><struct><member><name>abcdefghijk</name><value/></member></struct></value>");
  EXPECT_EQ(refusal(name, {.string_bytes = 10}).code, ErrorCode::kTooLarge);
}

TEST(AnswerLimits, Values) {
  const std::string text =
      success("<value><array><data>" + repeat("<value/>", 100) + "</data></array></value>");
  EXPECT_TRUE(decode_answer(text, {.values = 103}));
  EXPECT_EQ(refusal(text, {.values = 102}).code, ErrorCode::kTooLarge);
}

TEST(AnswerLimits, SkippedValuesDoNotCount) {
  const std::string text =
      success("<value><struct><member><name>left_out</name><value><array><data>" + repeat("<value/>", 100) +
              "</data></array></value></member></struct></value>");
  const std::string_view fields[] = {"uuid"};
  EXPECT_TRUE(decode_answer(text, {.values = 3}, Keep::record({"vm", fields})));
  EXPECT_EQ(refusal(text, {.values = 3}).code, ErrorCode::kTooLarge);
}

TEST(AnswerLimits, EndlessTagIsRefusedLongBeforeTheTextLimit) {
  AnswerDecoder decoder;
  ASSERT_TRUE(decoder.feed("<methodResponse "));
  std::size_t fed = 0;
  while (fed < (1u << 20) && decoder.feed("aaaaaaaaaaaaaaaa")) fed += 16;
  EXPECT_LT(fed, 64u << 10);
  EXPECT_EQ(decoder.finish().error().code, ErrorCode::kBadReply);
}

TEST(AnswerLimits, LongTextInSmallPiecesIsNoEndlessTag) {
  AnswerDecoder decoder;
  ASSERT_TRUE(decoder.feed(kBefore));
  ASSERT_TRUE(decoder.feed("<value>"));
  for (int i = 0; i < 20000; ++i) ASSERT_TRUE(decoder.feed("0123456789"));
  ASSERT_TRUE(decoder.feed("</value>"));
  ASSERT_TRUE(decoder.feed(kAfter));
  const Result<Answer> answer = decoder.finish();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->value->scalar.size(), 200000u);
}

TEST(AnswerLimits, MoreThanXmlrpcCTakesIsFine) {
  const std::string text =
      success("<value><array><data>" + repeat("<value>OpaqueRef:0123456789</value>", 30000) +
              "</data></array></value>");
  ASSERT_GT(text.size(), 524288u);
  const Result<Answer> answer = decode_answer(text);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->value->items.size(), 30000u);
  EXPECT_EQ(answer->value->items.back().text(), "OpaqueRef:0123456789");
}

TEST(AnswerLimits, WideStructOfAMillionMembersIsFine) {
  const std::string text = success(
      "<value><struct>" + repeat("<member><name>a</name><value/></member>", 1000000) + "</struct></value>");
  const Result<Answer> answer = decode_answer(text);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->value->members.size(), 1000000u);
}

}  // namespace
}  // namespace xenha::xapi
