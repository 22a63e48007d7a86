// Encodes a CloudStack call as the body of a POST, signed. Accepts only the commands of the list it is given:
// the first wall between a reading program and a write call. The parameters go into the body because a query
// ends up in the server's and the proxies' logs, key and signature included.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/cloudstack/reader.h"
#include "lib/cloudstack/signature.h"

namespace xenha::cloudstack {

/// The commands that may be sent at all: a constexpr array.
using CommandList = std::span<const std::string_view>;

struct EncodedCall {
  std::string body;       ///< application/x-www-form-urlencoded; a secret as a whole
  std::string signature;  ///< Base64; whoever prints a server's words cuts it out
};

/// `params` are the command's own, in lower case; `expires` is in the server's time. Errors: kBadConfig when
/// `command` is not in `allowed`, a name is not all lower case or comes twice, or nothing can be signed. The
/// message names the command and no value.
Result<EncodedCall> encode_call(CommandList allowed, std::string_view command, Parameters params,
                                const Keys& keys, WallTime expires);

}  // namespace xenha::cloudstack
