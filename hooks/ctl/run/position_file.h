// The journal of one pool's procedure on this machine: one small file, replaced as a whole, and a lock so
// that only one xenhactl works on a pool here.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "hooks/ctl/procedures/position.h"
#include "hooks/journal/journal_lock.h"
#include "lib/base/result.h"

namespace xenha::ctl {

class PositionFile {
 public:
  /// Makes `state_dir` if it is missing. Errors: kBadConfig; remote_code "LOCKED" when another xenhactl works
  /// on the pool.
  static Result<PositionFile> open(const std::filesystem::path& state_dir, const std::string& pool);

  /// Absent: no procedure was left. Errors: it cannot be read or understood.
  Result<std::optional<Position>> read() const;
  /// Synced to disk before it returns.
  Status write(const Position& position) const;
  void remove() const;

 private:
  PositionFile(std::filesystem::path file, hooks::journal::JournalLock lock)
      : file_(std::move(file)), lock_(std::move(lock)) {}

  std::filesystem::path file_;
  hooks::journal::JournalLock lock_;
};

}  // namespace xenha::ctl
