// "Did you mean": the known word nearest to a mistyped one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xenha::config {

/// The one of `known` that differs from `word` by the fewest keystrokes, if that is few for its length; else
/// empty.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace xenha::config
