#include "lib/web/web_config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/unit/web/certificates.h"

namespace xenha::web {
namespace {

using testing::TemporaryDirectory;

constexpr const char* kHash = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";

struct Row {
  const char* name;
  std::string text;
  std::vector<std::string> expected;  ///< parts of the problems, one a problem, in the order of the lines
};

std::string tls(const std::string& more) {
  return "tls_server_config:\n  cert_file: a.crt\n  key_file: a.key\n" + more;
}

const Row kRows[] = {
    {"unknown_key", "tls_config: {}\n", {"tls_config (line 1): unknown key"}},
    {"near_key", tls("  client_auth_typ: NoClientCert\n"), {"did you mean client_auth_type"}},
    {"http_server_config",
     "http_server_config:\n  http2: true\n",
     {"http_server_config (line 1): not supported"}},
    {"rate_limit", "basic_auth_users: {}\nrate_limit: {burst: 1}\n", {"rate_limit (line 2): not supported"}},
    {"inline_key",
     tls("  key: |\n    -----BEGIN SECRET-----\n"),
     {"tls_server_config.key (line 4): not supported"}},
    {"all_toolkit_tls_keys",
     tls("  max_version: TLS13\n  cipher_suites: []\n  prefer_server_cipher_suites: true\n  "
         "curve_preferences: []\n"
         "  client_allowed_sans: []\n  cert: x\n  client_ca: x\n"),
     {"max_version", "cipher_suites", "prefer_server", "curve_pref", "allowed_sans", "cert (line 9)",
      "client_ca (line 10)"}},
    {"no_key", "tls_server_config:\n  cert_file: a.crt\n", {"key_file is missing"}},
    {"empty_tls", "tls_server_config: {}\n", {"cert_file is missing", "key_file is missing"}},
    {"empty_value",
     "tls_server_config:\n  cert_file:\n  key_file: \"\"\n",
     {"cert_file (line 2)", "key_file (line 3)"}},
    {"list_for_map", "tls_server_config: [a]\n", {"must be a map", "cert_file", "key_file"}},
    {"old_version", tls("  min_version: TLS11\n"), {"min_version (line 4): TLS11 is not supported"}},
    {"no_version", tls("  min_version: 1.2\n"), {"is not a version, write TLS12 or TLS13"}},
    {"auth_word", tls("  client_auth_type: Require\n"), {"is not a client_auth_type"}},
    {"verify_without_ca", tls("  client_auth_type: RequireAndVerifyClientCert\n"), {"needs client_ca_file"}},
    {"ca_without_verify", tls("  client_ca_file: ca.crt\n"), {"client_ca_file (line 4): has no effect"}},
    {"plain_password", "basic_auth_users:\n  alice: hunter2\n", {"alice (line 2): is not a bcrypt hash"}},
    {"hash_missing", "basic_auth_users:\n  alice:\n", {"must be a bcrypt hash"}},
    {"colon_in_name", std::string("basic_auth_users:\n  'a:b': ") + kHash + "\n", {"holds no colon"}},
    {"several_at_once",
     "basic_auth_users: {bob: x}\nhttp_server_config: {}\ntls_server_config: {min_version: TLS10}\nfoo: 1\n",
     {"bob (line 1)", "http_server_config (line 2)", "cert_file", "key_file", "TLS10", "foo (line 4)"}},
    {"broken_yaml", "tls_server_config: [\n", {"(line"}},
};

class WebConfigProblems : public ::testing::TestWithParam<Row> {};

TEST_P(WebConfigProblems, AreAllNamedWithTheirLines) {
  config::Problems problems("web.yml");
  EXPECT_FALSE(parse_web_config(GetParam().text, "/etc/xenha", problems));
  const auto errors = problems.errors();
  ASSERT_EQ(errors.size(), GetParam().expected.size()) << problems.text();
  for (std::size_t i = 0; i < errors.size(); ++i)
    EXPECT_NE(to_string(errors[i]).find(GetParam().expected[i]), std::string::npos) << to_string(errors[i]);
  for (const char* secret : {"hunter2", "SECRET"}) EXPECT_EQ(problems.text().find(secret), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, WebConfigProblems, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(WebConfig, ReadsEverythingThatIsSupported) {
  config::Problems problems;
  const auto config = parse_web_config(
      "tls_server_config:\n  cert_file: a.crt\n  key_file: /keys/a.key\n  client_ca_file: ca.crt\n"
      "  client_auth_type: VerifyClientCertIfGiven\n  min_version: TLS13\nbasic_auth_users:\n  alice: " +
          std::string(kHash) + "\n",
      "/etc/xenha", problems);
  ASSERT_TRUE(config) << problems.text();
  EXPECT_EQ(config->tls->cert_file, "/etc/xenha/a.crt");
  EXPECT_EQ(config->tls->key_file, "/keys/a.key");
  EXPECT_EQ(config->tls->client_ca_file, "/etc/xenha/ca.crt");
  EXPECT_EQ(config->tls->client_auth, ClientAuth::kVerifyIfGiven);
  EXPECT_TRUE(config->tls->only_tls13);
  EXPECT_EQ(config->users.at("alice").reveal(), kHash);
  EXPECT_TRUE(config->authenticates());
}

TEST(WebConfig, AnEmptyFileIsPlainHttpForEverybody) {
  for (const char* text : {"", "# nothing\n", "basic_auth_users:\n"}) {
    config::Problems problems;
    const auto config = parse_web_config(text, "/", problems);
    ASSERT_TRUE(config) << problems.text();
    EXPECT_FALSE(config->tls);
    EXPECT_FALSE(config->authenticates());
  }
}

TEST(WebConfig, OnlyVerifiedCertificatesAuthenticate) {
  for (const auto& [kind, authenticates] :
       {std::pair{ClientAuth::kNone, false}, std::pair{ClientAuth::kRequest, false},
        std::pair{ClientAuth::kRequireAny, false}, std::pair{ClientAuth::kVerifyIfGiven, true},
        std::pair{ClientAuth::kRequireAndVerify, true}}) {
    WebConfig config;
    config.tls = TlsConfig{.cert_file = {}, .key_file = {}, .client_ca_file = {}, .client_auth = kind};
    EXPECT_EQ(config.authenticates(), authenticates);
  }
}

class WebConfigFile : public ::testing::Test {
 protected:
  std::string write(const std::string& text) { return directory_.write("web.yml", text).string(); }
  std::string problems_of(const std::string& text) {
    config::Problems problems("web.yml");
    EXPECT_FALSE(load_web_config(write(text), problems));
    return problems.text();
  }
  TemporaryDirectory directory_;
  testing::Identity ca_ = testing::make_ca(directory_.path(), "ca");
  testing::Identity server_ = testing::make_identity(directory_.path(), "server", ca_, "server");
};

TEST_F(WebConfigFile, PromtoolAcceptsWhatWeAccept) {
  if (std::system("command -v promtool > /dev/null") != 0) GTEST_SKIP() << "promtool is not installed";
  const std::string identity = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";
  const std::string users = std::string("basic_auth_users:\n  alice: ") + kHash + "\n";
  for (const std::string& text :
       {users, identity, identity + users, identity + "  min_version: TLS13\n",
        identity + "  min_version: TLS12\n", identity + "  client_auth_type: NoClientCert\n",
        identity + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n",
        identity + "  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n",
        identity + "  client_auth_type: RequireAnyClientCert\n",
        identity + "  client_auth_type: RequestClientCert\n"}) {
    const std::string file = write(text);
    config::Problems problems("web.yml");
    EXPECT_TRUE(load_web_config(file, problems)) << problems.text() << text;
    EXPECT_EQ(std::system(("promtool check web-config " + file + " > /dev/null 2>&1").c_str()), 0) << text;
  }
}

TEST_F(WebConfigFile, OpensTheCertificates) {
  EXPECT_NE(problems_of("tls_server_config: {cert_file: none.crt, key_file: server.key}\n")
                .find("none.crt: No such file"),
            std::string::npos);
  EXPECT_NE(problems_of("tls_server_config: {cert_file: server.crt, key_file: ca.key}\n").find("ca.key"),
            std::string::npos);
  EXPECT_NE(problems_of("tls_server_config: {cert_file: server.key, key_file: server.key}\n")
                .find("no usable PEM certificate"),
            std::string::npos);
  directory_.write("empty.crt", "");
  EXPECT_NE(problems_of("tls_server_config: {cert_file: empty.crt, key_file: server.key}\n").find("empty"),
            std::string::npos);
  EXPECT_NE(
      problems_of("tls_server_config: {cert_file: server.crt, key_file: server.key, client_ca_file: web.yml, "
                  "client_auth_type: RequireAndVerifyClientCert}\n")
          .find("web.yml: no usable PEM"),
      std::string::npos);
}

TEST_F(WebConfigFile, TellsThatTheFileIsMissing) {
  config::Problems problems("none.yml");
  EXPECT_FALSE(load_web_config(directory_.path() / "none.yml", problems));
  EXPECT_NE(problems.text().find("none.yml"), std::string::npos);
}

}  // namespace
}  // namespace xenha::web
