// Labels and annotations as they are kept: one JSON object of strings.
#pragma once

#include <string>
#include <string_view>

#include "hooks/journal/entries.h"

namespace xenha::hooks::journal {

std::string texts_json(const Texts& texts);
/// Empty when `json` is no object; values that are no strings are left out.
Texts parse_texts(std::string_view json);

}  // namespace xenha::hooks::journal
