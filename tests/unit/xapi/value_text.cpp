#include "tests/unit/xapi/value_text.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace xenha::xapi {

std::string to_text(const Value& value) {
  const std::string scalar(value.scalar);
  std::string out;
  switch (value.kind) {
    case Value::Kind::kText:
      return "\"" + scalar + "\"";
    case Value::Kind::kInt:
      return "#" + scalar;
    case Value::Kind::kDouble:
      return "double(" + scalar + ")";
    case Value::Kind::kBool:
      return "bool(" + scalar + ")";
    case Value::Kind::kDateTime:
      return "date(" + scalar + ")";
    case Value::Kind::kNil:
      return "nil";
    case Value::Kind::kArray:
      for (const Value& item : value.items) out += (out.empty() ? "" : ", ") + to_text(item);
      return "[" + out + "]";
    case Value::Kind::kStruct:
      for (const Member& member : value.members) {
        out += (out.empty() ? "" : ", ") + std::string(member.name) + ": " + to_text(member.value);
      }
      return "{" + out + "}";
  }
  return "?";
}

std::string fixture(std::string_view path) {
  std::ifstream file(std::string(XENHA_SOURCE_DIR "/tests/fixtures/xapi/") + std::string(path),
                     std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace xenha::xapi
