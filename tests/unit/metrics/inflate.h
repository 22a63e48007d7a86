// zlib's own reading of a gzip member: strict about the trailer and about anything behind it.
#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

namespace xenha::test {

/// The text, or a sentence that begins with "bad gzip: ".
inline std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return "bad gzip: no memory";
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  char part[16384];
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(part);
    stream.avail_out = sizeof part;
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(part, sizeof part - stream.avail_out);
  }
  const std::string why = stream.msg ? stream.msg : std::to_string(status);
  const bool complete = status == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  return complete ? out : "bad gzip: " + why;
}

}  // namespace xenha::test
