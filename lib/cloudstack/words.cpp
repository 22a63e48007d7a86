#include "lib/cloudstack/words.h"

#include <algorithm>

namespace xenha::cloudstack {

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower_case(c); });
  return out;
}

}  // namespace xenha::cloudstack
