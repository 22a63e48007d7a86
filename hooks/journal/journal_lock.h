// One daemon per journal: an advisory lock on state_dir/journal.lock. It is on the file of its own because
// closing any descriptor of a database drops SQLite's locks on it.
#pragma once

#include <filesystem>

#include "lib/base/result.h"

namespace xenha::hooks::journal {

class JournalLock {
 public:
  /// Errors: kBadConfig LOCKED, NOT_WRITABLE.
  static Result<JournalLock> take(const std::filesystem::path& file);
  /// Whether a daemon holds it; does not take it, so that no daemon that starts just now is turned away.
  static bool held(const std::filesystem::path& file);

  JournalLock() = default;
  JournalLock(JournalLock&& other) noexcept;
  JournalLock& operator=(JournalLock&& other) noexcept;
  ~JournalLock();

 private:
  explicit JournalLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// kBadConfig with the word in remote_code.
Error journal_refused(const char* word, std::string message);

}  // namespace xenha::hooks::journal
