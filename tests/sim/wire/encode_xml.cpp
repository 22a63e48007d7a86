// XML-RPC answers, byte for byte as xapi's encoder writes them, its faults included.
#include <nlohmann/json.hpp>

#include "tests/sim/wire/codec.h"
#include "tests/sim/wire/number_text.h"

namespace xenha::sim {
namespace {

constexpr std::string_view kDocumentHead = "<?xml version=\"1.0\"?><methodResponse>";

// Nothing for what goes as it is; otherwise what stands for it: control characters that XML forbids are
// dropped.
std::optional<std::string_view> replacement(char c) {
  switch (c) {
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '&':
      return "&amp;";
    case '"':
      return "&quot;";
    case '\t':
    case '\n':
    case '\r':
      return std::nullopt;
    default:
      return static_cast<unsigned char>(c) < 0x20 ? std::optional<std::string_view>("") : std::nullopt;
  }
}

void append_escaped(std::string& out, std::string_view text) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::optional<std::string_view> instead = replacement(text[i]);
    if (!instead) continue;
    out += text.substr(from, i - from);
    out += *instead;
    from = i + 1;
  }
  out += text.substr(from);
}

class XmlWriter {
 public:
  explicit XmlWriter(Release release) : release_(release) {}

  void value(const Type& type, const Json& value);
  std::string take() && { return std::move(out_); }
  XmlWriter& raw(std::string_view text) {
    out_ += text;
    return *this;
  }
  void text(std::string_view text);

 private:
  void real(double value);
  void time(const std::string& text);
  void array(const Type& element, const Json& items);
  void map(const Type& element, const Json& members);
  void record(std::string_view class_name, const Json& members);
  void event(const Json& event);
  void event_batch(const Json& batch);
  void any(const Json& value);
  // The one place that does not escape, in every release of xapi.
  void open_member(std::string_view name) { raw("<member><name>").raw(name).raw("</name>"); }

  Release release_;
  std::string out_;
};

void XmlWriter::text(std::string_view text) {
  if (text.empty() && release_ <= Release::k65) {
    out_ += "<value/>";
    return;
  }
  out_ += "<value>";
  append_escaped(out_, text);
  out_ += "</value>";
}

void XmlWriter::real(double value) {
  std::string text = real_text(value);
  if (release_ <= Release::k65 && (text == "nan" || text.ends_with("inf"))) text = "NaN";
  raw("<value><double>").raw(text).raw("</double></value>");
}

void XmlWriter::time(const std::string& text) {
  raw("<value><dateTime.iso8601>").raw(text).raw("</dateTime.iso8601></value>");
}

void XmlWriter::array(const Type& element, const Json& items) {
  raw("<value><array><data>");
  for (const Json& item : items) value(element, item);
  raw("</data></array></value>");
}

void XmlWriter::map(const Type& element, const Json& members) {
  raw("<value><struct>");
  for (const auto& [name, item] : members.items()) {
    open_member(name);
    value(element, item);
    raw("</member>");
  }
  raw("</struct></value>");
}

void XmlWriter::record(std::string_view class_name, const Json& members) {
  if (class_name == "event") return event(members);
  raw("<value><struct>");
  for (const FieldDef* field : fields_of(class_name, release_)) {
    open_member(field->name);
    const auto it = members.find(field->name);
    value(*field->type, it != members.end() ? *it : default_value(*field));
    raw("</member>");
  }
  raw("</struct></value>");
}

void XmlWriter::event(const Json& event) {
  const std::string class_name = event.at("class");
  raw("<value><struct>");
  const auto member = [this](std::string_view name, std::string_view content) {
    open_member(name);
    text(content);
    raw("</member>");
  };
  member("id", db_text(Type{.kind = Type::Kind::kString}, event.value("id", Json(0))));  // text or number
  member("timestamp", event.value("timestamp", std::string("0.0")));
  member("class", class_name);
  member("operation", event.at("operation").get_ref<const std::string&>());
  member("ref", event.at("ref").get<std::string>());
  if (event.contains("snapshot")) {
    const ClassDef* definition = find_class_any_case(class_name, release_);
    open_member("snapshot");
    record(definition != nullptr ? definition->name : class_name, event.at("snapshot"));
    raw("</member>");
  }
  raw("</struct></value>");
}

void XmlWriter::event_batch(const Json& batch) {
  raw("<value><struct>");
  open_member("events");
  raw("<value><array><data>");
  for (const Json& item : batch.at("events")) event(item);
  raw("</data></array></value></member>");
  open_member("valid_ref_counts");
  map(Type{.kind = Type::Kind::kInt32}, batch.at("valid_ref_counts"));
  raw("</member>");
  open_member("token");
  text(batch.at("token").get<std::string>());
  raw("</member></struct></value>");
}

void XmlWriter::any(const Json& item) {
  static const Type kAnyType{.kind = Type::Kind::kAny};
  if (item.is_string()) return text(item.get_ref<const std::string&>());
  if (item.is_boolean()) return value(Type{.kind = Type::Kind::kBool}, item);
  if (item.is_number_float()) return real(item.get<double>());
  if (item.is_number()) return text(std::to_string(item.get<std::int64_t>()));
  if (item.is_array()) return array(kAnyType, item);
  if (item.is_object()) return map(kAnyType, item);
  raw("<value><nil/></value>");
}

void XmlWriter::value(const Type& type, const Json& value) {
  switch (type.kind) {
    case Type::Kind::kVoid:
      return text("");
    case Type::Kind::kString:
    case Type::Kind::kEnum:
    case Type::Kind::kRef:
      return text(value.get_ref<const std::string&>());
    case Type::Kind::kInt:
      return text(std::to_string(value.get<std::int64_t>()));
    case Type::Kind::kInt32:
      raw("<value><i4>").raw(std::to_string(value.get<std::int64_t>())).raw("</i4></value>");
      return;
    case Type::Kind::kFloat:
      return real(value.get<double>());
    case Type::Kind::kBool:
      raw("<value><boolean>").raw(value.get<bool>() ? "1" : "0").raw("</boolean></value>");
      return;
    case Type::Kind::kDateTime:
      return time(value.get_ref<const std::string&>());
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
      return any(value);
  }
}

std::string wrap(std::string content) {
  std::string out(kDocumentHead);
  out += "<params><param>";
  out += content;
  out += "</param></params></methodResponse>";
  return out;
}

}  // namespace

std::string encode_success(const Type& type, const Json& value, Release release) {
  XmlWriter writer(release);
  writer.raw(
      "<value><struct><member><name>Status</name><value>Success</value></member><member><name>Value</name>");
  writer.value(type, value);
  writer.raw("</member></struct></value>");
  return wrap(std::move(writer).take());
}

std::string encode_failure(const Failure& failure) {
  XmlWriter writer(Release::k8);
  writer.raw("<value><struct><member><name>Status</name><value>Failure</value></member>");
  writer.raw("<member><name>ErrorDescription</name><value><array><data>");
  for (const std::string& word : failure.description) writer.text(word);
  writer.raw("</data></array></value></member></struct></value>");
  return wrap(std::move(writer).take());
}

std::string encode_fault(int code, std::string_view text) {
  XmlWriter writer(Release::k8);
  writer.raw(kDocumentHead).raw("<fault><value><struct><member><name>faultCode</name><value><int>");
  writer.raw(std::to_string(code)).raw("</int></value></member><member><name>faultString</name>");
  writer.text(text);
  writer.raw("</member></struct></value></fault></methodResponse>");
  return std::move(writer).take();
}

std::string encode_bare(const Type& type, const Json& value, Release release) {
  XmlWriter writer(release);
  writer.value(type, value);
  return wrap(std::move(writer).take());
}

}  // namespace xenha::sim
