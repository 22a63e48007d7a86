// Files of tests/fixtures/config/hooks_good are taken as they say; every one of hooks_broken says exactly
// what its .expected file says. XENHA_UPDATE_GOLDEN=1 rewrites the .expected files; the diff is reviewed as
// code.
#include "hooks/hooks_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "tests/unit/config/fixture_dir.h"
#include "tests/unit/web/certificates.h"

namespace xenha::hooks {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::FixtureDir;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const web::ListenAddress kLoopback{"127.0.0.1", 10046};
const web::ListenAddress kEverywhere{"0.0.0.0", 10046};
const web::ListenAddress kOutside{"192.0.2.7", 10046};

class GoodHooksConfig : public testing::Test {
 protected:
  GoodHooksConfig() { ::setenv("XENHA_TEST_ROOT_PASSWORD", "root-password", 1); }

  HooksConfig load(const std::string& name, const CommandLine& line = {}) const {
    return taken(load_hooks_config(dir_.path() / "hooks_good" / (name + ".yml"), line));
  }
  HooksConfig check(const std::string& text, const CommandLine& line = {}) const {
    return taken(check_hooks_config(text, dir_.path() / "hooks_good" / "xenha.yml", line));
  }
  std::string refusal(const std::string& text, const CommandLine& line = {}) const {
    const auto config = check_hooks_config(text, dir_.path() / "hooks_good" / "xenha.yml", line);
    EXPECT_FALSE(config) << text;
    return config ? "" : test::replaced(config.error().text(), (dir_.path() / "hooks_good/").string(), "");
  }
  static std::vector<std::string> warnings_of(const HooksConfig& config) {
    std::vector<std::string> out;
    for (const config::Problem& warning : config.warnings) out.push_back(warning.path + ": " + warning.what);
    return out;
  }

  FixtureDir dir_;

 private:
  static HooksConfig taken(Result<HooksConfig, config::Problems> config) {
    if (config) return *std::move(config);
    ADD_FAILURE() << config.error().text();
    return {};
  }
};

/// One pool, and the hooks section given in flow style.
std::string with_hooks(const std::string& hooks, const std::string& of_pool = "") {
  return "pools:\n  - name: cluster1\n    hosts: [10.0.0.11]\n    username: root\n"
         "    password_file: ../secrets/pool.pw\n" +
         of_pool + "hooks: {policies: [{alert: A, action: enable-pool-ha}]" + (hooks.empty() ? "" : ", ") +
         hooks + "}\n";
}
const std::string kActor = "    actor: {username: operator, password_file: ../secrets/actor.pw}\n";
const std::string kToken = "bearer_token_file: ../secrets/hooks.token";
const std::string kOperator = ", operator_token_file: ../secrets/operator.token";
const std::string kWeb = "web: {config_file: web.yml}\n";

TEST_F(GoodHooksConfig, SmallestGetsTheDefaults) {
  const HooksConfig config = load("smallest");
  ASSERT_EQ(config.pools.size(), 1u);
  EXPECT_EQ(config.pools[0].reach.name, "cluster1");
  EXPECT_EQ(config.pools[0].reach.login.password.reveal(), "fixture-password");
  EXPECT_EQ(config.pools[0].reach.host_login, std::optional(config.pools[0].reach.login));
  EXPECT_FALSE(config.pools[0].actor);
  EXPECT_EQ(config.policy.mode, Mode::kDryRun) << "who wants it to act has to say so";
  EXPECT_THAT(config.clouds, IsEmpty());
  EXPECT_THAT(config.policies, IsEmpty());
  EXPECT_EQ(config.state_dir, "/var/lib/xenha-hooks");
  EXPECT_FALSE(config.bearer_token);
  EXPECT_FALSE(config.operator_token);
  EXPECT_FALSE(config.authenticates());
  EXPECT_EQ(config.max_body, 1u << 20);
  EXPECT_EQ(config.web_config_file, "");
  EXPECT_EQ(config.web, web::WebConfig{});
  EXPECT_EQ(config.policy.settle, seconds(60));
  EXPECT_EQ(config.policy.max_facts_age, seconds(30));
  EXPECT_EQ(config.policy.cool_down, minutes(15));
  EXPECT_EQ(config.policy.max_attempts_per_day, 2);
  EXPECT_EQ(config.policy.storm_pools, 3);
  EXPECT_EQ(config.policy.storm_window, minutes(10));
  EXPECT_EQ(config.policy.flap_window, hours(1));
  EXPECT_EQ(config.policy.maintenance_quiet, minutes(10));
  EXPECT_EQ(config.policy.intent_forget_after, std::optional<Duration>(hours(8)));
  EXPECT_EQ(config.read_gap, seconds(10));
  EXPECT_EQ(config.recheck, seconds(30));
  EXPECT_EQ(config.verify, seconds(60));
  EXPECT_EQ(config.kill_switch_file, "/etc/xenha/STOP");
  EXPECT_THAT(warnings_of(config),
              ElementsAre("hooks.policies: no alert has a policy, so every alert is ignored"));
}

/// Every value differs from its default, or the test would not see that it is taken.
TEST_F(GoodHooksConfig, EverythingIsTaken) {
  const HooksConfig config = load("everything");
  ASSERT_EQ(config.pools.size(), 2u);
  const config::PoolConfig& pool = config.pools[0].reach;
  ASSERT_EQ(pool.hosts.size(), 2u);
  EXPECT_EQ(pool.hosts[1].policy.pins.size(), 1u);
  EXPECT_EQ(pool.login.username, "monitor");
  ASSERT_TRUE(pool.host_login);
  EXPECT_EQ(pool.host_login->password.reveal(), "root-password");
  EXPECT_EQ(pool.ca_fingerprint.size(), 64u);
  EXPECT_EQ(pool.heartbeat_sr, "MGMT-HA");
  EXPECT_EQ(pool.ha_timeout, seconds(120));
  EXPECT_EQ(pool.cloudstack, "cloud1");
  EXPECT_EQ(pool.cloudstack_cluster, "cluster-a");
  ASSERT_TRUE(config.pools[0].actor);
  EXPECT_EQ(config.pools[0].actor->username, "operator");
  EXPECT_EQ(config.pools[0].actor->password.reveal(), "fixture-actor-password");
  ASSERT_TRUE(config.pools[1].actor);
  EXPECT_EQ(config.pools[1].actor->username, "root");
  ASSERT_EQ(config.clouds.size(), 1u);
  EXPECT_EQ(config.clouds[0].secret_key.text.reveal(), "fixture-secret-key");
  EXPECT_EQ(config.policy.mode, Mode::kAct);
  EXPECT_EQ(config.policy.settle, seconds(91));
  EXPECT_EQ(config.policy.max_facts_age, seconds(20));
  EXPECT_EQ(config.policy.cool_down, minutes(30));
  EXPECT_EQ(config.policy.max_attempts_per_day, 1);
  EXPECT_EQ(config.policy.storm_pools, 5);
  EXPECT_EQ(config.policy.storm_window, minutes(6));
  EXPECT_EQ(config.policy.flap_window, hours(2));
  EXPECT_EQ(config.policy.maintenance_quiet, minutes(21));
  EXPECT_EQ(config.policy.intent_forget_after, std::nullopt);
  EXPECT_EQ(config.read_gap, seconds(5));
  EXPECT_EQ(config.recheck, seconds(15));
  EXPECT_EQ(config.verify, minutes(3));
  EXPECT_EQ(config.kill_switch_file, dir_.path() / "hooks_good" / "STOP");
  EXPECT_EQ(config.state_dir, dir_.path() / "hooks_good" / "journal");
  ASSERT_TRUE(config.bearer_token && config.operator_token);
  EXPECT_EQ(config.bearer_token->text.reveal(), "fixture-token-of-alertmanager-0123");
  EXPECT_EQ(config.operator_token->text.reveal(), "fixture-token-of-the-operator-4567");
  EXPECT_EQ(config.max_body, 512u << 10);
  EXPECT_THAT(config.policies, ElementsAre(AlertPolicy{"XenHAPoolHADisabled", "enable-pool-ha"},
                                           AlertPolicy{"HA is off", "enable-pool-ha"}));
  EXPECT_EQ(config.web_config_file, dir_.path() / "hooks_good" / "web.yml");
  EXPECT_TRUE(config.web.users.contains("alertmanager"));
  EXPECT_TRUE(config.authenticates());
  EXPECT_THAT(warnings_of(config), IsEmpty());
}

TEST_F(GoodHooksConfig, TheReceiptRuleKnowsPoolsAndPolicies) {
  const ReceiptRule rule = load("everything").receipt_rule();
  EXPECT_THAT(rule.pools, ElementsAre("cluster1", "cluster2"));
  Alert alert;
  alert.labels = {{"alertname", "HA is off"}, {"pool", "cluster2"}};
  EXPECT_EQ(receipt_for(alert, rule),
            (Receipt{Intake::kAccept, IgnoreReason::kNone, "cluster2", "enable-pool-ha"}));
}

TEST_F(GoodHooksConfig, SecretsOfOthersAreNotOpened) {
  const HooksConfig config = load("others_secrets");
  ASSERT_EQ(config.clouds.size(), 1u);
  EXPECT_EQ(config.clouds[0].name, "cloud1") << "no pool is on cloud2";
  EXPECT_FALSE(config.pools.at(0).actor);
  EXPECT_THAT(warnings_of(config), IsEmpty());
}

TEST_F(GoodHooksConfig, TheActorIsOpenedInModeActOnly) {
  const std::string wrong = test::replaced(kActor, "actor.pw", "missing.pw");
  for (const char* mode : {"dry-run", "standby"})
    EXPECT_FALSE(check(with_hooks(std::string("mode: ") + mode, wrong)).pools.at(0).actor) << mode;
  EXPECT_THAT(refusal(with_hooks("mode: act, " + kToken + kOperator, wrong)),
              HasSubstr("pools[0].actor.password_file"));
  EXPECT_TRUE(check(with_hooks("mode: act, " + kToken + kOperator, kActor)).pools.at(0).actor);
}

TEST_F(GoodHooksConfig, ModesHaveWords) {
  EXPECT_EQ(check(with_hooks("mode: standby")).policy.mode, Mode::kStandby);
  EXPECT_EQ(word(Mode::kDryRun), "dry-run");
  EXPECT_EQ(word(Mode::kAct), "act");
  EXPECT_EQ(word(Mode::kStandby), "standby");
}

/// Design section 8: without any authentication loopback only, and never mode act.
TEST_F(GoodHooksConfig, WithoutAuthenticationItListensOnLoopbackOnly) {
  EXPECT_THAT(warnings_of(check(with_hooks(""), {.listen = {kLoopback, {"127.10.1.1", 0}}})), IsEmpty());
  for (const auto& [listen, shown] : {std::pair(std::vector{kEverywhere}, "0.0.0.0:10046"),
                                      std::pair(std::vector{kLoopback, kOutside}, "192.0.2.7:10046")}) {
    for (const char* mode : {"dry-run", "standby"})
      EXPECT_EQ(refusal(with_hooks(std::string("mode: ") + mode), {.listen = listen}),
                "xenha.yml: hooks.bearer_token_file (line 6): is missing, and the web config asks for "
                "neither password nor "
                "certificate: whoever reaches " +
                    std::string(shown) +
                    " could send alerts, name the file of a token (openssl rand -hex 32 > FILE), or listen "
                    "on 127.0.0.1 only\n");
  }
}

TEST_F(GoodHooksConfig, WithoutAuthenticationItNeverActs) {
  for (const auto& listen : {kLoopback, kEverywhere})
    EXPECT_EQ(refusal(with_hooks("mode: act", kActor), {.listen = {listen}}),
              "xenha.yml: hooks.bearer_token_file (line 7): is missing, and the web config asks for neither "
              "password nor "
              "certificate: in mode act, whoever reaches the daemon could have HA switched on, name the file "
              "of a token "
              "(openssl rand -hex 32 > FILE), or write mode: dry-run\n");
}

TEST_F(GoodHooksConfig, ATokenOrAWebConfigWithUsersIsAuthentication) {
  EXPECT_TRUE(check(with_hooks("mode: act, " + kToken + kOperator, kActor)).authenticates());
  EXPECT_TRUE(check(with_hooks("mode: act", kActor) + kWeb).authenticates());
  EXPECT_TRUE(
      check(with_hooks("mode: act", kActor), {.web_config_file = dir_.path() / "hooks_good" / "web.yml"})
          .authenticates());
  // The operator's token opens other doors, and says nothing of who sends alerts.
  EXPECT_THAT(refusal(with_hooks("mode: act" + kOperator, kActor)), HasSubstr("hooks.bearer_token_file"));
  test::spill(dir_.path() / "hooks_good" / "empty.yml", "{}\n");
  EXPECT_THAT(refusal(with_hooks("mode: act", kActor) + "web: {config_file: empty.yml}\n"),
              HasSubstr("hooks.bearer_token_file"));
}

TEST_F(GoodHooksConfig, TheWebConfigOfTheCommandLineWins) {
  test::spill(dir_.path() / "hooks_good" / "empty.yml", "{}\n");
  const auto empty = dir_.path() / "hooks_good" / "empty.yml";
  EXPECT_EQ(check(with_hooks("") + kWeb, {.web_config_file = empty}).web_config_file, empty);
  EXPECT_FALSE(check(with_hooks("") + kWeb, {.web_config_file = empty}).authenticates());
  EXPECT_THAT(refusal(with_hooks("mode: act", kActor) + kWeb, {.web_config_file = empty}),
              HasSubstr("hooks.bearer_token_file"));
}

TEST_F(GoodHooksConfig, TokensOverPlainHttpAreWarnedOf) {
  EXPECT_THAT(
      warnings_of(check(with_hooks(kToken), {.listen = {kLoopback, kOutside}})),
      ElementsAre("hooks.bearer_token_file: without TLS, tokens and passwords cross the network readable to "
                  "192.0.2.7:10046"));
  EXPECT_THAT(warnings_of(check(with_hooks(kToken), {.listen = {kLoopback}})), IsEmpty());
}

TEST_F(GoodHooksConfig, OverTlsTheyAreNotAndAVerifiedCertificateIsAuthentication) {
  const auto home = dir_.path() / "hooks_good";
  const web::testing::Identity ca = web::testing::make_ca(home, "ca");
  const web::testing::Identity server = web::testing::make_identity(home, "server", ca, "hooks");
  const auto web = [&](const std::string& client) {
    test::spill(home / "tls.yml",
                "tls_server_config: {cert_file: server.crt, key_file: server.key" + client + "}\n");
    return CommandLine{.listen = {kOutside}, .web_config_file = home / "tls.yml"};
  };
  EXPECT_THAT(warnings_of(check(with_hooks(kToken), web(""))), IsEmpty());
  EXPECT_THAT(refusal(with_hooks(""), web("")), HasSubstr("hooks.bearer_token_file"))
      << "TLS alone tells nothing";
  EXPECT_THAT(refusal(with_hooks(""), web(", client_auth_type: RequireAnyClientCert")),
              HasSubstr("hooks.bearer_token_file"));
  EXPECT_TRUE(check(with_hooks("mode: act" + kOperator, kActor),
                    web(", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt"))
                  .authenticates());
}

TEST_F(GoodHooksConfig, WhatIsUnwiseIsWarnedOf) {
  EXPECT_THAT(
      warnings_of(check(with_hooks("mode: act, " + kToken, kActor))),
      ElementsAre(HasSubstr("hooks.operator_token_file: is missing, so nobody can pause the daemon")));
  EXPECT_THAT(warnings_of(check(with_hooks("bearer_token_file: ../secrets/short.token"))),
              ElementsAre("hooks.bearer_token_file: the token is short enough to be guessed"));
  test::spill(dir_.path() / "secrets" / "sixteen.token", "sixteen-letters-\n");
  std::filesystem::permissions(dir_.path() / "secrets" / "sixteen.token", std::filesystem::perms(0600));
  EXPECT_THAT(warnings_of(check(with_hooks("bearer_token_file: ../secrets/sixteen.token"))), IsEmpty());
  std::filesystem::permissions(dir_.path() / "secrets" / "hooks.token", std::filesystem::perms(0644));
  EXPECT_THAT(warnings_of(check(with_hooks(kToken))),
              ElementsAre("hooks.bearer_token_file: every user of this machine can read the file"));
}

TEST_F(GoodHooksConfig, ARewrittenTokenIsNoticed) {
  const Token token = *check(with_hooks(kToken)).bearer_token;
  EXPECT_FALSE(token.changed_since_read());
  test::spill(dir_.path() / "secrets" / "hooks.token", "another-token-of-alertmanager\n");
  EXPECT_TRUE(token.changed_since_read());
}

TEST_F(GoodHooksConfig, TheCheckEndsWithZeroAndCounts) {
  const auto path = dir_.path() / "hooks_good" / "everything.yml";
  const config::CheckReport report = check_report(path);
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_EQ(report.text,
            path.string() + " is usable; mode: act, pools: 2, CloudStacks: 1, policies: 2, warnings: 0\n");
  const config::CheckReport warned = check_report(dir_.path() / "hooks_good" / "smallest.yml");
  EXPECT_EQ(warned.exit_code, 0);
  EXPECT_THAT(warned.text, testing::StartsWith("warning: "));
  EXPECT_THAT(warned.text,
              testing::EndsWith("mode: dry-run, pools: 1, CloudStacks: 0, policies: 0, warnings: 1\n"));
  EXPECT_EQ(check_report(path, {.listen = {kOutside}}).exit_code, 0) << "a token is configured";
  EXPECT_EQ(check_report(dir_.path() / "hooks_good" / "smallest.yml", {.listen = {kOutside}}).exit_code, 2);
  EXPECT_EQ(check_report(dir_.path() / "no-such-file.yml").exit_code, 2);
}

TEST_F(GoodHooksConfig, WithoutLocalRootItWarns) {
  const std::string pool =
      "pools:\n  - {name: one, hosts: [10.0.0.1], password_file: ../secrets/pool.pw, username: ";
  const std::string hooks = "}\nhooks:\n  policies: [{alert: XenHAPoolHADisabled, action: enable-pool-ha}]\n";
  const auto missing = HasSubstr("host_login: is missing and username is not root");
  EXPECT_THAT(warnings_of(check(pool + "monitor" + hooks)), Contains(missing));
  EXPECT_THAT(warnings_of(check(pool + "root" + hooks)), Not(Contains(missing)));
}

/// What decides, to be compared.
auto guards_of(const HooksConfig& config) {
  const Policy& policy = config.policy;
  return std::tuple(policy.settle, policy.max_facts_age, policy.cool_down, policy.max_attempts_per_day,
                    policy.storm_pools, policy.storm_window, policy.flap_window, policy.maintenance_quiet,
                    policy.intent_forget_after, config.read_gap, config.recheck, config.verify,
                    config.kill_switch_file, config.state_dir, config.max_body);
}

TEST_F(GoodHooksConfig, TheShippedSectionSaysTheDefaultsAndPassesTheCheck) {
  const std::string shipped = test::replaced(test::slurp(XENHA_SOURCE_DIR "/lib/deploy/xenha.yml"),
                                             "example.pw", "../secrets/pool.pw");
  const std::size_t at = shipped.find("\n# hooks:\n");
  const std::size_t end = shipped.find("\n\n", at);
  ASSERT_NE(end, shipped.npos);
  EXPECT_EQ(check(shipped).policies.size(), 0u) << "as shipped, nothing is switched on";
  std::string used = test::replaced(shipped.substr(at, end - at), "\n# ", "\n");
  used = test::replaced(test::replaced(used, "\n#\n", "\n"), "_token_file: ", "_token_file: ../secrets/");
  const HooksConfig config = check(shipped.substr(0, at) + used + shipped.substr(end));
  EXPECT_TRUE(config.bearer_token && config.operator_token);
  EXPECT_THAT(config.policies, ElementsAre(AlertPolicy{"XenHAPoolHADisabled", std::string(kEnablePoolHa)}));
  EXPECT_EQ(config.policy.mode, Mode::kDryRun);
  EXPECT_EQ(guards_of(config), guards_of(load("smallest")));
  EXPECT_THAT(warnings_of(config), IsEmpty());
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(FixtureDir::source() / directory))
    if (entry.path().extension() == ".yml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class BrokenHooksConfig : public testing::TestWithParam<std::string> {};

TEST_P(BrokenHooksConfig, SaysWhatIsWrong) {
  const FixtureDir dir;
  const config::CheckReport report = check_report(dir.path() / "hooks_broken" / (GetParam() + ".yml"));
  EXPECT_EQ(report.exit_code, 2);
  const std::string said = test::replaced(report.text, dir.path().string(), "DIR");
  EXPECT_THAT(said, Not(HasSubstr("PLANTED-SECRET")));

  const auto expected = FixtureDir::source() / "hooks_broken" / (GetParam() + ".expected");
  if (std::getenv("XENHA_UPDATE_GOLDEN")) test::spill(expected, said);
  EXPECT_EQ(said, test::slurp(expected));
}

INSTANTIATE_TEST_SUITE_P(Files, BrokenHooksConfig, testing::ValuesIn(names_in("hooks_broken")),
                         [](const auto& row) { return row.param; });

TEST(HooksConfigMessages, NeverHoldTheContentOfASecretFile) {
  const FixtureDir dir;
  for (const char* secret :
       {"pool.pw", "actor.pw", "hooks.token", "operator.token", "cloud.key", "short.token"}) {
    test::spill(dir.path() / "secrets" / secret, "PLANTED-SECRET\n");
    std::filesystem::permissions(dir.path() / "secrets" / secret, std::filesystem::perms(0644));
  }
  test::spill(dir.path() / "secrets" / "two_lines.pw", "PLANTED-SECRET\nPLANTED-SECRET\n");
  test::spill(dir.path() / "secrets" / "blanks.token", "PLANTED-SECRET PLANTED-SECRET\n");
  ::setenv("XENHA_TEST_ROOT_PASSWORD", "PLANTED-SECRET", 1);
  std::string everything;
  for (const char* directory : {"hooks_broken", "hooks_good", "broken", "good"})
    for (const std::string& name : names_in(directory))
      everything += check_report(dir.path() / directory / (name + ".yml"), {.listen = {kEverywhere}}).text;
  EXPECT_THAT(everything, HasSubstr("every user of this machine can read the file"));
  EXPECT_THAT(everything, HasSubstr("holds the same token"));
  EXPECT_THAT(everything, HasSubstr("no HTTP header can carry"));
  EXPECT_THAT(everything, Not(HasSubstr("PLANTED")));
}

}  // namespace
}  // namespace xenha::hooks
