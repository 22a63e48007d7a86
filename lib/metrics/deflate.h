// Compressed pieces that can be joined. Each is a run of raw deflate blocks that ends on a byte boundary and
// refers to nothing before itself, so that pieces put one after the other are the deflate stream of their
// joined text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xenha::metrics {

/// What a gzip trailer needs to know of a text, so that joined texts need not be read again.
struct Checksum {
  std::uint32_t crc = 0;
  std::uint64_t length = 0;  ///< bytes before compression

  static Checksum of(std::string_view text);
};

/// The step that puts a text of a known length behind another. Precomputed: combining then costs some 100 ns.
class CrcShift {
 public:
  CrcShift() = default;
  explicit CrcShift(std::uint64_t length);
  /// The checksum of `first` followed by `second`; the shift is that of the second's length.
  Checksum join(const Checksum& first, const Checksum& second) const;

 private:
  std::uint64_t length_ = 0;
  unsigned long operator_ = 0;
};

/// A piece without compression: for texts of a few lines.
void append_stored(std::string& out, std::string_view text);

/// Begin and end of the one member that a gzip file of ours has.
void append_gzip_header(std::string& out);
void append_gzip_trailer(std::string& out, const Checksum& whole);

}  // namespace xenha::metrics
