// CloudStack's signature of a request: HMAC-SHA1 over the sorted, escaped, lower-cased parameters. The server
// decodes what came over the wire and builds the same string, so only string_to_sign must follow its rules to
// the letter; the wire's escaping must merely decode to the same values.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace xenha::cloudstack {

/// Names and values, not escaped. No name twice: which value counts then differs by release.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// Like Java's URLEncoder, but with %20 for a space: `*` stays and `~` does not, unlike curl's escaper.
std::string escape_for_signature(std::string_view value);
/// Everything but RFC 3986's unreserved characters becomes %XX.
std::string escape_for_wire(std::string_view value);

std::string string_to_sign(Parameters params);
/// Base64. Errors: kBadConfig if OpenSSL has no SHA-1 (a policy may forbid it).
Result<std::string> sign(std::string_view text, const Secret& secret_key);

}  // namespace xenha::cloudstack
