// Values as text, so that tests compare and print them.
#pragma once

#include <string>
#include <string_view>

#include "lib/xapi/value.h"

namespace xenha::xapi {

/// text in quotes, #int, double(x), bool(x), date(x), nil, [items], {name: value}.
std::string to_text(const Value& value);

/// A file of tests/fixtures/xapi; the test fails when it cannot be read.
std::string fixture(std::string_view path);

}  // namespace xenha::xapi
