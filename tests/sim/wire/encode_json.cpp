// JSON-RPC answers in the shapes of xapi.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/sim/wire/codec.h"

namespace xenha::sim {
namespace {

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

std::string json_text(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_plain)) return "\"" + std::string(text) + "\"";
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

class JsonWriter {
 public:
  explicit JsonWriter(Release release) : release_(release) {}
  void value(const Type& type, const Json& value);
  std::string take() && { return std::move(out_); }

 private:
  void real(double value);
  void array(const Type& element, const Json& items);
  void map(const Type& element, const Json& members);
  void record(std::string_view class_name, const Json& members);
  void event(const Json& event);
  void event_batch(const Json& batch);
  void key(std::string_view name, bool first = false) {
    if (!first) out_ += ',';
    out_ += json_text(name) + ":";
  }

  Release release_;
  std::string out_;
};

// What is no number is written as bare words that JSON does not know: so does xapi.
void JsonWriter::real(double value) {
  if (std::isnan(value))
    out_ += "NaN";
  else if (std::isinf(value))
    out_ += value > 0 ? "Infinity" : "-Infinity";
  else
    out_ += Json(value).dump();
}

void JsonWriter::array(const Type& element, const Json& items) {
  out_ += '[';
  bool first = true;
  for (const Json& item : items) {
    if (!first) out_ += ',';
    first = false;
    value(element, item);
  }
  out_ += ']';
}

void JsonWriter::map(const Type& element, const Json& members) {
  out_ += '{';
  bool first = true;
  for (const auto& [name, item] : members.items()) {
    key(name, first);
    first = false;
    value(element, item);
  }
  out_ += '}';
}

void JsonWriter::record(std::string_view class_name, const Json& members) {
  if (class_name == "event") return event(members);
  out_ += '{';
  bool first = true;
  for (const FieldDef* field : fields_of(class_name, release_)) {
    key(field->name, first);
    first = false;
    const auto it = members.find(field->name);
    value(*field->type, it != members.end() ? *it : default_value(*field));
  }
  out_ += '}';
}

void JsonWriter::event(const Json& event) {
  const std::string class_name = event.at("class");
  out_ += '{';
  key("id", true);
  out_ += json_text(db_text(Type{.kind = Type::Kind::kString}, event.value("id", Json(0))));
  key("timestamp");
  out_ += json_text(event.value("timestamp", std::string("0.0")));
  key("class");
  out_ += json_text(class_name);
  key("operation");
  out_ += json_text(event.at("operation").get<std::string>());
  key("ref");
  out_ += json_text(event.at("ref").get<std::string>());
  if (event.contains("snapshot")) {
    const ClassDef* definition = find_class_any_case(class_name, release_);
    key("snapshot");
    record(definition != nullptr ? definition->name : class_name, event.at("snapshot"));
  }
  out_ += '}';
}

void JsonWriter::event_batch(const Json& batch) {
  out_ += '{';
  key("events", true);
  array(Type{.kind = Type::Kind::kRecord, .name = "event"}, batch.at("events"));
  key("valid_ref_counts");
  map(Type{.kind = Type::Kind::kInt32}, batch.at("valid_ref_counts"));
  key("token");
  out_ += json_text(batch.at("token").get<std::string>());
  out_ += '}';
}

void JsonWriter::value(const Type& type, const Json& value) {
  switch (type.kind) {
    case Type::Kind::kVoid:
      out_ += "\"\"";
      return;
    case Type::Kind::kString:
    case Type::Kind::kEnum:
    case Type::Kind::kRef:
    case Type::Kind::kDateTime:
      out_ += json_text(value.get_ref<const std::string&>());
      return;
    case Type::Kind::kInt:
    case Type::Kind::kInt32:
      out_ += std::to_string(value.get<std::int64_t>());
      return;
    case Type::Kind::kFloat:
      return real(value.get<double>());
    case Type::Kind::kBool:
      out_ += value.get<bool>() ? "true" : "false";
      return;
    case Type::Kind::kSet:
      return array(*type.value, value);
    case Type::Kind::kMap:
      return map(*type.value, value);
    case Type::Kind::kRecord:
      return record(type.name, value);
    case Type::Kind::kOption:
      return array(*type.value, value.is_null() ? Json::array() : Json::array({value}));
    case Type::Kind::kEventBatch:
      return event_batch(value);
    case Type::Kind::kAny:
      out_ += value.dump(-1, ' ', false, Json::error_handler_t::replace);
      return;
  }
}

// The words of a failure from index `from` on.
std::string words(const Failure& failure, std::size_t from) {
  Json list = Json::array();
  for (std::size_t i = from; i < failure.description.size(); ++i) list.push_back(failure.description[i]);
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string encode_json_success(const Call& call, const Type& type, const Json& value, Release release) {
  JsonWriter writer(release);
  writer.value(type, value);
  const std::string result = std::move(writer).take();
  if (call.json_rpc_2) return R"({"jsonrpc":"2.0","result":)" + result + R"(,"id":)" + call.id_json + "}";
  return R"({"result":)" + result + R"(,"error":null,"id":)" + call.id_json + "}";
}

std::string encode_json_failure(const Call& call, const Failure& failure) {
  if (!call.json_rpc_2)
    return R"({"result":null,"error":)" + words(failure, 0) + R"(,"id":)" + call.id_json + "}";
  const std::string code = failure.description.empty() ? "" : failure.description.front();
  return R"({"jsonrpc":"2.0","error":{"code":1,"message":)" + json_text(code) + R"(,"data":)" +
         words(failure, 1) + R"(},"id":)" + call.id_json + "}";
}

std::string encode_json_emergency(const Failure& failure, Release release) {
  if (release <= Release::k82) return R"({"result":null,"error":)" + words(failure, 0) + R"(,"id":0})";
  return R"({"jsonrpc":"2.0","error":)" + words(failure, 0) + R"(,"id":0})";
}

}  // namespace xenha::sim
