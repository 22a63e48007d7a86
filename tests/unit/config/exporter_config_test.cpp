#include "exporter/exporter_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/fixture_dir.h"

namespace xenha::exporter {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::FixtureDir;

const std::string kPinA = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const std::string kPinB = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";

class GoodConfig : public testing::Test {
 protected:
  GoodConfig() { ::setenv("XENHA_TEST_ROOT_PASSWORD", "root-password", 1); }

  ExporterConfig load(const std::string& name) const {
    auto config = load_exporter_config(dir_.path() / "good" / (name + ".yml"));
    if (!config) {
      ADD_FAILURE() << config.error().text();
      return {};
    }
    return *std::move(config);
  }
  ExporterConfig check(const std::string& text) const {
    auto config = check_exporter_config(text, dir_.path() / "good" / "xenha.yml");
    if (!config) {
      ADD_FAILURE() << config.error().text();
      return {};
    }
    return *std::move(config);
  }
  std::vector<std::string> warnings_of(const ExporterConfig& config) const {
    std::vector<std::string> out;
    for (const config::Problem& warning : config.warnings) out.push_back(warning.path + ": " + warning.what);
    return out;
  }

  FixtureDir dir_;
};

TEST_F(GoodConfig, SmallestGetsTheDefaults) {
  const ExporterConfig config = load("smallest");
  ASSERT_EQ(config.pools.size(), 1u);
  const PoolConfig& pool = config.pools[0];
  EXPECT_EQ(pool.name, "cluster1");
  ASSERT_EQ(pool.hosts.size(), 1u);
  EXPECT_EQ(pool.hosts[0].address, "10.0.0.11");
  EXPECT_TRUE(pool.tls);
  EXPECT_EQ(pool.port, 443);
  EXPECT_EQ(pool.login.username, "root");
  EXPECT_EQ(pool.login.password.reveal(), "fixture-password");
  EXPECT_EQ(pool.host_login, std::optional(pool.login)) << "username root is the local root";
  EXPECT_EQ(pool.policy, http::TlsPolicy{});
  EXPECT_EQ(pool.heartbeat_sr, "");
  EXPECT_EQ(pool.ha_timeout, seconds(90));
  EXPECT_TRUE(pool.may_follow_unlisted());
  EXPECT_EQ(config.probe_interval, seconds(5));
  EXPECT_EQ(config.request_timeout, seconds(10));
  EXPECT_EQ(config.keep_facts, minutes(15));
  EXPECT_EQ(config.state_dir, "/var/lib/xenha-exporter");
  EXPECT_EQ(config.web_config_file, "");
  EXPECT_THAT(config.clouds, testing::IsEmpty());
  EXPECT_EQ(config.cloudstack_interval, seconds(30));
  EXPECT_EQ(pool.cloudstack, "");
  EXPECT_THAT(warnings_of(config), testing::IsEmpty());
}

TEST_F(GoodConfig, EverythingIsTaken) {
  const ExporterConfig config = load("everything");
  ASSERT_EQ(config.pools.size(), 1u);
  const PoolConfig& pool = config.pools[0];
  ASSERT_EQ(pool.hosts.size(), 4u);
  EXPECT_EQ(pool.hosts[0].policy.pins, std::vector{kPinA});
  EXPECT_EQ(pool.hosts[0].policy.tls_name, "");
  EXPECT_EQ(pool.hosts[1].address, "10.0.0.12");
  EXPECT_EQ(pool.hosts[1].policy.pins, std::vector{kPinB}) << "a host's own pins replace the pool's";
  EXPECT_EQ(pool.hosts[1].policy.tls_name, "xs2.example");
  EXPECT_EQ(pool.hosts[1].policy.ca_file, pool.policy.ca_file);
  EXPECT_EQ(pool.hosts[2].address, "2001:db8::3");
  EXPECT_EQ(pool.hosts[3].address, "xs4.example");
  EXPECT_EQ(pool.port, 8443);
  EXPECT_EQ(pool.login.username, "monitor");
  ASSERT_TRUE(pool.host_login);
  EXPECT_EQ(pool.host_login->username, "root");
  EXPECT_EQ(pool.host_login->password.reveal(), "root-password");
  EXPECT_EQ(pool.policy.ca_file, (dir_.path() / "secrets" / "ca.pem").string());
  EXPECT_FALSE(pool.policy.verify_name);
  EXPECT_EQ(pool.policy.min_version, http::TlsVersion::k1_0);
  EXPECT_EQ(pool.ca_fingerprint.size(), 64u);
  EXPECT_EQ(pool.heartbeat_sr, "MGMT-HA");
  EXPECT_EQ(pool.ha_timeout, seconds(120));
  EXPECT_EQ(pool.cloudstack, "cloud1");
  EXPECT_EQ(pool.cloudstack_cluster, "cluster-a");
  ASSERT_EQ(config.clouds.size(), 1u);
  const CloudConfig& cloud = config.clouds[0];
  EXPECT_EQ(cloud.name, "cloud1");
  EXPECT_EQ(cloud.url, (config::Url{true, "mgmt.example", 8443, "/client/api"}));
  EXPECT_EQ(cloud.api_key.text.reveal(), "fixture-api-key");
  EXPECT_EQ(cloud.secret_key.text.reveal(), "fixture-secret-key");
  EXPECT_EQ(cloud.policy.ca_file, (dir_.path() / "secrets" / "ca.pem").string());
  EXPECT_EQ(cloud.ca_fingerprint, pool.ca_fingerprint);
  EXPECT_EQ(config.cloudstack_interval, seconds(45));
  EXPECT_EQ(config.probe_interval, seconds(10));
  EXPECT_EQ(config.request_timeout, seconds(7));
  EXPECT_EQ(config.keep_facts, minutes(90));
  EXPECT_EQ(config.state_dir, dir_.path() / "good" / "state");
  EXPECT_EQ(config.web_config_file, dir_.path() / "good" / "web.yml");
  EXPECT_THAT(warnings_of(config), testing::IsEmpty());
}

TEST_F(GoodConfig, AliasesShareSettings) {
  const ExporterConfig config = load("shared_by_alias");
  ASSERT_EQ(config.pools.size(), 3u);
  for (const PoolConfig& pool : config.pools) {
    EXPECT_EQ(pool.policy.pins, std::vector{kPinA}) << pool.name;
    EXPECT_EQ(pool.login.username, "root");
  }
  EXPECT_EQ(config.pools[1].name, "cluster2");
  EXPECT_EQ(config.pools[1].hosts[0].address, "10.0.0.12");
}

TEST_F(GoodConfig, WhatIsUnwiseIsWarnedOf) {
  const ExporterConfig config = load("with_warnings");
  using testing::HasSubstr;
  EXPECT_THAT(warnings_of(config),
              testing::ElementsAre(HasSubstr("pools[0].host_login: is missing"),
                                   HasSubstr("pools[0].scheme: plain http"),
                                   HasSubstr("pools[0].ha_timeout: below 90s"),
                                   HasSubstr("pools[1].tls.insecure_skip_verify: nobody checks"),
                                   HasSubstr("pools[2].tls.min_version: the pins stand at single hosts"),
                                   HasSubstr("ctl.exporter_url: plain http sends the password or token"),
                                   HasSubstr("ctl.tls.insecure_skip_verify: nobody checks who gets")));
  EXPECT_FALSE(config.pools[0].host_login);
  EXPECT_EQ(config.pools[0].port, 80);
  EXPECT_FALSE(config.pools[0].may_follow_unlisted());
  EXPECT_FALSE(config.pools[1].may_follow_unlisted());
}

// It stands in for a ctl.token_file that is not there, and so travels the same way.
TEST_F(GoodConfig, TheHooksTokenOverPlainHttpIsWarnedOf) {
  const std::string pool =
      "pools: [{name: a, hosts: [10.0.0.1], username: root, password_file: ../secrets/pool.pw}]\n"
      "ctl: {hooks_url: 'http://mon.example:10046'}\n";
  EXPECT_THAT(warnings_of(check(pool)), testing::IsEmpty());
  EXPECT_THAT(warnings_of(check(pool + "hooks: {operator_token_file: operator.token}\n")),
              testing::ElementsAre(testing::HasSubstr("ctl.hooks_url: plain http sends")));
}

TEST_F(GoodConfig, ALearntMemberIsNeverAskedWithOldTlsAndNoPin) {
  const ExporterConfig config = load("with_warnings");
  const PoolConfig& old = config.pools[2];
  EXPECT_EQ(old.hosts[0].policy.min_version, http::TlsVersion::k1_0);
  EXPECT_EQ(old.hosts[0].policy.pins, std::vector{kPinA});
  EXPECT_EQ(old.policy.min_version, http::TlsVersion::k1_2);
}

TEST_F(GoodConfig, AReloadTellsWhichPoolsChanged) {
  const auto pool = [](int number, const std::string& more = "") {
    const std::string n = std::to_string(number);
    return "  - name: cluster" + n + "\n    hosts: [10.0.0." + n + "]\n    username: root\n" +
           "    password_file: ../secrets/" + (number == 3 ? "other.pw" : "pool.pw") + "\n" + more;
  };
  test::spill(dir_.path() / "secrets" / "other.pw", "before\n");
  const std::string ca = "    tls: {ca_file: ../secrets/ca.pem}\n";
  const ExporterConfig before = check("pools:\n" + pool(1) + pool(2) + pool(3) + pool(4, ca) + pool(6));
  EXPECT_EQ(pool_changes(before, before), PoolChanges{});

  test::spill(dir_.path() / "secrets" / "other.pw", "after\n");
  test::spill(dir_.path() / "secrets" / "ca.pem",
              "# renewed\n" + test::slurp(dir_.path() / "secrets" / "ca.pem"));
  const ExporterConfig after =
      check("pools:\n" + pool(5) + pool(4, ca) + pool(3) + pool(2, "    port: 8443\n") + pool(1));
  EXPECT_EQ(pool_changes(before, after), (PoolChanges{.removed = {"cluster6"},
                                                      .added = {"cluster5"},
                                                      .changed = {"cluster4", "cluster3", "cluster2"}}));
  EXPECT_TRUE(before.same_settings(after));
  EXPECT_FALSE(before.same_settings(check("pools:\n" + pool(1) + "exporter: {probe_interval: 6s}\n")));
}

/// One pool and two CloudStacks, of which the pool names `named`.
std::string with_clouds(const std::string& named, const std::string& more = "") {
  std::string text =
      "pools:\n  - name: cluster1\n    hosts: [10.0.0.11]\n    username: root\n"
      "    password_file: ../secrets/pool.pw\n    cloudstack: " +
      named + "\ncloudstack:\n";
  for (const char* name : {"cloud1", "cloud2"})
    text += "  - name: " + std::string(name) +
            "\n    url: http://mgmt.example:8080/client/api\n"
            "    api_key_file: ../secrets/cloud.key\n    secret_key_file: ../secrets/cloud.secret\n";
  return text + more;
}

TEST_F(GoodConfig, ACloudStackThatNoPoolNamesIsWatchedWithAWarning) {
  const ExporterConfig config = check(with_clouds("cloud2"));
  EXPECT_EQ(config.clouds.size(), 2u);
  EXPECT_THAT(warnings_of(config),
              testing::ElementsAre(testing::HasSubstr("cloudstack[0].name: no pool names this CloudStack")));
}

TEST_F(GoodConfig, AReloadTellsWhichCloudStacksChanged) {
  const ExporterConfig before = check(with_clouds("cloud1"));
  EXPECT_EQ(cloud_changes(before, before), PoolChanges{});
  test::spill(dir_.path() / "secrets" / "other.secret", "another\n");
  std::string text = with_clouds("cloud1");
  text.replace(text.rfind("cloud.secret"), 12, "other.secret");
  EXPECT_EQ(cloud_changes(before, check(text)), PoolChanges{.changed = {"cloud2"}});
  const ExporterConfig none = load("smallest");
  EXPECT_EQ(cloud_changes(before, none), (PoolChanges{.removed = {"cloud1", "cloud2"}}));
  EXPECT_EQ(cloud_changes(none, before), (PoolChanges{.added = {"cloud1", "cloud2"}}));
  EXPECT_FALSE(before.same_settings(check(with_clouds("cloud1", "exporter: {cloudstack_interval: 31s}\n"))));
}

TEST_F(GoodConfig, ACloudKeyTellsWhenItsFileChangedAndReadsItAgain) {
  const CloudKey key = check(with_clouds("cloud1")).clouds[0].api_key;
  EXPECT_FALSE(key.changed_since_read());
  test::spill(dir_.path() / "secrets" / "cloud.key", "a-renewed-key\n");
  EXPECT_TRUE(key.changed_since_read());
  const Result<CloudKey> renewed = key.read_again();
  ASSERT_TRUE(renewed) << renewed.error().message;
  EXPECT_EQ(renewed->text.reveal(), "a-renewed-key");
  EXPECT_FALSE(renewed->changed_since_read());
}

TEST_F(GoodConfig, TheKeysOfACloudStackAreLookedAtLikePasswords) {
  std::filesystem::permissions(dir_.path() / "secrets" / "cloud.secret", std::filesystem::perms(0644));
  test::spill(dir_.path() / "secrets" / "cloud.key", "one\ntwo\n");
  std::string text = with_clouds("cloud1");
  text.replace(text.rfind("../secrets/cloud.key"), 20, "PLANTED-SECRET");
  text += "    tls: {ca_file: ../secrets/cloud.secret}\n";
  const auto config = check_exporter_config(text, dir_.path() / "good" / "xenha.yml");
  ASSERT_FALSE(config);
  using testing::HasSubstr;
  EXPECT_THAT(config.error().text(), HasSubstr("cloudstack[0].api_key_file (line 10): "));
  EXPECT_THAT(config.error().text(), HasSubstr("holds more than one line"));
  EXPECT_THAT(
      config.error().text(),
      HasSubstr("cloudstack[1].api_key_file (line 14): no such file beside the config file, create it "
                "or write its whole path (not shown here, it might be the key itself)"));
  EXPECT_THAT(config.error().text(),
              HasSubstr("cloudstack[0].secret_key_file (line 11): every user of this machine can read"));
  EXPECT_THAT(config.error().text(), testing::Not(HasSubstr("PLANTED-SECRET")));
  EXPECT_THAT(config.error().text(), testing::Not(HasSubstr("fixture-secret-key")));
}

TEST_F(GoodConfig, ACredentialTellsWhenItsFileChangedAndReadsItAgain) {
  const Credential login = load("smallest").pools[0].login;
  EXPECT_FALSE(login.changed_since_read());
  test::spill(dir_.path() / "secrets" / "pool.pw", "a-new-password\n");
  EXPECT_TRUE(login.changed_since_read());
  const Result<Credential> renewed = login.read_again();
  ASSERT_TRUE(renewed) << renewed.error().message;
  EXPECT_EQ(renewed->password.reveal(), "a-new-password");
  EXPECT_EQ(renewed->username, "root");
  EXPECT_FALSE(renewed->changed_since_read());
  EXPECT_FALSE(login.same_login(*renewed));
  EXPECT_FALSE(login == *renewed);
  EXPECT_TRUE(login.same_login(Credential{"root", Secret("fixture-password")}));
}

TEST_F(GoodConfig, TheCheckEndsWithZeroAndCounts) {
  const auto path = dir_.path() / "good" / "with_warnings.yml";
  const CheckReport report = check_report(path);
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_THAT(report.text,
              testing::EndsWith(path.string() +
                                " is usable; pools: 3, listed hosts: 3, CloudStacks: 0, warnings: 7\n"));
  EXPECT_THAT(report.text, testing::StartsWith("warning: "));
}

TEST_F(GoodConfig, TheShippedExamplePassesTheCheck) {
  for (const char* name : {"xenha.yml", "example.pw"}) {
    std::filesystem::copy_file(std::filesystem::path(XENHA_SOURCE_DIR) / "lib/deploy" / name,
                               dir_.path() / name);
    std::filesystem::permissions(dir_.path() / name, std::filesystem::perms(0640));
  }
  const CheckReport report = check_report(dir_.path() / "xenha.yml");
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_THAT(report.text,
              testing::EndsWith("is usable; pools: 1, listed hosts: 1, CloudStacks: 0, warnings: 0\n"));
}

TEST_F(GoodConfig, TheCheckCountsCloudStacks) {
  test::spill(dir_.path() / "good" / "web.yml", "{}\n");
  EXPECT_THAT(check_report(dir_.path() / "good" / "everything.yml").text,
              testing::EndsWith("is usable; pools: 1, listed hosts: 4, CloudStacks: 1, warnings: 0\n"));
}

TEST_F(GoodConfig, TheCheckReadsTheWebConfigToo) {
  const auto path = dir_.path() / "good" / "smallest.yml";
  const auto web = dir_.path() / "good" / "web.yml";
  test::spill(web, "basic_auth_users: {}\n");
  EXPECT_EQ(check_report(path, web).exit_code, 0) << check_report(path, web).text;
  test::spill(web, "basic_auth_user: {}\n");
  const CheckReport report = check_report(path, web);
  EXPECT_EQ(report.exit_code, 2);
  EXPECT_THAT(report.text, testing::StartsWith(web.string() + ": basic_auth_user (line 1)"));
  EXPECT_THAT(report.text, testing::EndsWith(" is not usable: 1 problem\n"));
  // The config file's own web.config_file, relative to it.
  test::spill(path, test::slurp(path) + "web: {config_file: web.yml}\n");
  EXPECT_EQ(check_report(path).exit_code, 2);
  test::spill(web, "{}\n");
  EXPECT_EQ(check_report(path).exit_code, 0) << check_report(path).text;
}

TEST_F(GoodConfig, SecretsPrintAsStars) {
  std::ostringstream out;
  out << load("smallest").pools[0].login.password;
  EXPECT_EQ(out.str(), "***");
}

}  // namespace
}  // namespace xenha::exporter
