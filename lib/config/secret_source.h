// Where a secret lives: a file or an environment variable. The config holds the source, never the text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace xenha::config {

class SecretSource {
 public:
  SecretSource() = default;
  static SecretSource file(const std::filesystem::path& path);
  static SecretSource environment(std::string name);

  /// The text without the newline at its end.
  /// Errors (kBadConfig): not there, not readable, empty, more than one line, larger than 64 KiB, no regular
  /// file.
  Result<Secret> read() const;

  struct Reading;
  /// The same, and the source as it was then: its changed_since_read() counts from this reading.
  Result<Reading> open() const;

  /// The file was replaced or rewritten after the open() that gave this source; one stat(). Never true of a
  /// file that is missing now, of an environment variable, and of a source that was not opened.
  bool changed_since_read() const;

  bool is_set() const { return kind_ != Kind::kNone; }
  bool is_environment() const { return kind_ == Kind::kEnvironment; }
  /// For messages: the path, or "environment variable NAME".
  std::string describe() const;
  /// Same place; whether it changed since does not count.
  bool operator==(const SecretSource& other) const { return kind_ == other.kind_ && place_ == other.place_; }

 private:
  enum class Kind { kNone, kFile, kEnvironment };
  struct Stamp {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  static bool stamp_of(const std::string& path, Stamp& stamp);

  Kind kind_ = Kind::kNone;
  std::string place_;
  bool read_ = false;
  Stamp stamp_;
};

struct SecretSource::Reading {
  Secret secret;
  SecretSource source;
  bool world_readable = false;  ///< every user of this machine can read the file
};

}  // namespace xenha::config
