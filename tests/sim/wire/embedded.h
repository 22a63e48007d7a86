// Files compiled in by embed.cmake; joined, the pieces are the file's text.
#pragma once

#include <initializer_list>
#include <string_view>

namespace xenha::sim {

extern const std::initializer_list<std::string_view> kDataModelJson;
extern const std::initializer_list<std::string_view> kDataModelSupplementJson;

}  // namespace xenha::sim
