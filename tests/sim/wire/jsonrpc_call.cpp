// Calls over JSON-RPC, in the shapes of 1.0 and 2.0.
#include <nlohmann/json.hpp>

#include "tests/sim/wire/codec.h"

namespace xenha::sim {
namespace {

constexpr int kMaxDepth = 64;

Error malformed(std::string_view what) {
  return {ErrorCode::kBadReply, "JSON-RPC: " + std::string(what)};
}

WireValue convert(const Json& value) {
  using Kind = WireValue::Kind;
  WireValue out;
  switch (value.type()) {
    case Json::value_t::string:
      out.text = value.get<std::string>();
      break;
    case Json::value_t::boolean:
      out.kind = Kind::kBool;
      out.boolean = value.get<bool>();
      break;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      out.kind = Kind::kInt;
      out.integer = value.get<std::int64_t>();
      break;
    case Json::value_t::number_float:
      out.kind = Kind::kDouble;
      out.real = value.get<double>();
      break;
    case Json::value_t::array:
      out.kind = Kind::kArray;
      for (const Json& item : value) out.items.push_back(convert(item));
      break;
    case Json::value_t::object:
      out.kind = Kind::kStruct;
      for (const auto& [name, item] : value.items()) out.members.emplace_back(name, convert(item));
      break;
    default:
      out.kind = Kind::kNil;
      break;
  }
  return out;
}

// Depth is bounded while parsing: what is deeper could overflow the stack later.
Json parse_bounded(std::string_view body) {
  bool too_deep = false;
  Json document = Json::parse(
      body,
      [&too_deep](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kMaxDepth;
        return !too_deep;
      },
      false);
  return too_deep ? Json(Json::value_t::discarded) : document;
}

}  // namespace

Result<Call> parse_jsonrpc_call(std::string_view body) {
  const Json document = parse_bounded(body);
  if (document.is_discarded()) return malformed("not valid JSON");
  if (!document.is_object()) return malformed("Invalid request body");
  if (!document.contains("method") || !document["method"].is_string())
    return malformed("Invalid field 'method' in request body");
  Call call;
  call.method = document["method"];
  if (document.contains("jsonrpc")) {
    if (document["jsonrpc"] != "2.0") return malformed("Invalid field 'jsonrpc' in request body");
    call.json_rpc_2 = true;
  }
  const Json params = document.value("params", Json());
  if (params.is_array()) {
    for (const Json& param : params) call.params.push_back(convert(param));
  } else if (call.json_rpc_2 && params.is_object()) {
    call.params.push_back(convert(params));
  } else if (!call.json_rpc_2 || !params.is_null()) {
    return malformed("Invalid field 'params' in request body");
  }
  const Json id = document.value("id", Json());
  if (!id.is_number_integer() && !id.is_string()) return malformed("Invalid field 'id' in request body");
  call.id_json = id.dump(-1, ' ', false, Json::error_handler_t::replace);
  return call;
}

}  // namespace xenha::sim
