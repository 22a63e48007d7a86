// The web config file: the part of Prometheus' exporter-toolkit schema that we serve. Both daemons read it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/secret.h"
#include "lib/config/problems.h"

namespace xenha::web {

/// client_auth_type, in the toolkit's words: NoClientCert, RequestClientCert, RequireAnyClientCert,
/// VerifyClientCertIfGiven, RequireAndVerifyClientCert. Only the last two tell who is asking.
enum class ClientAuth { kNone, kRequest, kRequireAny, kVerifyIfGiven, kRequireAndVerify };

struct TlsConfig {
  std::filesystem::path cert_file, key_file;  ///< PEM
  std::filesystem::path client_ca_file;       ///< PEM; empty unless set
  ClientAuth client_auth = ClientAuth::kNone;
  bool only_tls13 = false;  ///< min_version TLS13; else TLS12
  bool operator==(const TlsConfig&) const = default;
};

struct WebConfig {
  std::optional<TlsConfig> tls;         ///< absent: plain HTTP
  std::map<std::string, Secret> users;  ///< name -> bcrypt hash; not empty: every path asks for one of them
  bool operator==(const WebConfig&) const = default;

  /// Whether a request can prove who it is from: users, or client certificates that are verified.
  bool authenticates() const;
};

/// Checks the text without opening the files it names. Relative paths become relative to `directory`.
/// Absent after at least one error in `problems`; all errors come at once. No message holds a hash.
std::optional<WebConfig> parse_web_config(std::string_view text, const std::filesystem::path& directory,
                                          config::Problems& problems);

/// Reads `file`, and opens the certificates it names as the server will.
std::optional<WebConfig> load_web_config(const std::filesystem::path& file, config::Problems& problems);

}  // namespace xenha::web
