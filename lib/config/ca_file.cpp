#include "lib/config/ca_file.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <string_view>

#include "lib/base/handle.h"
#include "lib/config/file_text.h"

namespace xenha::config {
namespace {

constexpr std::size_t kMaxCaBytes = 4u << 20;

std::size_t count_of(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + word.size())) ++count;
  return count;
}

std::size_t readable_certificates(const std::string& pem) {
  const Handle<BIO, BIO_free_all> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::size_t count = 0;
  while (in) {
    const Handle<X509, X509_free> certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    ++count;
  }
  ERR_clear_error();
  return count;
}

std::string sha256_hex(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), sum.data(), &length, EVP_sha256(), nullptr);
  constexpr const char* kDigits = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < length; ++i) {
    out += kDigits[sum[i] >> 4];
    out += kDigits[sum[i] & 15];
  }
  return out;
}

}  // namespace

Result<std::string> fingerprint_of_ca_file(const std::string& path) {
  const Result<FileText> file = read_file(path, kMaxCaBytes);
  if (!file) return file.error();
  const std::size_t announced = count_of(file->text, "-----BEGIN CERTIFICATE-----") +
                                count_of(file->text, "-----BEGIN TRUSTED CERTIFICATE-----");
  if (announced == 0)
    return Error{ErrorCode::kBadConfig,
                 path + " holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"};
  const std::size_t readable = readable_certificates(file->text);
  if (readable < announced)
    return Error{ErrorCode::kBadConfig,
                 path + ": certificate number " + std::to_string(readable + 1) + " is damaged"};
  return sha256_hex(file->text);
}

}  // namespace xenha::config
