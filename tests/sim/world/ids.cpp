#include "tests/sim/world/ids.h"

#include <cstdio>

namespace xenha::sim {

std::string Ids::uuid() {
  const std::uint64_t high = random_();
  const std::uint64_t low = random_();
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                static_cast<unsigned>(high >> 16 & 0xffff), static_cast<unsigned>(high & 0xfff),
                static_cast<unsigned>((low >> 48 & 0x3fff) | 0x8000),
                static_cast<unsigned long long>(low & 0xffffffffffffULL));
  return text;
}

}  // namespace xenha::sim
