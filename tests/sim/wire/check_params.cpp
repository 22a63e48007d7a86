// Parameters against the data model: arity and types as strict as the release is.
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/sim/wire/codec.h"

namespace xenha::sim {
namespace {

using Kind = WireValue::Kind;

struct WrongType {};

// The old XML layer took nothing but what its own encoder wrote.
bool is_strict(Release release) {
  return release <= Release::k65;
}

std::int64_t int_of_text(const std::string& text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) throw WrongType{};
  return value;
}

double real_of_text(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size()) throw WrongType{};
  return value;
}

Json convert(const Type& type, const WireValue& value, Release release);

Json convert_int(const WireValue& value, Release release) {
  if (value.kind == Kind::kString) return int_of_text(value.text);
  if (value.kind == Kind::kInt && !is_strict(release)) return value.integer;
  throw WrongType{};
}

Json convert_float(const WireValue& value, Release release) {
  if (value.kind == Kind::kDouble) return value.real;
  if (!is_strict(release)) {
    if (value.kind == Kind::kInt) return static_cast<double>(value.integer);
    if (value.kind == Kind::kString) return real_of_text(value.text);
  }
  throw WrongType{};
}

Json convert_time(const WireValue& value) {
  if (value.kind != Kind::kDateTime && value.kind != Kind::kString) throw WrongType{};
  const std::optional<WallTime> when = parse_iso8601(value.text);
  if (!when) throw WrongType{};
  return iso8601(*when);
}

Json convert_enum(const Type& type, const std::string& text) {
  const std::vector<std::string>& values = enum_values(type.name);
  for (const std::string& known : values)
    if (known == text) return text;
  if (values.empty()) return text;
  throw WrongType{};
}

const std::string& text_of(const WireValue& value) {
  if (value.kind != Kind::kString) throw WrongType{};
  return value.text;
}

// Keys come as member names, so as text.
Json convert_map(const Type& type, const WireValue& value, Release release) {
  if (value.kind != Kind::kStruct) throw WrongType{};
  Json out = Json::object();
  for (const auto& [name, item] : value.members) {
    if (type.key->kind == Type::Kind::kInt) int_of_text(name);
    out[name] = convert(*type.value, item, release);
  }
  return out;
}

Json convert_record(const Type& type, const WireValue& value, Release release) {
  if (value.kind != Kind::kStruct) throw WrongType{};
  Json out = Json::object();
  for (const auto& [name, item] : value.members)
    if (const FieldDef* field = find_field(type.name, name, release))
      out[name] = convert(*field->type, item, release);
  return out;
}

Json convert_any(const WireValue& value) {
  switch (value.kind) {
    case Kind::kString:
    case Kind::kDateTime:
    case Kind::kBase64:
      return value.text;
    case Kind::kInt:
      return value.integer;
    case Kind::kDouble:
      return value.real;
    case Kind::kBool:
      return value.boolean;
    case Kind::kNil:
      return nullptr;
    case Kind::kArray: {
      Json out = Json::array();
      for (const WireValue& item : value.items) out.push_back(convert_any(item));
      return out;
    }
    case Kind::kStruct: {
      Json out = Json::object();
      for (const auto& [name, item] : value.members) out[name] = convert_any(item);
      return out;
    }
  }
  return nullptr;
}

Json convert(const Type& type, const WireValue& value, Release release) {
  switch (type.kind) {
    case Type::Kind::kString:
    case Type::Kind::kRef:
      return text_of(value);
    case Type::Kind::kEnum:
      return convert_enum(type, text_of(value));
    case Type::Kind::kInt:
    case Type::Kind::kInt32:
      return convert_int(value, release);
    case Type::Kind::kFloat:
      return convert_float(value, release);
    case Type::Kind::kBool:
      if (value.kind != Kind::kBool) throw WrongType{};
      return value.boolean;
    case Type::Kind::kDateTime:
      return convert_time(value);
    case Type::Kind::kSet: {
      if (value.kind != Kind::kArray) throw WrongType{};
      Json out = Json::array();
      for (const WireValue& item : value.items) out.push_back(convert(*type.value, item, release));
      return out;
    }
    case Type::Kind::kMap:
      return convert_map(type, value, release);
    case Type::Kind::kRecord:
      return convert_record(type, value, release);
    case Type::Kind::kOption:
      return value.kind == Kind::kNil ? Json(nullptr) : convert(*type.value, value, release);
    case Type::Kind::kVoid:
    case Type::Kind::kEventBatch:
    case Type::Kind::kAny:
      return convert_any(value);
  }
  throw WrongType{};
}

// What xapi counts: parameters without a default, the session left out of both numbers.
Failure count_mismatch(const MessageDef& message, std::size_t received, Release release) {
  int expected = 0;
  for (std::size_t i = message.has_session ? 1 : 0; i < message.param_count(release); ++i)
    if (!message.params[i].default_json) ++expected;
  const int got = static_cast<int>(received) - (message.has_session ? 1 : 0);
  return fail("MESSAGE_PARAMETER_COUNT_MISMATCH", message.name, std::to_string(expected),
              std::to_string(got));
}

}  // namespace

Result<Json, Failure> check_params(const MessageDef& message, const std::vector<WireValue>& params,
                                   Release release) {
  const std::size_t count = message.param_count(release);
  if (params.size() > count) return count_mismatch(message, params.size(), release);
  Json out = Json::array();
  for (std::size_t i = 0; i < count; ++i) {
    const ParamDef& param = message.params[i];
    if (i >= params.size()) {
      if (!param.default_json) return count_mismatch(message, params.size(), release);
      out.push_back(Json::parse(*param.default_json));
      continue;
    }
    try {
      out.push_back(convert(*param.type, params[i], release));
    } catch (const WrongType&) {
      return fail("FIELD_TYPE_ERROR", param.name);
    }
  }
  return out;
}

}  // namespace xenha::sim
