// Files in state_dir: read as a whole, replaced as a whole, so that a crash leaves the old one or the new
// one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace xenha {

/// Absent: no such file. Errors: kBadConfig "state file F cannot be read: why".
Result<std::optional<std::string>> read_kept_file(const std::filesystem::path& file);
/// Written beside, synced, renamed. Errors: kBadConfig with the reason of the system.
Status replace_kept_file(const std::filesystem::path& file, std::string_view text);
/// Moves what cannot be read out of the way, beside it, and gives its new name.
std::filesystem::path set_kept_file_aside(const std::filesystem::path& file);
Error kept_file_error(const std::filesystem::path& file, std::string_view what, std::string_view why);

/// What `parse` makes of a file's text; a State like new when there is no file. Errors: as above, and
/// kBadConfig "state file F cannot be understood: why".
template <class State>
Result<State> load_kept_file(const std::filesystem::path& file,
                             Result<State> (*parse)(std::string_view text)) {
  const Result<std::optional<std::string>> text = read_kept_file(file);
  if (!text) return text.error();
  if (!*text) return State{};
  Result<State> state = parse(**text);
  if (!state) return kept_file_error(file, "understood", state.error().message);
  return state;
}

}  // namespace xenha
