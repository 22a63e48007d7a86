#include "lib/base/kept_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

namespace xenha {
namespace {

std::string reason() {
  return std::strerror(errno);
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

}  // namespace

Error kept_file_error(const std::filesystem::path& file, std::string_view what, std::string_view why) {
  return {ErrorCode::kBadConfig,
          "state file " + file.string() + " cannot be " + std::string(what) + ": " + std::string(why)};
}

Result<std::optional<std::string>> read_kept_file(const std::filesystem::path& file) {
  using Text = std::optional<std::string>;
  std::error_code gone;
  if (!std::filesystem::exists(file, gone) && !gone) return Text();
  std::ifstream in(file, std::ios::binary);
  if (!in) return kept_file_error(file, "read", reason());
  std::ostringstream text;
  text << in.rdbuf();
  return Text(std::move(text).str());
}

std::filesystem::path set_kept_file_aside(const std::filesystem::path& file) {
  std::filesystem::path aside = file.string() + ".unreadable";
  std::error_code ignored;  // then it stays, and is overwritten: its owner has said that it is not understood
  std::filesystem::rename(file, aside, ignored);
  return aside;
}

Status replace_kept_file(const std::filesystem::path& file, std::string_view text) {
  const std::filesystem::path beside = file.string() + ".new";
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (fd < 0) return kept_file_error(beside, "written", reason());
  const bool written = write_all(fd, text) && ::fsync(fd) == 0;
  const std::string why = reason();
  ::close(fd);
  if (!written) return kept_file_error(beside, "written", why);
  if (std::rename(beside.c_str(), file.c_str()) != 0) return kept_file_error(file, "replaced", reason());
  const int dir = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
  return Nothing{};
}

}  // namespace xenha
