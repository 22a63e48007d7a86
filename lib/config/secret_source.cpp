#include "lib/config/secret_source.h"

#include <sys/stat.h>

#include <cstdlib>

#include "lib/config/file_text.h"

namespace xenha::config {
namespace {

constexpr std::size_t kMaxSecretBytes = 64u << 10;

Error bad(const std::string& message) {
  return {ErrorCode::kBadConfig, message};
}

Result<Secret> checked(std::string text, const std::string& place) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return bad(place + " is empty, write the secret into it");
  if (text.find('\n') != std::string::npos || text.find('\0') != std::string::npos)
    return bad(place + " holds more than one line, is it the right file?");
  return Secret(std::move(text));
}

}  // namespace

SecretSource SecretSource::file(const std::filesystem::path& path) {
  SecretSource source;
  source.kind_ = Kind::kFile;
  source.place_ = path.string();
  return source;
}

SecretSource SecretSource::environment(std::string name) {
  SecretSource source;
  source.kind_ = Kind::kEnvironment;
  source.place_ = std::move(name);
  return source;
}

std::string SecretSource::describe() const {
  return kind_ == Kind::kEnvironment ? "environment variable " + place_ : place_;
}

bool SecretSource::stamp_of(const std::string& path, Stamp& stamp) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return false;
  constexpr std::int64_t kBillion = 1'000'000'000;
  stamp = {found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size),
           found.st_mtim.tv_sec * kBillion + found.st_mtim.tv_nsec,
           found.st_ctim.tv_sec * kBillion + found.st_ctim.tv_nsec};
  return true;
}

Result<SecretSource::Reading> SecretSource::open() const {
  Reading reading{{}, *this, false};
  reading.source.read_ = true;
  if (kind_ == Kind::kNone) return bad("no secret is configured");
  if (kind_ == Kind::kEnvironment) {
    const char* value = std::getenv(place_.c_str());
    if (!value) return bad(describe() + " is not set for this process");
    Result<Secret> secret = checked(value, describe());
    if (!secret) return secret.error();
    reading.secret = *std::move(secret);
    return reading;
  }
  // Before the read: a file replaced meanwhile then counts as changed, and is read once more.
  stamp_of(place_, reading.source.stamp_);
  Result<FileText> file = read_file(place_, kMaxSecretBytes);
  if (!file) return file.error();
  Result<Secret> secret = checked(std::move(file->text), place_);
  if (!secret) return secret.error();
  reading.secret = *std::move(secret);
  reading.world_readable = (file->mode & S_IROTH) != 0;
  return reading;
}

Result<Secret> SecretSource::read() const {
  Result<Reading> reading = open();
  if (!reading) return reading.error();
  return std::move(reading->secret);
}

bool SecretSource::changed_since_read() const {
  Stamp now;
  return kind_ == Kind::kFile && read_ && stamp_of(place_, now) && !(now == stamp_);
}

}  // namespace xenha::config
