// Files in state_dir: read as a whole, replaced as a whole, so that a crash leaves the old one or the new
// one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace xenha::exporter {

/// Absent: no such file. Errors: kBadConfig "state file F cannot be read: why".
Result<std::optional<std::string>> read_kept_file(const std::filesystem::path& file);
/// Written beside, synced, renamed. Errors: kBadConfig with the reason of the system.
Status replace_kept_file(const std::filesystem::path& file, std::string_view text);
Error kept_file_error(const std::filesystem::path& file, std::string_view what, std::string_view why);

}  // namespace xenha::exporter
