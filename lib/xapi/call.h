// Encodes XenAPI calls with xmlrpc-c. Accepts only the methods of the program's own list: the first wall
// between a reading program and a write call.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace xenha::xapi {

/// The methods that a program may call at all: a constexpr array in the program's own sources.
using MethodList = std::span<const std::string_view>;

/// Goes as `<dateTime.iso8601>20240131T23:59:58`, whole seconds; without a zone it is UTC to every version.
struct DateTime {
  WallTime at;
};

/// One parameter. Integers go as `<string>` (6.2 takes nothing else), reals as `<double>`; there is no int
/// form.
using Param = std::variant<std::string, bool, double, DateTime, std::vector<std::string>,
                           std::vector<std::pair<std::string, std::string>>>;
using Params = std::vector<Param>;

/// The methodCall document. Errors: kBadConfig when `method` is not in `allowed`, or a string is not valid
/// UTF-8 or holds what XML or xmlrpc-c cannot carry: control characters, characters above U+FFFF. The message
/// names no value.
Result<std::string> encode_call(MethodList allowed, std::string_view method, const Params& params);

}  // namespace xenha::xapi
