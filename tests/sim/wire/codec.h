// Calls from the wire, answers to the wire: XML-RPC and JSON-RPC exactly as xapi reads and writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "tests/sim/wire/datamodel.h"
#include "tests/sim/wire/json.h"

namespace xenha::sim {

/// A parameter with the type that the client gave it: old releases are strict about it.
struct WireValue {
  enum class Kind { kString, kInt, kDouble, kBool, kDateTime, kBase64, kNil, kArray, kStruct };
  Kind kind = Kind::kString;
  std::string text = {};  ///< kString, kDateTime (as sent, without zone), kBase64 (decoded)
  std::int64_t integer = 0;
  double real = 0;
  bool boolean = false;
  std::vector<WireValue> items = {};
  std::vector<std::pair<std::string, WireValue>> members = {};
};

struct Call {
  std::string method;
  std::vector<WireValue> params;
  // JSON-RPC only:
  std::string id_json = "null";  ///< the id as it was sent, to be sent back
  bool json_rpc_2 = false;       ///< "jsonrpc": "2.0"; otherwise the 1.0 shape
};

/// Content types, exactly.
inline constexpr char kXmlContentType[] = "text/xml";
inline constexpr char kJsonContentType[] = "application/json";

/// By xmlrpc-c's xmlrpc_parse_call. Errors: kBadReply with the parser's words (xapi: <fault> code 1 on 6.2,
/// HTTP 500 later).
Result<Call> parse_xmlrpc_call(std::string_view body);
/// Both shapes. Errors: kBadReply.
Result<Call> parse_jsonrpc_call(std::string_view body);

/// What becomes an ErrorDescription: the code and its arguments.
struct Failure {
  std::vector<std::string> description;
  bool operator==(const Failure&) const = default;
};
inline Failure fail(std::string code) {
  return {{std::move(code)}};
}
template <class... Args>
Failure fail(std::string code, Args&&... args) {
  return {{std::move(code), std::string(std::forward<Args>(args))...}};
}

/// The parameters as a Json array, one element a parameter that the release has, defaults filled in; the
/// session reference is element 0 where the call takes one. Failures: MESSAGE_PARAMETER_COUNT_MISMATCH
/// [method, expected, received], FIELD_TYPE_ERROR [parameter].
Result<Json, Failure> check_params(const MessageDef& message, const std::vector<WireValue>& params,
                                   Release release);

// XML-RPC answers: whole documents.
std::string encode_success(const Type& type, const Json& value, Release release);
std::string encode_failure(const Failure& failure);
std::string encode_fault(int code, std::string_view text);
/// A value without the Status envelope: system.listMethods.
std::string encode_bare(const Type& type, const Json& value, Release release);

// JSON-RPC answers: whole documents, in the shape of the call.
std::string encode_json_success(const Call& call, const Type& type, const Json& value, Release release);
std::string encode_json_failure(const Call& call, const Failure& failure);
/// The error of emergency mode: xapi answers it before it looks at the call, with id 0 and the words as a
/// plain array, up to 8.2 in the shape of 1.0 and later with "jsonrpc": "2.0" in front.
std::string encode_json_emergency(const Failure& failure, Release release);

/// "20240131T23:59:58Z"
std::string iso8601(WallTime when);
/// Compact or dashed; Z, an offset, or none (UTC). Absent: no time.
std::optional<WallTime> parse_iso8601(std::string_view text);

}  // namespace xenha::sim
