// The JSON reader as a function of bytes, the hostile ones above all.
#include "lib/cloudstack/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xenha::cloudstack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kFields[] = {"id", "name", "count", "up"};
constexpr Wanted kHosts{"host", kFields};
constexpr std::size_t kMany = 1000;

Result<Answer> read(std::string_view body, std::size_t max_rows = kMany) {
  return read_answer(body, kHosts, max_rows);
}
Error refused(std::string_view body, std::size_t max_rows = kMany) {
  const Result<Answer> answer = read(body, max_rows);
  EXPECT_FALSE(answer) << body.substr(0, 100);
  return answer ? Error{} : answer.error();
}
std::string repeat(std::string_view what, std::size_t times) {
  std::string out;
  out.reserve(what.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += what;
  return out;
}

TEST(Answer, KeepsTheFieldsWanted) {
  const auto answer =
      read(R"( {"listhostsresponse":{"count":2,"host":[{"id":"a","other":"x","count":-3,"up":true},
                              {"name":null,"id":"b"}],"more":[1,[2]]}} )");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_FALSE(answer->fault);
  ASSERT_EQ(answer->rows.size(), 2u);
  EXPECT_EQ(answer->rows[0].text("id"), "a");
  EXPECT_EQ(answer->rows[0].find("other"), nullptr);
  EXPECT_EQ(answer->rows[0].integer("count"), -3);
  EXPECT_EQ(answer->rows[0].flag("up"), true);
  EXPECT_EQ(answer->rows[1].find("name"), nullptr);
  EXPECT_EQ(answer->rows[1].maybe_text("name"), std::nullopt);
  EXPECT_EQ(answer->rows[1].maybe_text("id"), "b");
}

TEST(Answer, NestedFieldsOfTheSameNameAreNotTheRows) {
  const auto answer = read(R"({"r":0,"x":1})");  // first: no envelope at all
  EXPECT_FALSE(answer);
  const auto nested = read(
      R"({"response":{"nested":{"host":[{"id":"no"}]},"host":[{"id":"a","nic":[{"id":"n"}],"details":{"id":"d"}}]}})");
  ASSERT_TRUE(nested);
  ASSERT_EQ(nested->rows.size(), 1u);
  EXPECT_EQ(nested->rows[0].text("id"), "a");
}

TEST(Answer, EmptyResultsOfAllKinds) {
  for (const char* body :
       {R"({"listhostsresponse":{}})", R"({"listhostsresponse":{"count":7}})",
        R"({"listhostsresponse":{"count":0,"host":[]}})", R"({"listhostsresponse":{"host":null}})",
        R"({"x_response":{"router":[{"id":"1"}]}})"}) {
    const auto answer = read(body);
    ASSERT_TRUE(answer) << body;
    EXPECT_TRUE(answer->rows.empty());
    EXPECT_FALSE(answer->fault);
  }
}

TEST(Answer, OneObjectIsOneRow) {
  const auto answer = read(R"({"listcapabilitiesresponse":{"host":{"id":"only"}}})");
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->rows.size(), 1u);
  EXPECT_EQ(answer->rows[0].text("id"), "only");
}

TEST(Answer, ScalarsOfAnyType) {
  const auto answer = read(
      R"({"response":{"host":[{"id":345052351234,"name":1.5e3,"up":"TRUE","count":"12"},{"id":true,"up":"yes",
         "count":"12x"},{"id":18446744073709551616,"up":1,"count":99999999999}]}})");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->rows[0].text("id"), "345052351234");
  EXPECT_EQ(answer->rows[0].text("name"), "1.5e3");
  EXPECT_EQ(answer->rows[0].flag("up"), true);
  EXPECT_EQ(answer->rows[0].integer("count"), 12);
  EXPECT_EQ(answer->rows[1].text("id"), "true");
  EXPECT_EQ(answer->rows[1].flag("up"), std::nullopt);
  EXPECT_EQ(answer->rows[1].integer("count"), std::nullopt);
  EXPECT_EQ(answer->rows[2].text("id"), "18446744073709551616");
  EXPECT_EQ(answer->rows[2].flag("up"), std::nullopt);
  EXPECT_EQ(answer->rows[2].integer("count"), std::nullopt);
}

TEST(Answer, TheLastOfTwoFieldsCounts) {
  const auto answer = read(R"({"response":{"host":[{"id":"a","id":"b","name":"x","name":null}]}})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->rows[0].text("id"), "b");
  EXPECT_EQ(answer->rows[0].find("name"), nullptr);
}

TEST(Answer, NamesInsideARow) {
  constexpr Wanted kApis{"api", kFields, "params"};
  const auto answer = read_answer(
      R"({"listapisresponse":{"api":[{"name":"listHosts","params":[{"name":"id","name2":1,"x":{"name":"no"}},
         {"name":"page"},{"noname":1},"odd",[{"name":"no"}]],"response":[{"name":"no"}]}]}})",
      kApis, kMany);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(answer->rows.at(0).names(), ElementsAre("id", "page"));
  EXPECT_EQ(answer->rows[0].text("name"), "listHosts");
}

TEST(Answer, ErrorEnvelopes) {
  for (const char* body :
       {R"({"listhostsresponse":{"uuidList":[],"errorcode":431,"cserrorcode":4350,"errortext":"no"}})",
        R"({"errorresponse":{"uuidList":[{"uuid":"x"}],"errorcode":431,"errortext":"no"}})",
        R"({"errorresponse":{"errortext":"no","errorcode":"431"}})"}) {
    const auto answer = read(body);
    ASSERT_TRUE(answer) << body;
    ASSERT_TRUE(answer->fault);
    EXPECT_EQ(answer->fault->code, 431);
    EXPECT_EQ(answer->fault->text, "no");
  }
  EXPECT_THAT(refused(R"({"errorresponse":{"errorcode":"many"}})").message, HasSubstr("without a code"));
  EXPECT_FALSE(read(R"({"errorresponse":{"errorcode":99999999999}})"));
  EXPECT_FALSE(read(R"({"response":{"host":[{"errorcode":431}]}})")->fault);
}

TEST(Answer, WhatIsNoEnvelope) {
  for (const char* body :
       {"{}", "[]", "1", "null", "true", "\"listhostsresponse\"", R"({"host":[]})",
        R"({"listhostsresponse":[]})", R"({"listhostsresponse":"x"})", R"({"listhostsresponse":null})",
        R"({"aresponse":{},"bresponse":{}})", R"({"aresponse":{},"b":1})", R"({"response":{"host":"x"}})",
        R"({"response":{"host":3}})", R"({"response":{"host":["x"]}})", R"({"response":{"host":[null]}})",
        R"({"response":{"host":[[]]}})"}) {
    EXPECT_EQ(refused(body).code, ErrorCode::kBadReply) << body;
  }
}

TEST(Answer, WhatIsNoJson) {
  const std::string whole = R"({"listhostsresponse":{"count":1,"host":[{"id":"a\u00e9","up":true}]}})";
  ASSERT_TRUE(read(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(refused(whole.substr(0, length)).code, ErrorCode::kBadReply) << length;
  }
  for (const std::string& body : {whole + "x", whole + whole, whole + std::string(1, '\0'),
                                  std::string("{\"response\":{\"host\":[{\"id\":\"\n\"}]}}"),
                                  std::string("{\"response\":{\"host\":[{\"id\":\"\x01\"}]}}"),
                                  std::string("{\"response\":{\"host\":[{\"id\":\"\xC3(\"}]}}"),
                                  std::string("{\"response\":{\"host\":[{\"id\":\"\xED\xA0\x80\"}]}}"),
                                  std::string("{\"response\":{\"host\":[{\"id\":\"\xFF\"}]}}"),
                                  std::string(R"({"response":{"host":[{"id":"\ud800"}]}})"),
                                  std::string(R"({"response":{"host":[{"id":1e999}]}})"),
                                  std::string(R"({"response":{"host":[{"id":NaN}]}})"),
                                  std::string(R"({"response":{"host":[{"id":01}]}})"),
                                  std::string(R"({'response':{}})"), std::string(R"({"response":{}}//)")}) {
    EXPECT_EQ(refused(body).code, ErrorCode::kBadReply) << body;
  }
}

TEST(Answer, SaysWhereNotWhat) {
  const Error error = refused(R"({"response":{"host":[{"id":"topsecret" "x"}]}})");
  EXPECT_THAT(error.message, HasSubstr("no valid JSON at byte "));
  EXPECT_THAT(error.message, Not(HasSubstr("topsecret")));
  EXPECT_EQ(refused("<html>topsecret</html>").message, "the answer is HTML or XML, not JSON");
  EXPECT_EQ(refused(" \r\n<?xml version='1.0'?>").message, "the answer is HTML or XML, not JSON");
}

TEST(Answer, NestedAMillionDeep) {
  const std::string arrays = repeat("[", 1'000'000), objects = repeat("{\"a\":", 1'000'000);
  for (const std::string& head :
       {std::string(), std::string(R"({"response":)"), std::string(R"({"response":{"x":)"),
        std::string(R"({"response":{"host":)"), std::string(R"({"response":{"host":[{"id":)")}) {
    EXPECT_EQ(refused(head + arrays).code, ErrorCode::kBadReply) << head;
    EXPECT_EQ(refused(head + objects).code, ErrorCode::kBadReply) << head;
    EXPECT_EQ(refused(head + arrays + repeat("]", 1'000'000) + "}}").code, ErrorCode::kBadReply) << head;
  }
  EXPECT_THAT(refused(R"({"response":{"x":)" + arrays).message, HasSubstr("too deep"));
  EXPECT_TRUE(read(R"({"response":{"x":)" + repeat("[", 20) + repeat("]", 20) + "}}"));
}

TEST(Answer, RowsAreCounted) {
  const std::string rows = "{\"response\":{\"host\":[" + repeat("{},", 10) + "{}]}}";
  EXPECT_EQ(read(rows, 11)->rows.size(), 11u);
  EXPECT_EQ(refused(rows, 10).code, ErrorCode::kTooLarge);
  EXPECT_THAT(refused(rows, 10).message, HasSubstr("more than 10 rows"));
}

}  // namespace
}  // namespace xenha::cloudstack
