// The parts of the file that the exporter only checks for form: the other programs will read them from here.
#include "lib/config/config_file.h"

#include <gtest/gtest.h>

#include "tests/unit/config/fixture_dir.h"

namespace xenha::config {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

ConfigFile read_good(const std::string& name) {
  const auto path = test::FixtureDir::source() / "good" / (name + ".yml");
  Problems problems(path.string());
  ConfigFile file = read_config(path, problems);
  EXPECT_TRUE(problems.ok()) << problems.text();
  return file;
}

TEST(ConfigFile, DefaultsAreTheContract) {
  const ConfigFile file = read_good("smallest");
  EXPECT_EQ(file.pools[0].port, 443);
  EXPECT_TRUE(file.pools[0].tls_on);
  EXPECT_EQ(file.pools[0].ha_timeout, seconds(90));
  EXPECT_EQ(file.pools[0].tls.policy, http::TlsPolicy{});
  EXPECT_EQ(file.exporter.cloudstack_interval, seconds(30));
  EXPECT_EQ(file.hooks.mode, "dry-run");
  EXPECT_EQ(file.hooks.state_dir, "/var/lib/xenha-hooks");
  EXPECT_EQ(file.hooks.max_body, 1u << 20);
  EXPECT_FALSE(file.hooks.bearer_token.source.is_set());
  const GuardsEntry& guards = file.hooks.guards;
  EXPECT_EQ(guards.settle, seconds(60));
  EXPECT_EQ(guards.read_gap, seconds(10));
  EXPECT_EQ(guards.recheck, seconds(30));
  EXPECT_EQ(guards.max_facts_age, seconds(30));
  EXPECT_EQ(guards.cool_down, minutes(15));
  EXPECT_EQ(guards.max_attempts_per_day, 2);
  EXPECT_EQ(guards.storm_pools, 3);
  EXPECT_EQ(guards.storm_window, minutes(10));
  EXPECT_EQ(guards.flap_window, minutes(60));
  EXPECT_EQ(guards.maintenance_quiet, minutes(10));
  EXPECT_EQ(guards.intent_forget_after, std::optional<Duration>(minutes(480)));
  EXPECT_EQ(guards.verify, seconds(60));
  EXPECT_EQ(guards.kill_switch_file, "/etc/xenha/STOP");
  EXPECT_EQ(file.ctl.exporter_url, (Url{false, "127.0.0.1", 10045, "/"}));
  EXPECT_EQ(file.ctl.hooks_url, (Url{false, "127.0.0.1", 10046, "/"}));
  EXPECT_EQ(file.ctl.tls.policy, http::TlsPolicy{});
  EXPECT_FALSE(file.ctl.login);
  EXPECT_EQ(file.ctl.state_dir, "");
  EXPECT_EQ(file.web_config_file, "");
}

TEST(ConfigFile, EveryKeyIsReadWithoutOpeningASecret) {
  const ConfigFile file = read_good("everything");
  const auto beside = [](const char* name) {
    return (test::FixtureDir::source() / "good" / name).lexically_normal().string();
  };
  ASSERT_EQ(file.clouds.size(), 1u);
  const CloudEntry& cloud = file.clouds[0];
  EXPECT_EQ(cloud.name, "cloud1");
  EXPECT_EQ(cloud.url, (Url{true, "mgmt.example", 8443, "/client/api"}));
  EXPECT_EQ(cloud.keys.api_key.source.describe(), beside("../secrets/cloud.key"));
  EXPECT_EQ(cloud.keys.secret_key.source.describe(), beside("../secrets/cloud.secret"));
  ASSERT_TRUE(cloud.actor);
  EXPECT_EQ(cloud.actor->secret_key.source.describe(), beside("a.secret"));
  EXPECT_EQ(cloud.tls.policy.ca_file, beside("../secrets/ca.pem"));
  EXPECT_EQ(file.pools[0].cloudstack.value, "cloud1");
  EXPECT_EQ(file.pools[0].cloudstack_cluster, "cluster-a");
  ASSERT_TRUE(file.pools[0].actor);
  EXPECT_EQ(file.pools[0].actor->username, "operator");
  EXPECT_EQ(file.exporter.cloudstack_interval, seconds(45));
  EXPECT_EQ(file.hooks.mode, "act");
  EXPECT_EQ(file.hooks.bearer_token.source.describe(), "/etc/xenha/hooks.token");
  EXPECT_EQ(file.hooks.operator_token.source.describe(), "/etc/xenha/operator.token");
  EXPECT_EQ(file.hooks.max_body, 512u << 10);
  ASSERT_EQ(file.hooks.policies.size(), 1u);
  EXPECT_EQ(file.hooks.policies[0].alert, "XenHAPoolHADisabled");
  EXPECT_EQ(file.hooks.policies[0].action, "enable-pool-ha");
  EXPECT_EQ(file.hooks.guards.settle, seconds(90));
  EXPECT_EQ(file.hooks.guards.storm_pools, 5);
  EXPECT_FALSE(file.hooks.guards.intent_forget_after);
  EXPECT_EQ(file.hooks.guards.kill_switch_file, beside("STOP"));
  EXPECT_EQ(file.ctl.hooks_url, (Url{true, "::1", 10046, "/xenha"}));
  EXPECT_EQ(file.ctl.token.source.describe(), "/etc/xenha/operator.token");
  EXPECT_EQ(file.ctl.tls.policy.ca_file, beside("../secrets/ca.pem"));
  EXPECT_EQ(file.ctl.tls.policy.client_cert_file, beside("my.pem"));
  EXPECT_EQ(file.ctl.tls.policy.client_key_file, beside("my.key"));
  ASSERT_TRUE(file.ctl.login);
  EXPECT_EQ(file.ctl.login->username, "joe");
  EXPECT_EQ(file.ctl.login->password.source.describe(), beside("web.pw"));
  EXPECT_EQ(file.ctl.state_dir, "~/.local/state/xenha");
  EXPECT_EQ(file.web_config_file, beside("web.yml"));
}

TEST(ConfigFile, AMissingFileIsOneProblem) {
  Problems problems("none.yml");
  read_config("/nonexistent/none.yml", problems);
  EXPECT_EQ(problems.text(),
            "none.yml: /nonexistent/none.yml does not exist, name the config file with --config.file\n");
}

}  // namespace
}  // namespace xenha::config
