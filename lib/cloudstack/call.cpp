#include "lib/cloudstack/call.h"

#include <algorithm>
#include <set>

#include "lib/cloudstack/dates.h"
#include "lib/cloudstack/words.h"

namespace xenha::cloudstack {
namespace {

Error refused(std::string_view command, std::string_view why) {
  return {ErrorCode::kBadConfig, std::string(command) + ": " + std::string(why)};
}

/// Sorting names and sorting them in lower case is the same only then, and releases do differ in it.
bool good_names(const Parameters& params) {
  std::set<std::string_view> seen;
  return std::all_of(params.begin(), params.end(), [&](const auto& param) {
    const std::string& name = param.first;
    const bool plain = std::all_of(name.begin(), name.end(),
                                   [](char c) { return is_alphanumeric(c) && lower_case(c) == c; });
    return !name.empty() && plain && seen.insert(name).second;
  });
}

}  // namespace

Result<EncodedCall> encode_call(CommandList allowed, std::string_view command, Parameters params,
                                const Keys& keys, WallTime expires) {
  if (std::find(allowed.begin(), allowed.end(), command) == allowed.end()) {
    return refused(command, "this program may not call it");
  }
  params.emplace_back("command", command);
  params.emplace_back("response", "json");
  params.emplace_back("apikey", keys.api_key.reveal());
  params.emplace_back("signatureversion", "3");
  params.emplace_back("expires", expires_text(expires));
  if (!good_names(params)) return refused(command, "a parameter's name is not lower case, or comes twice");
  Result<std::string> signature = sign(string_to_sign(params), keys.secret_key);
  if (!signature) return refused(command, signature.error().message);
  EncodedCall call;
  for (const auto& [name, value] : params) call.body += name + "=" + escape_for_wire(value) + "&";
  call.body += "signature=" + escape_for_wire(*signature);
  call.signature = *std::move(signature);
  return call;
}

}  // namespace xenha::cloudstack
