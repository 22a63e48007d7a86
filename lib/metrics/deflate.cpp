#include "lib/metrics/deflate.h"

#include <zlib.h>

namespace xenha::metrics {
namespace {

constexpr std::size_t kLargestStored = 0xFFFF;

void append_le(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

const Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<const Bytef*>(text.data());
}

}  // namespace

Checksum Checksum::of(std::string_view text) {
  return {static_cast<std::uint32_t>(crc32_z(0, bytes_of(text), text.size())), text.size()};
}

CrcShift::CrcShift(std::uint64_t length)
    : length_(length), operator_(crc32_combine_gen(static_cast<z_off_t>(length))) {}

Checksum CrcShift::join(const Checksum& first, const Checksum& second) const {
  if (second.length == 0) return first;
  return {static_cast<std::uint32_t>(crc32_combine_op(first.crc, second.crc, operator_)),
          first.length + length_};
}

void append_stored(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, kLargestStored);
    const auto length = static_cast<std::uint32_t>(part.size());
    out += '\0';  // not the last block, stored
    append_le(out, length, 2);
    append_le(out, ~length, 2);
    out += part;
    text.remove_prefix(part.size());
  }
}

void append_gzip_header(std::string& out) {
  out.append("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);  // no name, no time, unknown system
}

void append_gzip_trailer(std::string& out, const Checksum& whole) {
  out.append("\x03\x00", 2);  // the last block, empty
  append_le(out, whole.crc, 4);
  append_le(out, static_cast<std::uint32_t>(whole.length), 4);
}

}  // namespace xenha::metrics
