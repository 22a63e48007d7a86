#include "lib/metrics/deflate.h"

#include <new>
#include <stdexcept>

namespace xenha::metrics {
namespace {

// A sample line repeats the one before it: 4 KiB of window find nearly all of that, and small tables are
// quick to reset.
constexpr int kWindowBits = -12;  ///< negative: raw deflate
constexpr int kMemLevel = 5;
constexpr std::size_t kLargestStored = 0xFFFF;
constexpr std::size_t kLargestPiece = 1u << 30;  ///< zlib counts in 32 bits
constexpr std::size_t kFlushMarker = 16;         ///< more than the empty block that ends a piece

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

void Deflater::End::operator()(z_stream* stream) const noexcept {
  deflateEnd(stream);
  delete stream;
}

std::string Deflater::piece(std::string_view text) {
  if (!stream_) {
    auto fresh = std::make_unique<z_stream>();
    if (deflateInit2(fresh.get(), Z_BEST_SPEED, Z_DEFLATED, kWindowBits, kMemLevel, Z_DEFAULT_STRATEGY) !=
        Z_OK)
      throw std::bad_alloc();
    stream_.reset(fresh.release());
  } else {
    deflateReset(stream_.get());
  }
  if (text.size() > kLargestPiece) throw std::length_error("more than 1 GiB of samples in one metric family");
  std::string out(deflateBound(stream_.get(), text.size()) + kFlushMarker, '\0');
  stream_->next_in = const_cast<Bytef*>(bytes_of(text));
  stream_->avail_in = static_cast<uInt>(text.size());
  stream_->next_out = reinterpret_cast<Bytef*>(out.data());
  stream_->avail_out = static_cast<uInt>(out.size());
  deflate(stream_.get(), Z_FULL_FLUSH);  // the room is enough: everything is written in this one call
  out.resize(out.size() - stream_->avail_out);
  out.shrink_to_fit();
  return out;
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
