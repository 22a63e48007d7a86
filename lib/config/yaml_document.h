// YAML as a tree of plain values that know their lines. yaml-cpp does the work behind this header.
// The text may be hostile: its size, its depth and what its aliases expand to are bounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/problems.h"

namespace xenha::config {

struct Node {
  enum class Kind { kNull, kText, kList, kMap };
  struct Entry;

  Kind kind = Kind::kNull;
  int line = 0;      ///< from 1
  std::string text;  ///< kText: as written, without quotes; numbers and booleans are text too
  std::vector<Node> items;
  std::vector<Entry> entries;  ///< in the order of the file; no key twice

  const Entry* find(std::string_view key) const;
};

struct Node::Entry {
  std::string key;
  int line = 0;
  Node value;
};

inline constexpr std::size_t kMaxYamlBytes = 1u << 20;
inline constexpr std::size_t kMaxYamlDepth = 16;

/// One YAML document. Anchors, aliases and merge keys are followed. Absent after at least one error in
/// `problems`; duplicate keys are errors too, but do not stop the reading. No message quotes a value.
std::optional<Node> parse_yaml(std::string_view text, Problems& problems);

}  // namespace xenha::config
