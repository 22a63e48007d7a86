// What a command opens of the file for our daemons: the one secret that it shows, and nothing else.
#include "hooks/ctl/ctl_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "tests/support/certificate.h"
#include "tests/unit/config/fixture_dir.h"

namespace xenha::ctl {
namespace {

using test::TestCertificate;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Needs kExporter{.exporter = true};
constexpr Needs kHooks{.hooks = true};

std::string key_pem(const TestCertificate& certificate, const char* passphrase = nullptr) {
  const Handle<BIO, BIO_free_all> out(BIO_new(BIO_s_mem()));
  const std::string word = passphrase == nullptr ? "" : passphrase;
  PEM_write_bio_PrivateKey(out.get(), certificate.key(), word.empty() ? nullptr : EVP_aes_128_cbc(),
                           reinterpret_cast<const unsigned char*>(word.data()), static_cast<int>(word.size()),
                           nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

class CtlConfigFile : public testing::Test {
 protected:
  CtlConfigFile() {
    write("secrets/web.pw", "PLANTED-PASSWORD\n");
    write("secrets/operator.token", "PLANTED-TOKEN\n");
    write("secrets/my.pem", mine_.pem());
    write("secrets/my.key", key_pem(mine_));
  }

  void write(const std::string& name, const std::string& text, unsigned mode = 0600) {
    test::spill(dir_.path() / name, text);
    std::filesystem::permissions(dir_.path() / name, std::filesystem::perms(mode));
  }
  Result<CtlConfig, config::Problems> load(const std::string& ctl, const Needs& needs) {
    write("good/ctl.yml",
          "pools: [{name: a, hosts: [10.0.0.1], username: root, password_file: ../secrets/none.pw}]\n"
          "ctl: {state_dir: /tmp, " +
              ctl + "}\n");
    return load_ctl_config(dir_.path() / "good" / "ctl.yml", needs);
  }
  CtlConfig good(const std::string& ctl, const Needs& needs) {
    Result<CtlConfig, config::Problems> config = load(ctl, needs);
    if (config) return *std::move(config);
    ADD_FAILURE() << config.error().text();
    return {};
  }
  std::string wrong(const std::string& ctl, const Needs& needs) {
    const Result<CtlConfig, config::Problems> config = load(ctl, needs);
    if (!config) return config.error().text();
    ADD_FAILURE() << "no problem was found";
    return {};
  }

  const test::FixtureDir dir_;
  const TestCertificate mine_{{.common_name = "operator"}};
};

const std::string kToken = "token_file: ../secrets/operator.token";
const std::string kLogin = "username: joe, password_file: ../secrets/web.pw";
const std::string kAway = "username: joe, password_file: ../secrets/away.pw";
const std::string kHttps =
    "exporter_url: 'https://127.0.0.1:10045', hooks_url: 'https://127.0.0.1:10046', tls: ";
const std::string kMine = "client_cert_file: ../secrets/my.pem, client_key_file: ../secrets/my.key";

TEST_F(CtlConfigFile, TheExporterIsShownTheLoginOnly) {
  const CtlConfig config = good(kLogin + ", token_file: ../secrets/away.token", kExporter);
  ASSERT_TRUE(config.login);
  EXPECT_EQ(config.login->username, "joe");
  EXPECT_EQ(config.login->password.reveal(), "PLANTED-PASSWORD");
  EXPECT_FALSE(config.token);
}

TEST_F(CtlConfigFile, TheHooksAreShownTheTokenAndTheLoginStaysClosed) {
  const CtlConfig config = good(kToken + ", " + kAway, kHooks);
  ASSERT_TRUE(config.token);
  EXPECT_EQ(config.token->text.reveal(), "PLANTED-TOKEN");
  EXPECT_FALSE(config.login);
}

TEST_F(CtlConfigFile, WithoutATokenTheHooksAreShownTheLogin) {
  const CtlConfig config = good(kLogin, kHooks);
  EXPECT_FALSE(config.token);
  EXPECT_TRUE(config.login);
}

TEST_F(CtlConfigFile, WhoAsksNoDaemonOpensNothing) {
  const CtlConfig config =
      good(kAway + ", token_file: ../secrets/away.token, " + kHttps +
               "{ca_file: away.pem, client_cert_file: away.pem, client_key_file: away.key}",
           {});
  EXPECT_FALSE(config.token || config.login);
}

TEST_F(CtlConfigFile, WhatCannotBeOpenedIsSaidAtOnceAndWithoutIt) {
  const std::string said =
      wrong(kAway + ", token_file: ../secrets/away.token, " + kHttps + "{ca_file: away.pem}",
            {.exporter = true, .hooks = true});
  EXPECT_THAT(said, AllOf(HasSubstr("ctl.token_file (line 2)"), HasSubstr("ctl.tls.ca_file (line 2)"),
                          Not(HasSubstr("PLANTED"))));
}

// status and doctor go without: the daemons only add to what the pools say.
TEST_F(CtlConfigFile, WhereTheDaemonsOnlyAddWhatCannotBeOpenedIsKeptToBeTold) {
  const Needs only_add{.exporter = true, .hooks = true, .daemons_only_add = true};
  const CtlConfig no_token = good("token_file: ../secrets/away.token", only_add);
  EXPECT_THAT(no_token.hooks_problem, HasSubstr("ctl.token_file (line 2): "));
  EXPECT_EQ(no_token.exporter_problem, "");
  const CtlConfig no_login = good(kToken + ", " + kAway, only_add);
  EXPECT_THAT(no_login.hooks_problem, HasSubstr("ctl.password_file (line 2): "));
  EXPECT_EQ(no_login.exporter_problem, no_login.hooks_problem);
  EXPECT_EQ(good(kToken + ", " + kLogin, only_add).hooks_problem, "");
}

TEST_F(CtlConfigFile, WithoutAHomeDirectoryOnlyWhatChangesSomethingEnds) {
  write("good/ctl.yml",
        "pools: [{name: a, hosts: [10.0.0.1], username: root, password_file: ../secrets/web.pw}]\n");
  const std::string home = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
  ::unsetenv("HOME");
  ::unsetenv("XDG_STATE_HOME");
  const auto looks = load_ctl_config(dir_.path() / "good" / "ctl.yml", {.pools = true});
  const auto changes = load_ctl_config(dir_.path() / "good" / "ctl.yml", {.pools = true, .actors = true});
  ::setenv("HOME", home.c_str(), 1);
  EXPECT_TRUE(looks) << looks.error().text();
  ASSERT_FALSE(changes);
  EXPECT_THAT(changes.error().text(), HasSubstr("ctl.state_dir"));
}

TEST_F(CtlConfigFile, AClientCertificateGoesWithItsKey) {
  const CtlConfig config = good(kHttps + "{" + kMine + "}", kExporter);
  EXPECT_THAT(config.daemons_policy.client_cert_file, testing::EndsWith("/secrets/my.pem"));
  EXPECT_THAT(config.daemons_policy.client_key_file, testing::EndsWith("/secrets/my.key"));
  EXPECT_THAT(config.warnings, IsEmpty());

  const TestCertificate other({.common_name = "somebody else"});
  write("secrets/my.key", key_pem(other));
  EXPECT_THAT(wrong(kHttps + "{" + kMine + "}", kExporter),
              AllOf(HasSubstr("ctl.tls.client_key_file (line 2): "), HasSubstr("my.key is not the key of ")));
  write("secrets/my.key", key_pem(mine_, "PLANTED-WORD"));
  EXPECT_THAT(wrong(kHttps + "{" + kMine + "}", kExporter),
              AllOf(HasSubstr("no private key without a passphrase"), Not(HasSubstr("PLANTED"))));
  write("secrets/my.key", mine_.pem());
  EXPECT_THAT(wrong(kHttps + "{" + kMine + "}", kHooks), HasSubstr("no private key"));
  write("secrets/my.pem", key_pem(mine_));
  EXPECT_THAT(wrong(kHttps + "{" + kMine + "}", kHooks),
              AllOf(HasSubstr("ctl.tls.client_cert_file (line 2): "), HasSubstr("holds no certificate"),
                    Not(HasSubstr("PRIVATE KEY"))));
}

TEST_F(CtlConfigFile, AKeyThatEverybodyCanReadIsComplainedAbout) {
  write("secrets/my.key", key_pem(mine_), 0644);
  const CtlConfig config = good(kHttps + "{" + kMine + "}", kExporter);
  ASSERT_EQ(config.warnings.size(), 1u);
  EXPECT_THAT(to_string(config.warnings.front()),
              HasSubstr("ctl.tls.client_key_file (line 2): every user of this machine can read the file"));
}

}  // namespace
}  // namespace xenha::ctl
