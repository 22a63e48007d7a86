#include "lib/web/web_config.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "lib/config/file_text.h"
#include "lib/config/suggest.h"
#include "lib/config/yaml_document.h"
#include "lib/web/auth.h"
#include "lib/web/tls_context.h"

namespace xenha::web {
namespace {

using config::Node;
using config::Problems;
using config::Where;

constexpr std::size_t kMaxFile = 1u << 20;
constexpr std::array<std::pair<std::string_view, ClientAuth>, 5> kClientAuthWords{{
    {"NoClientCert", ClientAuth::kNone},
    {"RequestClientCert", ClientAuth::kRequest},
    {"RequireAnyClientCert", ClientAuth::kRequireAny},
    {"VerifyClientCertIfGiven", ClientAuth::kVerifyIfGiven},
    {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerify},
}};

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Walks one map: known keys come back, the toolkit's other keys and unknown ones become problems.
class Section {
 public:
  Section(const Node& node, Where where, Problems& problems)
      : node_(node), where_(std::move(where)), problems_(problems) {
    if (node.kind != Node::Kind::kMap && node.kind != Node::Kind::kNull)
      problems_.error({where_.line ? where_.line : node.line, where_.path},
                      "must be a map of keys and values");
  }

  void check_keys(const std::vector<std::string>& known, const std::vector<std::string>& not_supported) {
    for (const Node::Entry& entry : node_.entries) {
      if (contains(known, entry.key)) continue;
      if (contains(not_supported, entry.key)) {
        problems_.error(where_.key(entry.key, entry.line), "not supported", "remove it");
        continue;
      }
      const std::string near = config::nearest(entry.key, known);
      problems_.error(where_.key(entry.key, entry.line), "unknown key",
                      near.empty() ? "remove it" : "did you mean " + near + "?");
    }
  }

  const Node::Entry* find(std::string_view key) const { return node_.find(key); }
  Where at(const Node::Entry& entry) const { return where_.key(entry.key, entry.line); }

  std::optional<std::string> text(std::string_view key) {
    const Node::Entry* entry = find(key);
    if (!entry) return std::nullopt;
    if (entry->value.kind == Node::Kind::kText && !entry->value.text.empty()) return entry->value.text;
    problems_.error(at(*entry), "must be a text that is not empty");
    return std::nullopt;
  }

 private:
  const Node& node_;
  Where where_;
  Problems& problems_;
};

std::filesystem::path absolute_to(const std::filesystem::path& directory, const std::string& text) {
  return directory / text;  // an absolute right side replaces the left one
}

ClientAuth read_client_auth(Section& section, bool has_ca, Problems& problems) {
  ClientAuth kind = ClientAuth::kNone;
  const Node::Entry* entry = section.find("client_auth_type");
  if (const auto word = section.text("client_auth_type")) {
    const auto known = std::find_if(kClientAuthWords.begin(), kClientAuthWords.end(),
                                    [&](const auto& pair) { return pair.first == *word; });
    if (known == kClientAuthWords.end()) {
      problems.error(section.at(*entry), config::in_quotes(*word) + " is not a client_auth_type",
                     "write RequireAndVerifyClientCert, VerifyClientCertIfGiven, RequireAnyClientCert, "
                     "RequestClientCert or NoClientCert");
      return kind;
    }
    kind = known->second;
  }
  const bool verifies = kind == ClientAuth::kVerifyIfGiven || kind == ClientAuth::kRequireAndVerify;
  if (verifies && !has_ca)
    problems.error(section.at(*entry), "needs client_ca_file",
                   "name the file with the CA of the clients' certificates");
  if (kind == ClientAuth::kNone && has_ca)
    problems.error(section.at(*section.find("client_ca_file")), "has no effect without client_auth_type",
                   "add client_auth_type: RequireAndVerifyClientCert");
  return kind;
}

std::optional<TlsConfig> read_tls(const Node::Entry& entry, const std::filesystem::path& directory,
                                  Problems& problems) {
  const Where where{entry.line, entry.key};
  Section section(entry.value, where, problems);
  section.check_keys({"cert_file", "key_file", "client_ca_file", "client_auth_type", "min_version"},
                     {"cert", "key", "client_ca", "client_allowed_sans", "max_version", "cipher_suites",
                      "prefer_server_cipher_suites", "curve_preferences"});
  TlsConfig tls;
  const auto file = [&](std::string_view key, std::filesystem::path& path) {
    if (const auto text = section.text(key)) path = absolute_to(directory, *text);
  };
  file("cert_file", tls.cert_file);
  file("key_file", tls.key_file);
  file("client_ca_file", tls.client_ca_file);
  for (const char* key : {"cert_file", "key_file"})
    if (!section.find(key)) problems.error(where, std::string(key) + " is missing");
  tls.client_auth = read_client_auth(section, section.find("client_ca_file") != nullptr, problems);
  if (const auto version = section.text("min_version")) {
    tls.only_tls13 = *version == "TLS13";
    if (*version == "TLS10" || *version == "TLS11")
      problems.error(section.at(*section.find("min_version")), *version + " is not supported",
                     "write TLS12 or TLS13");
    else if (*version != "TLS12" && *version != "TLS13")
      problems.error(section.at(*section.find("min_version")),
                     config::in_quotes(*version) + " is not a version", "write TLS12 or TLS13");
  }
  return tls;
}

std::map<std::string, Secret> read_users(const Node::Entry& entry, Problems& problems) {
  const Where where{entry.line, entry.key};
  std::map<std::string, Secret> users;
  const Section section(entry.value, where, problems);
  for (const Node::Entry& user : entry.value.entries) {
    if (user.key.empty() || user.key.find(':') != std::string::npos) {
      problems.error(where.key(user.key, user.line), "a user's name must not be empty and holds no colon");
      continue;
    }
    if (user.value.kind != Node::Kind::kText) {
      problems.error(section.at(user), "must be a bcrypt hash", "make one with: htpasswd -nBC 10 USER");
      continue;
    }
    const std::string problem = bcrypt_problem(user.value.text);
    if (!problem.empty()) problems.error(section.at(user), problem);
    users.emplace(user.key, Secret(user.value.text));
  }
  return users;
}

}  // namespace

bool WebConfig::authenticates() const {
  return !users.empty() || (tls && (tls->client_auth == ClientAuth::kVerifyIfGiven ||
                                    tls->client_auth == ClientAuth::kRequireAndVerify));
}

std::optional<WebConfig> parse_web_config(std::string_view text, const std::filesystem::path& directory,
                                          Problems& problems) {
  const auto root = config::parse_yaml(text, problems);
  if (!root) return std::nullopt;
  Section section(*root, {}, problems);
  section.check_keys({"tls_server_config", "basic_auth_users"}, {"http_server_config", "rate_limit"});
  WebConfig config;
  if (const Node::Entry* tls = section.find("tls_server_config"))
    config.tls = read_tls(*tls, directory, problems);
  if (const Node::Entry* users = section.find("basic_auth_users"))
    config.users = read_users(*users, problems);
  if (!problems.ok()) return std::nullopt;
  return config;
}

std::optional<WebConfig> load_web_config(const std::filesystem::path& file, Problems& problems) {
  const auto text = config::read_file(file.string(), kMaxFile);
  if (!text) {
    problems.error({}, text.error().message);
    return std::nullopt;
  }
  auto config = parse_web_config(text->text, file.parent_path(), problems);
  if (!config || !config->tls) return config;
  if (const auto context = make_tls_context(*config->tls); !context) {
    problems.error({0, "tls_server_config"}, context.error().message);
    return std::nullopt;
  }
  return config;
}

}  // namespace xenha::web
