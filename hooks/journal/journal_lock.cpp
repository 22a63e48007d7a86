#include "hooks/journal/journal_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace xenha::hooks::journal {
namespace {

struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// For the message only.
std::string holder(int fd) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(fd, text.data(), text.size() - 1, 0);
  std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  if (const auto end = pid.find_first_not_of("0123456789"); end != pid.npos) pid.resize(end);
  return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

Error journal_refused(const char* word, std::string message) {
  return {ErrorCode::kBadConfig, std::move(message), word};
}

Result<JournalLock> JournalLock::take(const std::filesystem::path& file) {
  JournalLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.fd_ < 0)
    return journal_refused(
        "NOT_WRITABLE", file.string() + " cannot be opened for writing: " + std::strerror(errno) +
                            "; the directory and the files in it must belong to the user the daemon runs as");
  struct flock wanted = whole_file(F_WRLCK);
  // Of the open file, not of the process: a second journal within one process is refused, too.
  if (::fcntl(lock.fd_, F_OFD_SETLK, &wanted) != 0) {
    if (errno == EAGAIN || errno == EACCES)
      return journal_refused(
          "LOCKED", "the journal in " + file.parent_path().string() + " is in use by " + holder(lock.fd_) +
                        "; one daemon per state_dir: stop that one, or give this one another");
    return journal_refused("NOT_WRITABLE", file.string() + " cannot be locked: " + std::strerror(errno));
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  // Left out on a full disk: only a message is poorer for it.
  if (::ftruncate(lock.fd_, 0) == 0 && ::pwrite(lock.fd_, pid.data(), pid.size(), 0) < 0) errno = 0;
  return lock;
}

bool JournalLock::held(const std::filesystem::path& file) {
  const JournalLock lock(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (lock.fd_ < 0) return false;
  struct flock found = whole_file(F_WRLCK);
  return ::fcntl(lock.fd_, F_OFD_GETLK, &found) == 0 && found.l_type != F_UNLCK;
}

JournalLock::JournalLock(JournalLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

JournalLock& JournalLock::operator=(JournalLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

JournalLock::~JournalLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace xenha::hooks::journal
