#include "lib/cloudstack/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "lib/cloudstack/words.h"
#include "lib/http/base64.h"

namespace xenha::cloudstack {
namespace {

std::string escape(std::string_view value, std::string_view unescaped_marks) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(value.size() + value.size() / 4);
  for (const char c : value) {
    if (is_alphanumeric(c) || unescaped_marks.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace

std::string escape_for_signature(std::string_view value) {
  return escape(value, ".-_*");
}

std::string escape_for_wire(std::string_view value) {
  return escape(value, "-._~");
}

std::string string_to_sign(Parameters params) {
  // By the name as it is sent: the server sorts before it lower-cases.
  std::sort(params.begin(), params.end());
  std::string out;
  for (const auto& [name, value] : params) {
    if (!out.empty()) out += '&';
    out += name + "=" + escape_for_signature(value);
  }
  return lower_case(out);
}

Result<std::string> sign(std::string_view text, const Secret& secret_key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const std::string& key = secret_key.reveal();
  const unsigned char* done =
      HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  if (done == nullptr) {
    return Error{ErrorCode::kBadConfig,
                 "this machine's OpenSSL refuses HMAC-SHA1, which CloudStack's signatures are made of"};
  }
  return http::base64({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace xenha::cloudstack
