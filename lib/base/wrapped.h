// Text for people in lines that fit a terminal. Used by help texts and by what xenhactl prints.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace xenha {

inline constexpr std::size_t kScreenWidth = 80;

/// Columns that UTF-8 text takes on a terminal. Wide characters count two where the C library knows them,
/// combining ones none; without a UTF-8 locale every character counts one.
std::size_t columns_of(std::string_view text);

/// `text` in lines that end at column `width` at the latest, each ended and indented by `indent` blanks. Only
/// a word longer than a line goes over.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = kScreenWidth);

}  // namespace xenha
