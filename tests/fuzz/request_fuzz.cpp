// What a stranger may put into a request: path, query, and the headers that say what is wanted.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/web/negotiation.h"
#include "lib/web/request.h"

using namespace xenha;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

std::string escaped(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte / 16], kDigits[byte % 16]};
  }
  return out;
}

void check_path(std::string_view text) {
  for (const web::Plus plus : {web::Plus::kIsPlus, web::Plus::kIsSpace}) {
    const auto decoded = web::percent_decode(text, plus);
    if (!decoded) continue;
    expect(decoded->find('\0') == decoded->npos);  // C code behind us must see all of it
    expect(web::percent_decode(escaped(*decoded), plus) == decoded);
  }
}

void check_query(std::string_view text) {
  const auto fields = web::parse_query(text);
  if (!fields) return;
  std::string again;
  for (const auto& [name, value] : *fields) {
    expect(name.find('\0') == name.npos && value.find('\0') == value.npos);
    again += (again.empty() ? "" : "&") + escaped(name) + "=" + escaped(value);
  }
  expect(web::parse_query(again) == fields);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_path(text);
  check_query(text);
  const std::string blanks = " " + std::string(text) + " ";  // blanks around a header's value mean nothing
  expect(web::wants_gzip(text) == web::wants_gzip(blanks));
  expect(web::wants_openmetrics(text) == web::wants_openmetrics(blanks));
  return 0;
}
