// What to make of a server's own words: they go into logs and pages, so nothing of a request may be in them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/clock.h"

namespace xenha::cloudstack {

/// One line of bounded length without `secrets` (in any case, plain or as a URL has them), without the values
/// of parameters like `signature=`, and without words as long as a key is. Valid UTF-8 stays valid.
std::string clean_text(std::string_view text, std::span<const std::string> secrets);

/// How long a 429 says to wait: "please retry after 870 ms." Releases write "[870] ms" too. At most five
/// minutes; absent when it names no time.
std::optional<Duration> wait_asked_for(std::string_view text);

/// "Page size can't exceed max allowed page size value: 100", in the words of any release.
bool is_about_page_size(std::string_view text);

}  // namespace xenha::cloudstack
