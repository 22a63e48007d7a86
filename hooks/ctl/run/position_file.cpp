#include "hooks/ctl/run/position_file.h"

#include <utility>

#include "lib/base/kept_file.h"

namespace xenha::ctl {

Result<PositionFile> PositionFile::open(const std::filesystem::path& state_dir, const std::string& pool) {
  std::error_code error;
  std::filesystem::create_directories(state_dir, error);
  if (error)
    return Error{ErrorCode::kBadConfig, "ctl.state_dir " + state_dir.string() + " cannot be made: " +
                                            error.message() + "; name another in the config file"};
  const std::string name = "procedure-" + pool;
  Result<hooks::journal::JournalLock> lock = hooks::journal::JournalLock::take(state_dir / (name + ".lock"));
  if (!lock) {
    Error refused = lock.error();
    refused.message = refused.remote_code == "LOCKED"
                          ? "another xenhactl works on " + pool + " on this machine; wait for it, or end it"
                          : "ctl.state_dir " + state_dir.string() + " cannot be written";
    return refused;
  }
  return PositionFile(state_dir / (name + ".json"), *std::move(lock));
}

Result<std::optional<Position>> PositionFile::read() const {
  const Result<std::optional<std::string>> text = read_kept_file(file_);
  if (!text) return text.error();
  if (!*text) return std::optional<Position>();
  std::optional<Position> position = position_of_journal(**text);
  if (!position)
    return kept_file_error(file_, "understood",
                           "it is of another version, or damaged; the mark on the pool tells as well");
  return position;
}

Status PositionFile::write(const Position& position) const {
  return replace_kept_file(file_, journal_text(position));
}

void PositionFile::remove() const {
  std::error_code ignored;  // what is left says that it is over
  std::filesystem::remove(file_, ignored);
}

}  // namespace xenha::ctl
