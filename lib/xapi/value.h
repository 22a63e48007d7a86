// A XenAPI value as it came over the wire, before anyone knows what it means.
// Lives in the arena of its Answer; nothing here owns memory and nothing recurses.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::xapi {

struct Member;

struct Value {
  enum class Kind : std::uint8_t { kText, kInt, kDouble, kBool, kDateTime, kNil, kArray, kStruct };
  Kind kind = Kind::kText;
  std::string_view scalar;          ///< characters of every kind but array and struct
  std::span<const Value> items;     ///< of an array
  std::span<const Member> members;  ///< of a struct

  /// Member of a struct by name; nullptr if this is no struct or there is none. The last of duplicates wins.
  const Value* find(std::string_view name) const;
  /// Text, enum or reference. Absent for other kinds.
  std::optional<std::string_view> text() const;
  /// XenAPI's Int comes as bare decimal text; `<int>`, `<i4>`, `<i8>` are taken too.
  std::optional<std::int64_t> integer() const;
  /// `<double>` with nan, inf and exponents; integers too.
  std::optional<double> real() const;
  std::optional<bool> boolean() const;
  /// Compact or dashed ISO 8601; without zone it is UTC; offsets are applied.
  std::optional<WallTime> time() const;
};

struct Member {
  std::string_view name;
  Value value;
};

/// NULL and "" both mean that there is no object.
inline bool is_null_ref(std::string_view ref) {
  return ref.empty() || ref == "OpaqueRef:NULL";
}

/// A decoded result with the memory that it stands in.
struct Answer {
  std::shared_ptr<std::pmr::memory_resource> arena;
  const Value* value = nullptr;  ///< never null in a successful result
  std::size_t bytes = 0;         ///< of the XML text
};

}  // namespace xenha::xapi
