#include <gtest/gtest.h>

#include "lib/xapi/answer.h"
#include "tests/unit/xapi/value_text.h"

namespace xenha::xapi {
namespace {

constexpr std::string_view kPoolFields[] = {"uuid", "master", "other_config"};
constexpr std::string_view kVmFields[] = {"name_label", "allowed_operations", "ha_always_run"};
constexpr std::string_view kHostFields[] = {"uuid", "software_version", "ha_statefiles"};

Keep events() {
  return Keep::events({{"pool", kPoolFields}, {"vm", kVmFields}});
}

std::string kept(std::string_view file, Keep keep) {
  const Result<Answer> answer = decode_answer(fixture(file), {}, std::move(keep));
  return answer ? to_text(*answer->value) : answer.error().message;
}

constexpr std::string_view kPoolEvent =
    "{uuid: \"aa-1\", master: \"OpaqueRef:h1\", other_config: {xenha:intent: \"x\"}}";
constexpr std::string_view kVmEvent =
    "{name_label: \"i-2-1-VM\", allowed_operations: [\"start\", \"clean_shutdown\"], ha_always_run: bool(1)}";

TEST(AnswerKeep, EventsKeepTheFieldsOfTheirClass) {
  EXPECT_EQ(
      kept("answer/event_from.xml", events()),
      "{events: [{class: \"pool\", operation: \"add\", ref: \"OpaqueRef:p1\", snapshot: " +
          std::string(kPoolEvent) +
          "}, {class: \"vm\", operation: \"add\", ref: \"OpaqueRef:vm1\", snapshot: " +
          std::string(kVmEvent) +
          "}, {class: \"vm\", operation: \"mod\", ref: \"OpaqueRef:vm2\", snapshot: {name_label: "
          "\"i-2-2-VM\", "
          "allowed_operations: [\"start\", \"clean_shutdown\"], ha_always_run: bool(1)}}, "
          "{class: \"vm\", operation: \"del\", ref: \"OpaqueRef:vm3\"}, "
          "{class: \"network\", operation: \"add\", ref: \"OpaqueRef:n1\", snapshot: {}}], "
          "valid_ref_counts: {pool: #1, vm: #2}, token: \"00000000000000000042,00000000000000000007\"}");
}

TEST(AnswerKeep, TheClassMayComeBehindTheSnapshot) {
  EXPECT_EQ(kept("answer/event_from_class_last.xml", events()),
            "{token: \"1,1\", events: [{snapshot: " + std::string(kPoolEvent) +
                ", ref: \"OpaqueRef:p1\", operation: \"add\", class: \"pool\"}, {snapshot: " +
                std::string(kVmEvent) +
                ", ref: \"OpaqueRef:vm1\", operation: \"add\", class: \"vm\"}, "
                "{snapshot: {}, ref: \"OpaqueRef:n1\", operation: \"add\", class: \"network\"}], "
                "valid_ref_counts: {pool: #1, vm: #2}}");
}

TEST(AnswerKeep, NoEventsAreStillAnAnswer) {
  EXPECT_EQ(
      kept("answer/event_from_timeout.xml", events()),
      "{events: [], valid_ref_counts: {pool: #1}, token: \"00000000000000000042,00000000000000000007\"}");
}

TEST(AnswerKeep, RecordsKeepTheirReferences) {
  EXPECT_EQ(
      kept("answer/host_records_6_2.xml", Keep::records({"host", kHostFields})),
      "{OpaqueRef:h1: {uuid: \"2f6c0000-0000-4000-8000-000000000001\", ha_statefiles: [\"OpaqueRef:v1\"], "
      "software_version: {product_version: \"6.2.0\", xapi: \"1.3\"}}, "
      "OpaqueRef:h2: {uuid: \"2f6c0000-0000-4000-8000-000000000002\", ha_statefiles: [], "
      "software_version: {product_version: \"6.2.0\", xapi: \"1.3\"}}}");
}

TEST(AnswerKeep, OneRecord) {
  constexpr std::string_view fields[] = {"null", "yes"};
  EXPECT_EQ(kept("answer/types.xml", Keep::record({"any", fields})),
            "{yes: bool(1), null: \"OpaqueRef:NULL\"}");
}

TEST(AnswerKeep, OnlyTheRecordItselfIsThinnedOut) {
  constexpr std::string_view fields[] = {"software_version"};
  EXPECT_EQ(kept("answer/host_records_8_2.xml", Keep::records({"host", fields})),
            "{OpaqueRef:h1: {software_version: {product_version: \"8.2.1\", xapi: \"1.3\"}}, "
            "OpaqueRef:h2: {software_version: {product_version: \"8.2.1\", xapi: \"1.3\"}}}");
}

TEST(AnswerKeep, AnAnswerOfAnotherShapeIsKeptWhole) {
  EXPECT_EQ(kept("answer/login.xml", events()), "\"OpaqueRef:5c3f6b1e-0d0c-4a55-9d6b-7f4c1b0b0a11\"");
  EXPECT_EQ(kept("answer/login.xml", Keep::records({"host", kHostFields})),
            "\"OpaqueRef:5c3f6b1e-0d0c-4a55-9d6b-7f4c1b0b0a11\"");
  EXPECT_EQ(kept("answer/list_methods.xml", events()), "[\"pool.get_all\", \"host.get_all_records\"]");
}

TEST(AnswerKeep, FailuresPassTheFilter) {
  const Result<Answer> answer = decode_answer(fixture("answer/login_refused.xml"), {}, events());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().remote_code, "SESSION_AUTHENTICATION_FAILED");
  EXPECT_EQ(answer.error().remote_args.size(), 2u);
}

TEST(AnswerKeep, WhatIsLeftOutIsCheckedAllTheSame) {
  constexpr std::string_view kBroken[] = {
      "<value><float>1</float></value>", "<value>a<string>b</string></value>",
      "<value><string>b</string>a</value>", "<value><struct><member><value/></member></struct></value>",
      "<value><array>x</array></value>"};
  for (const std::string_view value : kBroken) {
    const std::string text =
        "<methodResponse><params><param><value><struct><member><name>Status</name><value>Success</value></"
        "member>"
        "<member><name>Value</name><value><struct><member><name>left_out</name>" +
        std::string(value) +
        "</member></struct></value></member></struct></value></param></params></methodResponse>";
    const Result<Answer> answer = decode_answer(text, {}, Keep::record({"host", kHostFields}));
    ASSERT_FALSE(answer) << value;
    EXPECT_EQ(answer.error().code, ErrorCode::kBadReply);
  }
}

TEST(AnswerKeep, SplitAnywhereGivesTheSame) {
  for (const char* name : {"answer/event_from.xml", "answer/event_from_class_last.xml"}) {
    const std::string text = fixture(name);
    const std::string whole = kept(name, events());
    for (std::size_t at = 0; at <= text.size(); ++at) {
      AnswerDecoder decoder({}, events());
      ASSERT_TRUE(decoder.feed(std::string_view(text).substr(0, at)));
      ASSERT_TRUE(decoder.feed(std::string_view(text).substr(at)));
      const Result<Answer> answer = decoder.finish();
      ASSERT_TRUE(answer) << name << " split at " << at;
      ASSERT_EQ(to_text(*answer->value), whole) << name << " split at " << at;
    }
  }
}

}  // namespace
}  // namespace xenha::xapi
