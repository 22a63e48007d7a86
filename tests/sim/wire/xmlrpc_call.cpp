// Calls over XML-RPC, read by xmlrpc-c's parser.
#include <xmlrpc-c/base.h>

#include <cstdlib>

#include "lib/base/handle.h"
#include "tests/sim/wire/codec.h"

namespace xenha::sim {
namespace {

class Environment {
 public:
  Environment() { xmlrpc_env_init(&env_); }
  ~Environment() { xmlrpc_env_clean(&env_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  xmlrpc_env* get() { return &env_; }
  bool failed() const { return env_.fault_occurred != 0; }
  Error error() const {
    return {ErrorCode::kBadReply, env_.fault_string != nullptr ? env_.fault_string : "not an XML-RPC call"};
  }

 private:
  xmlrpc_env env_{};
};

void release_value(xmlrpc_value* value) {
  xmlrpc_DECREF(value);
}
using Value = Handle<xmlrpc_value, release_value>;

void release_text(const char* text) {
  std::free(const_cast<char*>(text));
}
using Text = Handle<const char, release_text>;

WireValue convert(Environment& env, xmlrpc_value* value);

std::string text_of(const char* data, std::size_t size) {
  const Text owned(data);
  return data == nullptr ? std::string{} : std::string(data, size);
}

void convert_string(Environment& env, xmlrpc_value* value, WireValue& out) {
  std::size_t size = 0;
  const char* data = nullptr;
  xmlrpc_read_string_lp(env.get(), value, &size, &data);
  if (!env.failed()) out.text = text_of(data, size);
}

void convert_array(Environment& env, xmlrpc_value* value, WireValue& out) {
  const int size = xmlrpc_array_size(env.get(), value);
  for (int i = 0; i < size && !env.failed(); ++i) {
    xmlrpc_value* item = nullptr;
    xmlrpc_array_read_item(env.get(), value, static_cast<unsigned>(i), &item);
    const Value owned(item);
    if (!env.failed()) out.items.push_back(convert(env, item));
  }
}

void convert_struct(Environment& env, xmlrpc_value* value, WireValue& out) {
  const int size = xmlrpc_struct_size(env.get(), value);
  for (int i = 0; i < size && !env.failed(); ++i) {
    xmlrpc_value* key = nullptr;
    xmlrpc_value* item = nullptr;
    xmlrpc_struct_read_member(env.get(), value, static_cast<unsigned>(i), &key, &item);
    const Value owned_key(key);
    const Value owned_item(item);
    if (env.failed()) return;
    WireValue name;
    convert_string(env, key, name);
    out.members.emplace_back(std::move(name.text), convert(env, item));
  }
}

void convert_time(Environment& env, xmlrpc_value* value, WireValue& out) {
  const char* text = nullptr;
  xmlrpc_read_datetime_str(env.get(), value, &text);
  const Text owned(text);
  if (!env.failed() && text != nullptr) out.text = text;
}

void convert_base64(Environment& env, xmlrpc_value* value, WireValue& out) {
  std::size_t size = 0;
  const unsigned char* data = nullptr;
  xmlrpc_read_base64(env.get(), value, &size, &data);
  if (!env.failed()) out.text = text_of(reinterpret_cast<const char*>(data), size);
}

WireValue convert(Environment& env, xmlrpc_value* value) {
  using Kind = WireValue::Kind;
  WireValue out;
  switch (xmlrpc_value_type(value)) {
    case XMLRPC_TYPE_INT: {
      int number = 0;
      xmlrpc_read_int(env.get(), value, &number);
      out.kind = Kind::kInt;
      out.integer = number;
      break;
    }
    case XMLRPC_TYPE_I8: {
      xmlrpc_int64 number = 0;
      xmlrpc_read_i8(env.get(), value, &number);
      out.kind = Kind::kInt;
      out.integer = number;
      break;
    }
    case XMLRPC_TYPE_BOOL: {
      xmlrpc_bool flag = 0;
      xmlrpc_read_bool(env.get(), value, &flag);
      out.kind = Kind::kBool;
      out.boolean = flag != 0;
      break;
    }
    case XMLRPC_TYPE_DOUBLE:
      out.kind = Kind::kDouble;
      xmlrpc_read_double(env.get(), value, &out.real);
      break;
    case XMLRPC_TYPE_DATETIME:
      out.kind = Kind::kDateTime;
      convert_time(env, value, out);
      break;
    case XMLRPC_TYPE_STRING:
      convert_string(env, value, out);
      break;
    case XMLRPC_TYPE_BASE64:
      out.kind = Kind::kBase64;
      convert_base64(env, value, out);
      break;
    case XMLRPC_TYPE_ARRAY:
      out.kind = Kind::kArray;
      convert_array(env, value, out);
      break;
    case XMLRPC_TYPE_STRUCT:
      out.kind = Kind::kStruct;
      convert_struct(env, value, out);
      break;
    default:
      out.kind = Kind::kNil;
      break;
  }
  return out;
}

}  // namespace

Result<Call> parse_xmlrpc_call(std::string_view body) {
  Environment env;
  const char* method = nullptr;
  xmlrpc_value* params = nullptr;
  xmlrpc_parse_call(env.get(), body.data(), body.size(), &method, &params);
  const Text owned_method(env.failed() ? nullptr : method);
  const Value owned_params(env.failed() ? nullptr : params);
  if (env.failed()) return env.error();
  Call call;
  call.method = method;
  WireValue all;
  convert_array(env, params, all);
  if (env.failed()) return env.error();
  call.params = std::move(all.items);
  return call;
}

}  // namespace xenha::sim
