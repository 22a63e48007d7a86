// Reads one map of the file key by key. What was never asked for is an unknown key: the reading code is the
// schema.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/config/problems.h"
#include "lib/config/yaml_document.h"

namespace xenha::config {

/// A value and its place, for what is said of it later.
struct Text {
  std::string value;
  Where where;
  bool empty() const { return value.empty(); }
};

class Section {
 public:
  /// `node` may be null or of kind kNull: an empty map. Anything but a map is a problem, and reads as an
  /// empty one.
  Section(const Node* node, Where where, Problems& problems);
  ~Section();  ///< reports the keys that nobody asked for
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

  const Where& where() const { return where_; }
  /// The place of a key, or of the section when the key is absent.
  Where at(std::string_view key) const;
  Problems& problems() { return problems_; }

  /// Asks for a key; null when absent. Every reader below goes through it.
  const Node* find(std::string_view key);
  bool has(std::string_view key) { return find(key) != nullptr; }
  /// Without asking for it.
  bool present(std::string_view key) const { return map_ && map_->find(key); }

  /// Absent, or after a problem: empty. An empty value is a problem.
  Text text(std::string_view key);
  /// Absence is a problem too; `advice` says what to write.
  Text required(std::string_view key, std::string advice);
  bool boolean(std::string_view key, bool fallback);
  Duration duration(std::string_view key, Duration fallback, Duration least, Duration most);
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least, std::int64_t most);
  std::uint64_t size(std::string_view key, std::uint64_t fallback, std::uint64_t least, std::uint64_t most);
  /// One of `words`; else a problem and `fallback`.
  std::string word(std::string_view key, std::string fallback, const std::vector<std::string>& words);
  /// The items of a list and their places; anything but a list is a problem.
  std::vector<std::pair<const Node*, Where>> list(std::string_view key);

  /// A key that must not be there; its value is never shown.
  void refuse(std::string_view key, const std::string& what, const std::string& advice);

 private:
  const Node* map_ = nullptr;
  Where where_;
  Problems& problems_;
  std::vector<std::string> known_;
};

/// The text of a node that must be text; empty after a problem.
Text text_of(const Node& node, const Where& where, Problems& problems);

}  // namespace xenha::config
