// A quick compressor for sample lines. Each line repeats most of the one before it, and a changed pool is
// compressed anew many times a minute: one look at the last place with the same four bytes and the fixed code
// of RFC 1951 give about the size that zlib's fastest level gives, in a fraction of its time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace xenha::metrics {

/// Compresses one piece after the other. Not for several threads at once.
class Deflater {
 public:
  /// Raw deflate blocks, none of them the last, that end on a byte boundary and refer to nothing before the
  /// piece.
  std::string piece(std::string_view text);

 private:
  static constexpr int kHashBits = 12;
  static constexpr std::uint32_t kWindow = 32768;

  /// Where four bytes with this hash were seen last, counted over all pieces: what an earlier piece left
  /// behind is too far away to be used, so nothing has to be cleared.
  std::array<std::uint32_t, 1u << kHashBits> last_seen_{};
  std::uint32_t base_ = kWindow + 1;
};

}  // namespace xenha::metrics
