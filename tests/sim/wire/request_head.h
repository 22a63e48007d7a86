// The head of an HTTP request, as a function of bytes.
#pragma once

#include <cstddef>
#include <string_view>
#include <variant>

#include "tests/sim/wire/http_server.h"

namespace xenha::sim {

struct Head {
  Request request;
  std::size_t bytes = 0;  ///< of the head, with the empty line
  std::optional<std::size_t> content_length;
  bool keep_alive = true;
  bool http_1_0 = false;
  bool chunked = false;
};
struct HeadIncomplete {};
struct HeadTooLarge {};
struct HeadMalformed {};
using HeadResult = std::variant<Head, HeadIncomplete, HeadTooLarge, HeadMalformed>;

/// `limit`: largest head in bytes.
HeadResult parse_head(std::string_view bytes, std::size_t limit);

/// "%41+b" -> "A b"; a broken escape stays as it is.
std::string percent_decode(std::string_view text);

}  // namespace xenha::sim
