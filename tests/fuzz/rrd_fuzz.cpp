// Any bytes as an RRD export: no crash, and pieces may not change what is read.
#include <cstdint>
#include <cstdlib>

#include "lib/xapi/rrd.h"

using namespace xenha;
using namespace xenha::xapi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kHost = "2f6c0000-0000-4000-8000-000000000001";
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<HaLatencies> whole = decode_rrd(text, kHost);
  RrdDecoder decoder(kHost);
  const std::size_t piece = 1 + size % 7;
  for (std::size_t at = 0; at < size && decoder.feed(text.substr(at, piece)); at += piece) {
  }
  const Result<HaLatencies> pieces = decoder.finish();
  if (bool(whole) != bool(pieces)) std::abort();
  if (!whole) return 0;
  for (const HaSource source : {HaSource::kStatefile, HaSource::kNetwork, HaSource::kXapi}) {
    if (whole->seconds(source) != pieces->seconds(source)) std::abort();
    if (whole->seconds(source) && !whole->recorded(source)) std::abort();
  }
  return 0;
}
