#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "tests/sim/wire/datamodel.h"

namespace xenha::sim {
namespace {

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

Type make(Type::Kind kind, std::string_view name = {}) {
  Type type;
  type.kind = kind;
  type.name = name;
  return type;
}

// "(string -> (string -> string) map)": position of the arrow that belongs to the outermost parentheses.
std::size_t outer_arrow(std::string_view inside) {
  int depth = 0;
  for (std::size_t i = 0; i + 4 <= inside.size(); ++i) {
    if (inside[i] == '(') ++depth;
    if (inside[i] == ')') --depth;
    if (depth == 0 && inside.substr(i, 4) == " -> ") return i;
  }
  return std::string_view::npos;
}

Type parse(std::string_view text) {
  using Kind = Type::Kind;
  static const std::map<std::string_view, Kind> kPlain{{"void", Kind::kVoid},
                                                       {"string", Kind::kString},
                                                       {"int", Kind::kInt},
                                                       {"float", Kind::kFloat},
                                                       {"bool", Kind::kBool},
                                                       {"datetime", Kind::kDateTime},
                                                       {"<class> record", Kind::kAny},
                                                       {"an event batch", Kind::kEventBatch}};
  if (const auto it = kPlain.find(text); it != kPlain.end()) return make(it->second);
  std::string_view rest = text;
  if (take_suffix(rest, " set") || take_suffix(rest, " option")) {
    Type type = make(text.ends_with(" set") ? Kind::kSet : Kind::kOption);
    type.value = type_of(rest);
    return type;
  }
  if (rest.starts_with("(") && take_suffix(rest, ") map")) {
    rest.remove_prefix(1);
    const std::size_t arrow = outer_arrow(rest);
    if (arrow == std::string_view::npos) throw std::invalid_argument("no XenAPI type: " + std::string(text));
    Type type = make(Kind::kMap);
    type.key = type_of(rest.substr(0, arrow));
    type.value = type_of(rest.substr(arrow + 4));
    return type;
  }
  if (rest.starts_with("enum ")) return make(Kind::kEnum, rest.substr(5));
  if (take_suffix(rest, " ref")) return make(Kind::kRef, rest);
  if (take_suffix(rest, " record")) return make(Kind::kRecord, rest);
  throw std::invalid_argument("no XenAPI type: " + std::string(text));
}

}  // namespace

const Type* type_of(std::string_view text) {
  static std::recursive_mutex mutex;
  static std::map<std::string, std::unique_ptr<const Type>, std::less<>> known;
  const std::lock_guard lock(mutex);
  if (const auto it = known.find(text); it != known.end()) return it->second.get();
  auto type = std::make_unique<const Type>(parse(text));
  return known.emplace(std::string(text), std::move(type)).first->second.get();
}

}  // namespace xenha::sim
