// Random values in XAPI's style, read by our decoder and by xmlrpc-c: both must see the same.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "lib/xapi/answer.h"
#include "tests/unit/xapi/value_text.h"
#include "tests/unit/xapi/xmlrpc_reading.h"

namespace xenha::xapi {
namespace {

/// Writes documents as XAPI and its relatives do; every seed another one.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string success() {
    return "<?xml version=\"1.0\"?>\n<methodResponse><params><param><value><struct>" +
           member("Status", "Success") + member("Value", value(4)) +
           "</struct></value></param></params></methodResponse>";
  }

 private:
  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_); }
  std::string space() { return below(4) == 0 ? "\n  " : ""; }

  /// No 4-byte characters: xmlrpc-c refuses them.
  std::string text() {
    static const char* const kParts[] = {
        "OpaqueRef:", "a", " ",  "&amp;",          "&lt;",     "&#233;", "\xC3\xBC", "\xE2\x82\xAC",
        "-",          "0", "\n", "<![CDATA[<&]]>", "&#x20AC;", "\"",     "'",        ">"};
    std::string out;
    for (unsigned i = below(9); i > 0; --i) out += kParts[below(std::size(kParts))];
    return out;
  }
  std::string scalar() {
    switch (below(9)) {
      case 0:
        return text();
      case 1:
        return space() + "<string>" + text() + "</string>" + space();
      case 2:
        return "<boolean>" + std::to_string(below(2)) + "</boolean>";
      case 3:
        return "<i4>" + std::to_string(static_cast<int>(random_())) + "</i4>";
      case 4:
        return "<i8>" + std::to_string(static_cast<std::int64_t>(random_()) << below(31)) + "</i8>";
      case 5:
        return "<double>" + double_text(std::ldexp(double(random_()) - 2e9, int(below(40)) - 20)) +
               "</double>";
      case 6:
        return "<dateTime.iso8601>20240" + std::to_string(1 + below(9)) + "1" + std::to_string(below(10)) +
               "T0" + std::to_string(below(10)) + ":1" + std::to_string(below(10)) +
               ":00Z</dateTime.iso8601>";
      case 7:
        return "<nil/>";
      default:
        return std::to_string(random_());
    }
  }
  std::string value(int levels) {
    const unsigned kind = levels == 0 ? 0 : below(3);
    if (kind == 0) return scalar();
    std::string out;
    for (unsigned i = below(6); i > 0; --i) {
      if (kind == 1) out += space() + "<value>" + value(levels - 1) + "</value>";
      if (kind == 2) out += space() + member("k" + std::to_string(i) + "&amp;", value(levels - 1));
    }
    if (kind == 1) return space() + "<array>" + space() + "<data>" + out + space() + "</data></array>";
    return "<struct>" + out + space() + "</struct>" + space();
  }
  std::string member(const std::string& name, const std::string& inner) {
    return "<member><name>" + name + "</name>" + space() + "<value>" + inner + "</value></member>";
  }

  std::mt19937 random_;
};

/// Brings dates and doubles to the form in which xmlrpc-c hands them out.
std::string normal_text(const Value& value) {
  std::string out;
  switch (value.kind) {
    case Value::Kind::kInt:
      return "#" + std::to_string(value.integer().value_or(0));
    case Value::Kind::kDouble:
      return "double(" + double_text(value.real().value_or(0)) + ")";
    case Value::Kind::kDateTime:
      return "date(" + std::string(value.scalar.substr(0, 17)) + ")";
    case Value::Kind::kArray:
      for (const Value& item : value.items) out += (out.empty() ? "" : ", ") + normal_text(item);
      return "[" + out + "]";
    case Value::Kind::kStruct:
      for (const Member& entry : value.members) {
        out += (out.empty() ? "" : ", ") + std::string(entry.name) + ": " + normal_text(entry.value);
      }
      return "{" + out + "}";
    default:
      return to_text(value);
  }
}

TEST(AnswerDifferential, BothReadersSeeTheSame) {
  std::size_t bytes = 0;
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    const std::string text = Writer(seed).success();
    bytes += text.size();
    const std::optional<std::string> theirs = response_by_xmlrpc_c(text);
    ASSERT_TRUE(theirs) << "seed " << seed << "\n" << text;
    const Result<Answer> ours = decode_answer(text);
    ASSERT_TRUE(ours) << "seed " << seed << ": " << ours.error().message << "\n" << text;
    ASSERT_EQ("{Status: \"Success\", Value: " + normal_text(*ours->value) + "}", *theirs) << "seed " << seed;
  }
  EXPECT_GT(bytes, 500000u) << "the documents have become too small to prove anything";
}

/// One byte changed somewhere: whatever xmlrpc-c still takes, we take too and see the same; except what
/// toolchain notes say about it: it takes base64, more than one parameter and doubled members.
TEST(AnswerDifferential, DamagedDocumentsNeverGiveAnotherAnswer) {
  std::mt19937 random(7);
  unsigned both = 0;
  unsigned neither = 0;
  for (unsigned seed = 1; seed <= 9000; ++seed) {
    std::string text = Writer(seed).success();
    if (text.find("<i8>") != std::string::npos) continue;  // damaged ones crash xmlrpc-c 1.33.14
    text[random() % text.size()] = "<>/& a0\xC3"[random() % 8];
    const std::optional<std::string> theirs = response_by_xmlrpc_c(text);
    const Result<Answer> ours = decode_answer(text);
    if (!theirs && !ours) ++neither;
    if (!theirs || !ours) continue;
    ++both;
    ASSERT_NE(theirs->find(normal_text(*ours->value)), std::string::npos) << "seed " << seed << "\n" << text;
  }
  EXPECT_GT(both, 100u);
  EXPECT_GT(neither, 100u);
}

TEST(AnswerDifferential, FaultsAreReadAlike) {
  EXPECT_EQ(response_by_xmlrpc_c(fixture("answer/fault.xml")), "fault 1 Unknown method Async.host.get_uuid");
  const Result<Answer> ours = decode_answer(fixture("answer/fault.xml"));
  ASSERT_FALSE(ours);
  EXPECT_EQ("fault " + ours.error().remote_args.at(0) + " " + ours.error().remote_args.at(1),
            response_by_xmlrpc_c(fixture("answer/fault.xml")));
}

TEST(AnswerDifferential, WhatXmlrpcCRefusesAndWeTake) {
  for (const char* value :
       {"\xF0\x9F\x98\x80", "<dateTime.iso8601>20240131T23:59:58+01:00</dateTime.iso8601>", "<int> 5 </int>",
        "<boolean>true</boolean>", "<array/>"}) {
    const std::string text =
        "<methodResponse><params><param><value><struct><member><name>Status</name><value>Success</value></"
        "member>"
        "<member><name>Value</name><value>" +
        std::string(value) + "</value></member></struct></value></param></params></methodResponse>";
    EXPECT_FALSE(response_by_xmlrpc_c(text)) << value;
    EXPECT_TRUE(decode_answer(text)) << value;
  }
}

}  // namespace
}  // namespace xenha::xapi
