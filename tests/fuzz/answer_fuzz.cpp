// Any bytes as an answer: no crash, and neither pieces nor the filter may change what is read.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "lib/xapi/answer.h"

namespace {

using namespace xenha;
using namespace xenha::xapi;

/// Reads every accessor of every value; depth is limited by the decoder.
std::size_t visit(const Value& value) {
  std::size_t seen = value.scalar.size();
  seen += value.integer().has_value() + value.real().has_value() + value.boolean().has_value();
  seen += value.time().has_value() + value.text().has_value();
  for (const Value& item : value.items) seen += 1 + visit(item);
  for (const Member& member : value.members) seen += 1 + member.name.size() + visit(member.value);
  return seen;
}

void expect(bool holds) {
  if (!holds) std::abort();
}

Result<Answer> in_pieces(std::string_view text, std::size_t size, const Limits& limits) {
  AnswerDecoder decoder(limits);
  for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) {
    if (!decoder.feed(text.substr(0, size))) break;
  }
  return decoder.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::string_view kFields[] = {"uuid", "name_label", "other_config"};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Limits limits{.text_bytes = 1u << 20, .string_bytes = 1u << 16, .values = 10000};
  const Result<Answer> whole = decode_answer(text, limits);
  const Result<Answer> pieces = in_pieces(text, 1 + size % 7, limits);
  expect(bool(whole) == bool(pieces));
  if (whole) {
    expect(visit(*whole->value) == visit(*pieces->value));
  } else {
    expect(whole.error().code == pieces.error().code);
    expect(whole.error().message.find('\n') == std::string::npos);
  }
  for (const Keep& keep : {Keep::events({{"vm", kFields}, {"pool", kFields}}), Keep::records({"vm", kFields}),
                           Keep::record({"vm", kFields})}) {
    const Result<Answer> kept = decode_answer(text, limits, keep);
    if (whole) expect(bool(kept) && visit(*kept->value) <= visit(*whole->value));
  }
  return 0;
}
