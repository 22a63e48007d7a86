#include "lib/metrics/deflater.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace xenha::metrics {
namespace {

constexpr std::size_t kShortest = 4, kLongest = 258;
constexpr std::size_t kLargestPiece = 1u << 30;

/// Bits as they go into the stream, first bit lowest.
struct Code {
  std::uint32_t bits = 0;
  std::uint8_t count = 0;
};

constexpr std::uint32_t reversed(std::uint32_t bits, int count) {
  std::uint32_t out = 0;
  for (int i = 0; i < count; ++i) out |= (bits >> i & 1) << (count - 1 - i);
  return out;
}

/// The fixed Huffman code of a literal or length symbol (RFC 1951, 3.2.6).
constexpr Code fixed_code(std::uint32_t symbol) {
  if (symbol < 144) return {reversed(0x30 + symbol, 8), 8};
  if (symbol < 256) return {reversed(0x190 + symbol - 144, 9), 9};
  if (symbol < 280) return {reversed(symbol - 256, 7), 7};
  return {reversed(0xC0 + symbol - 280, 8), 8};
}

constexpr auto kLiterals = [] {
  std::array<Code, 256> codes;
  for (std::uint32_t i = 0; i < codes.size(); ++i) codes[i] = fixed_code(i);
  return codes;
}();

/// Lengths 3 to 258 with their extra bits (RFC 1951, 3.2.5).
constexpr auto kLengths = [] {
  std::array<Code, kLongest + 1> codes;
  std::uint32_t length = 3;
  for (std::uint32_t symbol = 257; symbol < 285; ++symbol) {
    const int extra = symbol < 265 ? 0 : static_cast<int>(symbol - 261) / 4;
    const Code code = fixed_code(symbol);
    for (std::uint32_t i = 0; i < 1u << extra && length < kLongest; ++i, ++length)
      codes[length] = {code.bits | i << code.count, static_cast<std::uint8_t>(code.count + extra)};
  }
  codes[kLongest] = fixed_code(285);
  return codes;
}();

/// A distance from 1 to 32768 with its extra bits: two symbols for each power of two.
Code distance_code(std::uint32_t distance) {
  const std::uint32_t d = distance - 1;
  if (d < 4) return {reversed(d, 5), 5};
  const int extra = 30 - __builtin_clz(d);
  const std::uint32_t symbol = 2 * static_cast<std::uint32_t>(extra) + (d >> extra);
  return {reversed(symbol, 5) | (d & ((1u << extra) - 1)) << 5, static_cast<std::uint8_t>(5 + extra)};
}

class BitWriter {
 public:
  explicit BitWriter(char* out) : begin_(out), out_(out) {}

  /// At most 32 bits.
  void put(std::uint32_t bits, int count) {
    pending_ |= static_cast<std::uint64_t>(bits) << count_;
    count_ += count;
    if (count_ < 32) return;
    for (int i = 0; i < 4; ++i) out_[i] = static_cast<char>(pending_ >> 8 * i);
    out_ += 4;
    pending_ >>= 32;
    count_ -= 32;
  }
  void put(Code code) { put(code.bits, code.count); }

  void to_byte_boundary() {
    for (; count_ > 0; count_ -= 8, pending_ >>= 8) *out_++ = static_cast<char>(pending_);
    count_ = 0;
    pending_ = 0;
  }

  std::size_t size() const { return static_cast<std::size_t>(out_ - begin_); }

 private:
  char* begin_;
  char* out_;
  std::uint64_t pending_ = 0;
  int count_ = 0;
};

std::uint32_t four_bytes(const char* at) {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::size_t common_length(const char* a, const char* b, const char* end) {
  const char* const begin = b;
  for (; end - b >= 8; a += 8, b += 8)
    if (std::memcmp(a, b, 8) != 0) break;
  while (b < end && *a == *b) ++a, ++b;
  return static_cast<std::size_t>(b - begin);
}

void put_match(BitWriter& out, std::size_t length, std::uint32_t distance) {
  const Code code = distance_code(distance);
  while (length > 0) {
    // No rest may be shorter than the shortest length there is, 3.
    std::size_t part = std::min(length, kLongest);
    if (length > part && length - part < 3) part -= 3;
    out.put(kLengths[part]);
    out.put(code);
    length -= part;
  }
}

}  // namespace

std::string Deflater::piece(std::string_view text) {
  if (text.size() > kLargestPiece) throw std::length_error("more than 1 GiB of samples in one metric family");
  if (std::numeric_limits<std::uint32_t>::max() - base_ < text.size() + kWindow + 1) *this = Deflater();

  constexpr std::size_t kFraming = 32;  // of a block and of the marker at the end
  std::string bytes(text.size() + text.size() / 8 + kFraming, '\0');  // a literal takes at most 9 bits
  BitWriter out(bytes.data());
  out.put(0b010, 3);  // not the last block, fixed code

  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* literals = begin;
  const auto put_literals = [&](const char* until) {
    for (; literals < until; ++literals) out.put(kLiterals[static_cast<unsigned char>(*literals)]);
  };
  for (const char* at = begin; end - at >= static_cast<std::ptrdiff_t>(kShortest);) {
    const std::uint32_t here = base_ + static_cast<std::uint32_t>(at - begin);
    const std::uint32_t hash = four_bytes(at) * 2654435761u >> (32 - kHashBits);
    const std::uint32_t distance = here - last_seen_[hash];
    last_seen_[hash] = here;
    if (distance > kWindow || four_bytes(at - distance) != four_bytes(at)) {
      ++at;
      continue;
    }
    const std::size_t length = common_length(at - distance, at, end);
    put_literals(at);
    put_match(out, length, distance);
    at += length;
    literals = at;
  }
  put_literals(end);
  base_ += static_cast<std::uint32_t>(text.size()) + kWindow + 1;

  out.put(fixed_code(256));  // end of block
  out.put(0, 3);             // an empty stored block: it begins on a byte boundary and ends on one
  out.to_byte_boundary();
  out.put(0xFFFF0000u, 32);
  bytes.resize(out.size());
  bytes.shrink_to_fit();
  return bytes;
}

}  // namespace xenha::metrics
