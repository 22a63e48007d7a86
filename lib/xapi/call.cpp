#include "lib/xapi/call.h"

#include <algorithm>
#include <cmath>

#include "lib/base/wall_time.h"
#include "lib/xapi/xmlrpc_env.h"

namespace xenha::xapi {
namespace {

/// Length of the UTF-8 sequence at the start of `text`, 0 when it is none that XML 1.0 can carry or xmlrpc-c
/// takes, which knows nothing above U+FFFF.
std::size_t xml_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return lead >= 0x20 || lead == '\t' || lead == '\n' || lead == '\r' ? 1 : 0;
  const std::size_t length = lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xEF || text.size() < length) return 0;
  std::uint32_t point = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = length == 3 && point < 0x800;
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (overlong || surrogate || point >= 0xFFFE) return 0;
  return length;
}

bool fits_xml(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = xml_character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool can_be_sent(const Param& param) {
  if (const auto* text = std::get_if<std::string>(&param)) return fits_xml(*text);
  if (const auto* real = std::get_if<double>(&param)) return std::isfinite(*real);
  if (const auto* list = std::get_if<std::vector<std::string>>(&param)) {
    return std::all_of(list->begin(), list->end(), [](const std::string& item) { return fits_xml(item); });
  }
  if (const auto* map = std::get_if<std::vector<std::pair<std::string, std::string>>>(&param)) {
    return std::all_of(map->begin(), map->end(),
                       [](const auto& entry) { return fits_xml(entry.first) && fits_xml(entry.second); });
  }
  return true;
}

/// Without a zone, which means UTC: xmlrpc-c takes no Z.
std::string compact_utc(WallTime at) {
  return utc_text(at, "%Y%m%dT%H:%M:%S");
}

/// Makes xmlrpc-c values. After the first error everything that follows is null; the environment remembers.
class Encoder {
 public:
  explicit Encoder(XmlrpcEnv& env) : env_(env.get()) {}

  XmlValue operator()(const std::string& text) {
    return make(xmlrpc_string_new_lp_cr, text.size(), text.data());
  }
  XmlValue operator()(bool yes) { return make(xmlrpc_bool_new, yes ? 1 : 0); }
  XmlValue operator()(double real) { return make(xmlrpc_double_new, real); }
  XmlValue operator()(const DateTime& when) {
    return make(xmlrpc_datetime_new_str, compact_utc(when.at).c_str());
  }
  XmlValue operator()(const std::vector<std::string>& list) {
    XmlValue array = make(xmlrpc_array_new);
    for (const std::string& item : list) append(array.get(), (*this)(item));
    return array;
  }
  XmlValue operator()(const std::vector<std::pair<std::string, std::string>>& map) {
    XmlValue made = make(xmlrpc_struct_new);
    for (const auto& [key, text] : map) {
      const XmlValue name = (*this)(key);
      const XmlValue value = (*this)(text);
      if (!failed()) xmlrpc_struct_set_value_v(env_, made.get(), name.get(), value.get());
    }
    return made;
  }
  XmlValue operator()(const Params& params) {
    XmlValue array = make(xmlrpc_array_new);
    for (const Param& param : params) append(array.get(), std::visit(*this, param));
    return array;
  }

 private:
  bool failed() const { return env_->fault_occurred != 0; }
  /// What a factory of xmlrpc-c returns together with an error is no pointer.
  template <class Factory, class... Args>
  XmlValue make(Factory factory, Args... args) {
    if (failed()) return nullptr;
    xmlrpc_value* made = factory(env_, args...);
    return XmlValue(failed() ? nullptr : made);
  }
  void append(xmlrpc_value* array, const XmlValue& item) {
    if (!failed()) xmlrpc_array_append_item(env_, array, item.get());
  }

  xmlrpc_env* env_;
};

Error refused(std::string_view method, std::string_view why) {
  return {ErrorCode::kBadConfig, std::string(method) + ": " + std::string(why)};
}

}  // namespace

Result<std::string> encode_call(MethodList allowed, std::string_view method, const Params& params) {
  if (std::find(allowed.begin(), allowed.end(), method) == allowed.end()) {
    return refused(method, "this program may not call it");
  }
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (!can_be_sent(params[i])) {
      return refused(method, "parameter " + std::to_string(i + 1) +
                                 " is no valid UTF-8, or holds control characters, characters above U+FFFF "
                                 "(emoji) or an infinite number");
    }
  }
  XmlrpcEnv env;
  const XmlValue array = Encoder(env)(params);
  const XmlBlock block(env.failed() ? nullptr : xmlrpc_mem_block_new(env.get(), 0));
  if (!env.failed()) xmlrpc_serialize_call(env.get(), block.get(), std::string(method).c_str(), array.get());
  if (env.failed()) return refused(method, "the call could not be encoded");
  return std::string(static_cast<const char*>(xmlrpc_mem_block_contents(block.get())),
                     xmlrpc_mem_block_size(block.get()));
}

}  // namespace xenha::xapi
