#include "tests/sim/cloud/xml_answer.h"

#include <nlohmann/json.hpp>

namespace xenha::sim::cloud {
namespace {

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

void write(std::string& out, const std::string& name, const std::string& attributes, const Json& value) {
  if (value.is_array()) {
    for (const Json& item : value) write(out, name, attributes, item);
    return;
  }
  out += "<" + name + attributes + ">";
  if (value.is_object())
    for (const auto& [key, member] : value.items()) write(out, key, "", member);
  else
    out += escape(value.is_string() ? value.get<std::string>() : value.dump());
  out += "</" + name + ">";
}

}  // namespace

std::string xml_answer(const Json& whole, const std::string& version) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
  for (const auto& [key, body] : whole.items())
    write(out, key, " cloud-stack-version=\"" + version + "\"", body);
  return out;
}

}  // namespace xenha::sim::cloud
