#include "lib/config/client_certificate.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "lib/base/handle.h"
#include "lib/config/file_text.h"

namespace xenha::config {
namespace {

using Bio = Handle<BIO, BIO_free_all>;
using Certificate = Handle<X509, X509_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;

constexpr std::size_t kMaxPemBytes = 1u << 20;

/// Else OpenSSL asks the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

Bio in_memory(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Result<Certificate> read_certificate(const std::string& path) {
  const Result<FileText> file = read_file(path, kMaxPemBytes);
  if (!file) return file.error();
  const Bio in = in_memory(file->text);
  Certificate certificate(in ? PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr) : nullptr);
  ERR_clear_error();
  if (!certificate)
    return Error{ErrorCode::kBadConfig,
                 path + " holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"};
  return certificate;
}

}  // namespace

Status certificate_problem(const std::string& path) {
  const Result<Certificate> certificate = read_certificate(path);
  if (!certificate) return certificate.error();
  return Nothing{};
}

Result<bool> key_problem(const std::string& path, const std::string& certificate) {
  const Result<Certificate> whose = read_certificate(certificate);
  if (!whose) return whose.error();
  Result<FileText> file = read_file(path, kMaxPemBytes);
  if (!file) return file.error();
  Key key;
  if (const Bio in = in_memory(file->text))
    key.reset(PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr));
  OPENSSL_cleanse(file->text.data(), file->text.size());
  const bool fits = key && X509_check_private_key(whose->get(), key.get()) == 1;
  ERR_clear_error();
  if (!key)
    return Error{ErrorCode::kBadConfig, path + " holds no private key without a passphrase in PEM form"};
  if (!fits) return Error{ErrorCode::kBadConfig, path + " is not the key of " + certificate};
  return (file->mode & S_IROTH) != 0;
}

}  // namespace xenha::config
