// A whole file as text, bounded, with errors an operator can act on.
#pragma once

#include <string>

#include "lib/base/result.h"

namespace xenha::config {

struct FileText {
  std::string text;
  unsigned mode = 0;  ///< permission bits as stat() gives them
};

/// Errors (kBadConfig), each begins with the path: not there, not readable (and by which user), no regular
/// file, larger than `max_bytes`.
Result<FileText> read_file(const std::string& path, std::size_t max_bytes);

}  // namespace xenha::config
