// Any bytes as an audit log: no crash, and pieces may not change what is read.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hooks/situation/audit_scan.h"

using namespace xenha::hooks;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  AuditScan whole, pieces;
  whole.feed(text);
  whole.finish();
  const std::size_t piece = 1 + size % 7;
  for (std::size_t at = 0; at < size; at += piece) pieces.feed(text.substr(at, piece));
  pieces.finish();
  if (whole.newest() != pieces.newest() || whole.is_no_log() != pieces.is_no_log()) std::abort();
  if (whole.newest())
    for (const char c : whole.newest()->by)
      if (c < ' ' || c > '~') std::abort();
  return 0;
}
