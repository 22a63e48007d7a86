// The management server's side of a signed request: decoded parameters in, verdict out. Byte for byte what
// the server does (reference 1.2): it re-encodes what it decoded, so a client's own escaping on the wire is
// free.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "tests/sim/cloud/rules.h"

namespace xenha::sim::cloud {

/// Decoded parameters as sent, names in their original case; of a repeated name only the first.
using RawParams = std::vector<std::pair<std::string, std::string>>;

/// "a=b&c=d", percent-decoded, appended to `out`.
void parse_form(std::string_view text, RawParams& out);

/// As Java's URLEncoder with %20 for a space.
std::string java_encode(std::string_view value);
/// What the server signs.
std::string string_to_sign(const RawParams& params);
/// Base64 of the HMAC-SHA1.
std::string sign(const std::string& text, const std::string& secret);

/// Value of `name`, whatever its case; absent if it is not there.
std::optional<std::string> find_param(const RawParams& params, std::string_view lower_name);

/// 2026-01-02T03:04:05+0000; a trailing Z where the release takes it.
std::optional<WallTime> parse_expires(std::string_view text, bool takes_z);

std::string lower_case(std::string_view text);

}  // namespace xenha::sim::cloud
