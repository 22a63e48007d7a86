#include "lib/config/section.h"

#include <algorithm>
#include <charconv>

#include "lib/config/duration.h"
#include "lib/config/suggest.h"

namespace xenha::config {
namespace {

/// A mistyped line such as `password_file:hunter2` becomes a key, so only what looks like one is shown.
bool looks_like_key(std::string_view text) {
  return !text.empty() && text.size() <= 40 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-0123456789") == text.npos;
}

const char* kind_name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kText:
      return "a single value";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  return "something else";
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

Section::Section(const Node* node, Where where, Problems& problems)
    : where_(std::move(where)), problems_(problems) {
  if (!node || node->kind == Node::Kind::kNull) return;
  if (node->kind == Node::Kind::kMap) {
    map_ = node;
  } else {
    problems_.error(where_,
                    std::string("needs keys and values (key: value), but is ") + kind_name(node->kind));
  }
}

Section::~Section() {
  if (!map_) return;
  for (const Node::Entry& entry : map_->entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    if (!looks_like_key(entry.key)) {
      const bool colon = entry.key.find(':') != std::string::npos;
      problems_.error({entry.line, where_.path}, "this line is no key of this section",
                      colon ? "is the blank after the colon missing?" : "remove or correct it");
      continue;
    }
    const std::string guess = nearest(entry.key, known_);
    problems_.error(where_.key(entry.key, entry.line), "unknown key",
                    guess.empty() ? "known here: " + joined(known_) : "did you mean " + guess + "?");
  }
}

Where Section::at(std::string_view key) const {
  const Node::Entry* entry = map_ ? map_->find(key) : nullptr;
  return where_.key(key, entry ? entry->line : where_.line);
}

const Node* Section::find(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  const Node::Entry* entry = map_ ? map_->find(key) : nullptr;
  return entry ? &entry->value : nullptr;
}

Text text_of(const Node& node, const Where& where, Problems& problems) {
  if (node.kind == Node::Kind::kNull || (node.kind == Node::Kind::kText && node.text.empty())) {
    problems.error(where, "is empty", "write a value or remove it");
  } else if (node.kind != Node::Kind::kText) {
    problems.error(where, std::string("needs a single value, but is ") + kind_name(node.kind));
  } else {
    return {node.text, where};
  }
  return {{}, where};
}

Text Section::text(std::string_view key) {
  const Node* node = find(key);
  if (!node) return {{}, at(key)};
  return text_of(*node, at(key), problems_);
}

Text Section::required(std::string_view key, std::string advice) {
  if (!has(key)) {
    problems_.error(at(key), "is missing", std::move(advice));
    return {{}, at(key)};
  }
  return text(key);
}

bool Section::boolean(std::string_view key, bool fallback) {
  const Text found = text(key);
  if (found.value == "true") return true;
  if (found.value == "false") return false;
  if (!found.empty()) problems_.error(found.where, in_quotes(found.value) + " is neither true nor false");
  return fallback;
}

Duration Section::duration(std::string_view key, Duration fallback, Duration least, Duration most) {
  const Text found = text(key);
  if (found.empty()) return fallback;
  const Result<Duration> span = parse_duration(found.value);
  if (!span) {
    problems_.error(found.where, span.error().message);
    return fallback;
  }
  if (*span < least || *span > most) {
    problems_.error(found.where, in_quotes(found.value) + " is out of range",
                    "write " + format_duration(least) + " to " + format_duration(most));
    return fallback;
  }
  return *span;
}

std::int64_t Section::integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                              std::int64_t most) {
  const Text found = text(key);
  if (found.empty()) return fallback;
  std::int64_t value = 0;
  const char* end = found.value.data() + found.value.size();
  const auto [stop, code] = std::from_chars(found.value.data(), end, value);
  if (code == std::errc() && stop == end && value >= least && value <= most) return value;
  problems_.error(found.where, in_quotes(found.value) + " does not fit",
                  "write a number from " + std::to_string(least) + " to " + std::to_string(most));
  return fallback;
}

std::uint64_t Section::size(std::string_view key, std::uint64_t fallback, std::uint64_t least,
                            std::uint64_t most) {
  const Text found = text(key);
  if (found.empty()) return fallback;
  const Result<std::uint64_t> bytes = parse_size(found.value);
  if (bytes && *bytes >= least && *bytes <= most) return *bytes;
  if (bytes) {
    problems_.error(found.where, in_quotes(found.value) + " is out of range",
                    "write " + format_size(least) + " to " + format_size(most));
  } else {
    problems_.error(found.where, bytes.error().message);
  }
  return fallback;
}

std::string Section::word(std::string_view key, std::string fallback, const std::vector<std::string>& words) {
  const Text found = text(key);
  if (found.empty()) return fallback;
  if (std::find(words.begin(), words.end(), found.value) != words.end()) return found.value;
  problems_.error(found.where, in_quotes(found.value) + " is not known here",
                  (words.size() > 1 ? "write one of " : "write ") + joined(words));
  return fallback;
}

std::vector<std::pair<const Node*, Where>> Section::list(std::string_view key) {
  std::vector<std::pair<const Node*, Where>> out;
  const Node* node = find(key);
  if (!node || node->kind == Node::Kind::kNull) return out;
  if (node->kind != Node::Kind::kList) {
    problems_.error(at(key), std::string("needs a list (lines that begin with -, or [a, b]), but is ") +
                                 kind_name(node->kind));
    return out;
  }
  for (const Node& item : node->items) out.emplace_back(&item, at(key).item(out.size(), item.line));
  return out;
}

void Section::refuse(std::string_view key, const std::string& what, const std::string& advice) {
  // An absent one must not be offered as a correction of a mistyped key.
  if (!present(key)) return;
  known_.emplace_back(key);
  problems_.error(at(key), what, advice);
}

}  // namespace xenha::config
