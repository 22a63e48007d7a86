#include "lib/config/file_text.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "lib/config/duration.h"

namespace xenha::config {
namespace {

class File {
 public:
  // Without O_NONBLOCK a named pipe would hold the start for ever.
  explicit File(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string user_name() {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found)
    return found->pw_name;
  return "number " + std::to_string(geteuid());
}

Error bad(const std::string& message) {
  return {ErrorCode::kBadConfig, message};
}

Error cannot_open(const std::string& path, int code) {
  if (code == ENOENT || code == ENOTDIR) return bad(path + " does not exist");
  if (code == EACCES)
    return bad(path + " may not be read by user " + user_name() + ", see its owner, group and mode");
  return bad(path + " cannot be opened: " + std::generic_category().message(code));
}

}  // namespace

Result<FileText> read_file(const std::string& path, std::size_t max_bytes) {
  const File file(path);
  if (file.fd() < 0) return cannot_open(path, errno);
  struct stat found {};
  if (::fstat(file.fd(), &found) != 0) return cannot_open(path, errno);
  if (S_ISDIR(found.st_mode)) return bad(path + " is a directory, name a file");
  if (!S_ISREG(found.st_mode)) return bad(path + " is no regular file");
  FileText out{{}, found.st_mode & 07777u};
  std::array<char, 16384> piece;
  while (true) {
    const ssize_t got = ::read(file.fd(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return bad(path + " cannot be read: " + std::generic_category().message(errno));
    if (got == 0) return out;
    out.text.append(piece.data(), static_cast<std::size_t>(got));
    if (out.text.size() > max_bytes)
      return bad(path + " is larger than " + format_size(max_bytes) + ", is it the right file?");
  }
}

}  // namespace xenha::config
