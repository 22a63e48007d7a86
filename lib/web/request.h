// From the bytes of a request line to the fields of web::Request. Pure; civet_server and the fuzzer call it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xenha::web {

enum class Plus { kIsPlus, kIsSpace };  ///< what "+" means: itself in a path, a blank in a query

/// Absent when an escape is broken or names the zero byte, which would cut the string for any C code behind
/// us.
std::optional<std::string> percent_decode(std::string_view text, Plus plus);

/// The part behind "?" as names and values in their order; a name alone has an empty value. Absent as above.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text);

}  // namespace xenha::web
