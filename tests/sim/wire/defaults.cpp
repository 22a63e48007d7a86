// Default values, and values as the database writes them.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/sim/wire/datamodel.h"
#include "tests/sim/wire/number_text.h"

namespace xenha::sim {
namespace {

// {"address" -> "localhost", "port" -> "27000"}: the only maps among the defaults hold plain quoted words.
Json parse_map(std::string_view text) {
  Json out = Json::object();
  std::vector<std::string> words;
  for (auto open = text.find('"'); open != std::string_view::npos;) {
    const auto close = text.find('"', open + 1);
    words.emplace_back(text.substr(open + 1, close - open - 1));
    open = text.find('"', close + 1);
  }
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) out[words[i]] = words[i + 1];
  return out;
}

std::string_view unquoted(std::string_view text) {
  return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2)
                                                                       : text;
}

// {0} or {OpaqueRef:...}: at most one element occurs.
Json parse_set(const Type& element, std::string_view text) {
  Json out = Json::array();
  const std::string_view inside = text.substr(1, text.size() - 2);
  if (inside.empty()) return out;
  if (element.kind == Type::Kind::kInt)
    out.push_back(std::stoll(std::string(inside)));
  else
    out.push_back(std::string(unquoted(inside)));
  return out;
}

std::string db_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

Json default_value(const Type& type) {
  using Kind = Type::Kind;
  switch (type.kind) {
    case Kind::kString:
      return "";
    case Kind::kInt:
    case Kind::kInt32:
      return 0;
    case Kind::kFloat:
      return 0.0;
    case Kind::kBool:
      return false;
    case Kind::kDateTime:
      return "19700101T00:00:00Z";
    case Kind::kRef:
      return kNullRef;
    case Kind::kEnum: {
      const std::vector<std::string>& values = enum_values(type.name);
      return values.empty() ? Json("") : Json(values.front());
    }
    case Kind::kSet:
      return Json::array();
    case Kind::kMap:
    case Kind::kRecord:
      return Json::object();
    case Kind::kEventBatch:
      return {{"events", Json::array()}, {"valid_ref_counts", Json::object()}, {"token", ""}};
    case Kind::kVoid:
    case Kind::kOption:
    case Kind::kAny:
      return nullptr;
  }
  return nullptr;
}

Json default_value(const FieldDef& field) {
  using Kind = Type::Kind;
  const std::string& text = field.default_text;
  const Type& type = *field.type;
  if (text.empty()) return default_value(type);
  switch (type.kind) {
    case Kind::kString:
      return text == "Null" ? "" : std::string(unquoted(text));
    case Kind::kInt:
      return std::stoll(text);
    case Kind::kFloat:
      return std::stod(text);
    case Kind::kBool:
      return text == "true";
    case Kind::kDateTime:
      return text;
    case Kind::kEnum: {
      const std::vector<std::string>& values = enum_values(type.name);
      const bool known = std::find(values.begin(), values.end(), text) != values.end();
      return known ? Json(text) : default_value(type);
    }
    case Kind::kSet:
      return text.starts_with("{") ? parse_set(*type.value, text) : Json::array();
    case Kind::kMap:
      return parse_map(text);
    default:
      return default_value(type);
  }
}

Json default_record(std::string_view class_name, Release release) {
  Json out = Json::object();
  for (const FieldDef* field : fields_of(class_name, release)) out[field->name] = default_value(*field);
  return out;
}

std::string db_text(const Type& type, const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_float() || type.kind == Type::Kind::kFloat) return real_text(value.get<double>());
  if (value.is_number()) return std::to_string(value.get<std::int64_t>());
  std::string out;
  const Type any{.kind = Type::Kind::kAny};
  const Type& element = type.value != nullptr ? *type.value : any;
  if (value.is_array()) {
    for (const Json& item : value) out += (out.empty() ? "" : " ") + db_quoted(db_text(element, item));
    return "(" + out + ")";
  }
  if (value.is_object()) {
    for (const auto& [key, item] : value.items())
      out += (out.empty() ? "(" : " (") + db_quoted(key) + " " + db_quoted(db_text(element, item)) + ")";
    return "(" + out + ")";
  }
  return "";
}

}  // namespace xenha::sim
