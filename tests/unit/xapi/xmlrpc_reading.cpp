#include "tests/unit/xapi/xmlrpc_reading.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "lib/xapi/xmlrpc_env.h"

namespace xenha::xapi {
namespace {

std::string to_text(xmlrpc_env* env, xmlrpc_value* value);

std::string string_text(xmlrpc_env* env, xmlrpc_value* value) {
  std::size_t size = 0;
  const char* text = nullptr;
  xmlrpc_read_string_lp(env, value, &size, &text);
  if (env->fault_occurred != 0) return "";
  std::string out(text, size);
  std::free(const_cast<char*>(text));
  return out;
}

std::string array_text(xmlrpc_env* env, xmlrpc_value* value) {
  std::string out;
  const int size = xmlrpc_array_size(env, value);
  for (int i = 0; i < size; ++i) {
    xmlrpc_value* item = nullptr;
    xmlrpc_array_read_item(env, value, static_cast<unsigned>(i), &item);
    const XmlValue owned(item);
    out += (out.empty() ? "" : ", ") + to_text(env, item);
  }
  return "[" + out + "]";
}

std::string struct_text(xmlrpc_env* env, xmlrpc_value* value) {
  std::string out;
  const int size = xmlrpc_struct_size(env, value);
  for (int i = 0; i < size; ++i) {
    xmlrpc_value* key = nullptr;
    xmlrpc_value* item = nullptr;
    xmlrpc_struct_read_member(env, value, static_cast<unsigned>(i), &key, &item);
    const XmlValue owned_key(key);
    const XmlValue owned_item(item);
    out += (out.empty() ? "" : ", ") + string_text(env, key) + ": " + to_text(env, item);
  }
  return "{" + out + "}";
}

std::string to_text(xmlrpc_env* env, xmlrpc_value* value) {
  switch (xmlrpc_value_type(value)) {
    case XMLRPC_TYPE_STRING:
      return "\"" + string_text(env, value) + "\"";
    case XMLRPC_TYPE_INT: {
      int number = 0;
      xmlrpc_read_int(env, value, &number);
      return "#" + std::to_string(number);
    }
    case XMLRPC_TYPE_I8: {
      long long number = 0;
      xmlrpc_read_i8(env, value, &number);
      return "#" + std::to_string(number);
    }
    case XMLRPC_TYPE_BOOL: {
      xmlrpc_bool yes = 0;
      xmlrpc_read_bool(env, value, &yes);
      return yes != 0 ? "bool(1)" : "bool(0)";
    }
    case XMLRPC_TYPE_DOUBLE: {
      double number = 0;
      xmlrpc_read_double(env, value, &number);
      return "double(" + double_text(number) + ")";
    }
    case XMLRPC_TYPE_DATETIME: {
      const char* text = nullptr;
      xmlrpc_read_datetime_str(env, value, &text);
      std::string out = "date(" + std::string(text) + ")";
      std::free(const_cast<char*>(text));
      return out;
    }
    case XMLRPC_TYPE_NIL:
      return "nil";
    case XMLRPC_TYPE_ARRAY:
      return array_text(env, value);
    case XMLRPC_TYPE_STRUCT:
      return struct_text(env, value);
    default:
      return "unknown";
  }
}

/// These are trusted bytes of our own making, and the tests have one thread.
void allow_large_documents() {
  static std::once_flag once;
  std::call_once(once, [] { xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, 64u << 20); });
}

}  // namespace

std::string double_text(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.12g", value);
  return text;
}

std::optional<std::string> response_by_xmlrpc_c(std::string_view text) {
  allow_large_documents();
  XmlrpcEnv env;
  xmlrpc_value* value = nullptr;
  int fault = 0;
  const char* fault_text = nullptr;
  xmlrpc_parse_response2(env.get(), text.data(), text.size(), &value, &fault, &fault_text);
  if (env.failed()) return std::nullopt;
  if (fault_text != nullptr) {
    std::string out = "fault " + std::to_string(fault) + " " + fault_text;
    std::free(const_cast<char*>(fault_text));
    return out;
  }
  const XmlValue owned(value);
  return to_text(env.get(), value);
}

std::optional<std::string> call_by_xmlrpc_c(const std::string& text) {
  XmlrpcEnv env;
  const char* method = nullptr;
  xmlrpc_value* params = nullptr;
  xmlrpc_parse_call(env.get(), text.data(), text.size(), &method, &params);
  if (env.failed()) return std::nullopt;
  const XmlValue owned(params);
  std::string out = std::string(method) + " " + to_text(env.get(), params);
  std::free(const_cast<char*>(method));
  return out;
}

}  // namespace xenha::xapi
