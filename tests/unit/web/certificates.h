// Keys and certificates made for one test, in a directory of its own that goes away with it.
#pragma once

#include <filesystem>
#include <string>

namespace xenha::web::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

struct Identity {
  std::filesystem::path cert, key;  ///< PEM files
};

/// A CA in `directory`: NAME.crt, NAME.key.
Identity make_ca(const std::filesystem::path& directory, const std::string& name);
/// A certificate for `common_name` and 127.0.0.1, signed by `ca`.
Identity make_identity(const std::filesystem::path& directory, const std::string& name, const Identity& ca,
                       const std::string& common_name);

}  // namespace xenha::web::testing
