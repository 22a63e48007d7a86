// Text from outside, made fit to be kept.
#pragma once

#include <string>
#include <string_view>

namespace xenha::hooks::journal {

/// Valid UTF-8 without zeros: each byte that is not becomes U+FFFD.
std::string clean_text(std::string_view text);
/// The same, of at most `limit` bytes (3 or more): what is longer is cut between characters and ends in "…".
std::string cut_text(std::string_view text, std::size_t limit);

}  // namespace xenha::hooks::journal
