#include "tests/sim/cloud/signature_check.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "tests/sim/wire/codec.h"
#include "tests/sim/wire/request_head.h"

namespace xenha::sim::cloud {

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

void parse_form(std::string_view text, RawParams& out) {
  while (!text.empty()) {
    const std::size_t amp = text.find('&');
    const std::string_view pair = text.substr(0, amp);
    text = amp == std::string_view::npos ? std::string_view{} : text.substr(amp + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    std::string name = percent_decode(pair.substr(0, equals));
    std::string value = equals == std::string_view::npos ? "" : percent_decode(pair.substr(equals + 1));
    const bool there =
        std::any_of(out.begin(), out.end(), [&](const auto& each) { return each.first == name; });
    if (!there) out.emplace_back(std::move(name), std::move(value));
  }
}

std::string java_encode(std::string_view value) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool raw = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                     c == '-' || c == '_' || c == '*';
    if (raw)
      out += c;
    else
      out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return out;
}

std::string string_to_sign(const RawParams& params) {
  RawParams sorted = params;
  std::sort(sorted.begin(), sorted.end());
  std::string out;
  for (const auto& [name, value] : sorted) {
    if (lower_case(name) == "signature") continue;
    if (!out.empty()) out += '&';
    out += name + "=" + java_encode(value);
  }
  return lower_case(out);
}

std::string sign(const std::string& text, const std::string& secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data(), &size);
  std::array<unsigned char, 64> base64{};
  const int length = EVP_EncodeBlock(base64.data(), hash.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length)};
}

std::optional<std::string> find_param(const RawParams& params, std::string_view lower_name) {
  for (const auto& [name, value] : params)
    if (lower_case(name) == lower_name) return value;
  return std::nullopt;
}

std::optional<WallTime> parse_expires(std::string_view text, bool takes_z) {
  if (text.empty()) return std::nullopt;
  // yyyy-MM-ddTHH:mm:ss and the zone, nothing else: the parser below would take more forms.
  constexpr std::size_t kSeconds = 19;
  if (text.size() <= kSeconds || text[4] != '-' || text[7] != '-' || text[10] != 'T') return std::nullopt;
  const std::string_view zone = text.substr(kSeconds);
  const bool numeric = zone.size() == 5 && (zone[0] == '+' || zone[0] == '-') &&
                       zone.find_first_not_of("0123456789", 1) == std::string_view::npos;
  if (!numeric && !(takes_z && zone == "Z")) return std::nullopt;
  return parse_iso8601(text);
}

}  // namespace xenha::sim::cloud
