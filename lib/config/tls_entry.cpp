#include <algorithm>

#include "lib/config/entries.h"

namespace xenha::config {
namespace {

constexpr const char* kPinForm = "write the base64 of the key's SHA-256, 44 characters that end with =";

/// Empty if it is a pin, else what is wrong.
std::string wrong_with_pin(const std::string& pin) {
  if (pin.rfind("sha256//", 0) == 0) return "begins with sha256//, leave that out";
  const auto is_hex = [](unsigned char c) { return std::isxdigit(c) || c == ':'; };
  if (pin.size() >= 64 && std::all_of(pin.begin(), pin.end(), is_hex))
    return std::string("is a hexadecimal fingerprint, ") + kPinForm;
  const auto is_base64 = [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) || c == '+' || c == '/');
  };
  const bool fits =
      pin.size() == 44 && pin.back() == '=' && std::all_of(pin.begin(), pin.end() - 1, is_base64);
  // The 43rd character carries four bits only.
  constexpr std::string_view kLastCharacters = "AEIMQUYcgkosw048";
  if (fits && kLastCharacters.find(pin[42]) != std::string_view::npos) return {};
  return std::string("is no pin, ") + kPinForm;
}

http::TlsVersion version(Section& tls) {
  const std::string word = tls.word("min_version", "1.2", {"1.0", "1.1", "1.2", "1.3"});
  if (word == "1.0") return http::TlsVersion::k1_0;
  if (word == "1.1") return http::TlsVersion::k1_1;
  return word == "1.3" ? http::TlsVersion::k1_3 : http::TlsVersion::k1_2;
}

void read_client_certificate(Section& section, TlsEntry& tls, const Path& directory) {
  const Text certificate = section.text("client_cert_file"), key = section.text("client_key_file");
  section.refuse("client_key", "a private key does not belong into this file",
                 "put it into a file of its own and write client_key_file: PATH");
  tls.client_cert_file = certificate.where;
  tls.client_key_file = key.where;
  tls.policy.client_cert_file = resolved(directory, certificate.value).string();
  tls.policy.client_key_file = resolved(directory, key.value).string();
  if (section.has("client_cert_file") && !section.has("client_key_file") && !section.present("client_key"))
    section.problems().error(key.where, "is missing",
                             "name the file that holds the certificate's private key");
  if (section.has("client_key_file") && !section.has("client_cert_file"))
    section.problems().error(certificate.where, "is missing",
                             "name the file that holds the key's certificate");
}

}  // namespace

std::vector<std::string> read_pins(Section& section) {
  std::vector<std::string> pins;
  for (const auto& [node, where] : section.list("pinned_sha256")) {
    const Text pin = text_of(*node, where, section.problems());
    if (pin.empty()) continue;
    const std::string wrong = wrong_with_pin(pin.value);
    if (wrong.empty()) {
      pins.push_back(pin.value);
    } else {
      section.problems().error(where, in_quotes(pin.value) + " " + wrong);
    }
  }
  return pins;
}

TlsEntry read_tls(const Node* node, const Where& where, const Path& directory, Problems& problems,
                  bool client_certificate) {
  Section section(node, where, problems);
  TlsEntry tls;
  tls.where = where;
  const Text ca_file = section.text("ca_file");
  tls.ca_file = ca_file.where;
  tls.policy.ca_file = resolved(directory, ca_file.value).string();
  tls.policy.verify_name = section.boolean("verify_name", true);
  tls.policy.pins = read_pins(section);
  tls.policy.insecure_skip_verify = section.boolean("insecure_skip_verify", false);
  tls.policy.min_version = version(section);
  tls.min_version = section.at("min_version");
  tls.insecure_skip_verify = section.at("insecure_skip_verify");
  if (client_certificate) read_client_certificate(section, tls, directory);
  return tls;
}

void check_tls(const TlsEntry& tls, bool tls_on, bool pinned, Problems& problems) {
  const http::TlsPolicy& policy = tls.policy;
  if (!tls_on) {
    if (!(policy == http::TlsPolicy{}))
      problems.error(tls.where, "has no effect on plain http", "use https or remove these keys");
    return;
  }
  if (policy.min_version < http::TlsVersion::k1_2 && !pinned)
    problems.error(tls.min_version, "a version below 1.2 is only safe with a pin",
                   "add pinned_sha256 (man xenha-exporter says how to get a pin)");
  if (policy.insecure_skip_verify && (!policy.ca_file.empty() || !policy.pins.empty()))
    problems.error(tls.insecure_skip_verify, "contradicts ca_file and pinned_sha256, which ask for a check",
                   "remove insecure_skip_verify");
}

}  // namespace xenha::config
