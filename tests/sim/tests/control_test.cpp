// The control API, faults on the wire, the log of calls, scenario files, the configuration it prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/sim/control/scenario.h"
#include "tests/sim/tests/client.h"
#include "tests/sim/world/assembly.h"
#include "tests/sim/xapi/event_hub.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Control, StateLogWritesSessionsOverHttp) {
  const auto sim = start();
  const Client master(*sim, 1);
  const std::string session = master.login("operator", "operator-password");
  master.call("host.get_all", {session});
  master.call("Async.pool.disable_ha", {session});
  const Json log = Json::parse(http_get(sim->control_url() + "/sim/log").body);
  ASSERT_EQ(log.at("calls").size(), 3u);
  EXPECT_EQ(log.at("calls").at(1).at("method"), "host.get_all");
  EXPECT_EQ(log.at("calls").at(1).at("user"), "operator");
  EXPECT_EQ(log.at("calls").at(1).at("originator"), "sim-test");
  EXPECT_EQ(log.at("calls").at(1).at("outcome"), "Success");
  const Json writes = Json::parse(http_get(sim->control_url() + "/sim/writes").body);
  ASSERT_EQ(writes.at("calls").size(), 1u);
  EXPECT_EQ(writes.at("calls").at(0).at("method"), "Async.pool.disable_ha");
  const Json sessions = Json::parse(http_get(sim->control_url() + "/sim/sessions").body);
  EXPECT_EQ(sessions.at("sessions").at(0).at("kind"), "pool");
  EXPECT_EQ(Json::parse(http_get(sim->control_url() + "/sim/state").body).at("pools").size(), 1u);
}

TEST(Control, CommandsOverHttpSayWhatIsWrong) {
  const auto sim = start();
  const std::string url = sim->control_url() + "/sim/";
  EXPECT_EQ(http_post(url + "power-off", R"({"host":2})", "application/json").status, 200);
  EXPECT_EQ(host_state(*sim, 2).at("powered"), false);
  const HttpAnswer wrong = http_post(url + "power-off", R"({"host":9})", "application/json");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("no such host"));
  EXPECT_EQ(http_post(url + "nonsense", "{}", "application/json").status, 400);
  EXPECT_EQ(http_post(url + "power-off", "{", "application/json").status, 400);
}

TEST(Control, NetworkFaults) {
  const auto sim = start();
  const Client client(*sim, 1);
  const Json login = {"root", "root-password"};
  act(*sim, "network", {{"host", 1}, {"mode", "hang"}});
  EXPECT_FALSE(client.call("session.login_with_password", login, 300ms).transport_ok);
  act(*sim, "network", {{"host", 1}, {"mode", "refuse"}});
  EXPECT_FALSE(client.call("session.login_with_password", login).transport_ok);
  act(*sim, "network", {{"host", 1}, {"mode", "truncate"}, {"bytes", 150}});
  EXPECT_FALSE(client.call("session.login_with_password", login).transport_ok);
  act(*sim, "network", {{"host", 1}, {"mode", "delay"}, {"seconds", 0.3}});
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(client.call("session.login_with_password", login).ok);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 300ms);
  act(*sim, "network", {{"host", 1}, {"mode", "up"}});
  EXPECT_TRUE(client.call("session.login_with_password", login).ok);
}

TEST(Control, SpoiltAnswers) {
  const auto sim = start();
  const Client client(*sim, 1);
  const std::string session = client.login();
  const Json method = "pool.get_all_records";
  act(*sim, "answers", {{"method", method}, {"fault", "garble"}});
  EXPECT_THAT(client.call("pool.get_all_records", {session}).fault, HasSubstr("unparsable"));
  act(*sim, "answers", {{"method", method}, {"fault", "html"}});
  EXPECT_EQ(client.call("pool.get_all_records", {session}).http, 500);
  act(*sim, "answers", {{"method", method}, {"fault", "large:3000000"}});
  const Answer large = client.call("pool.get_all_records", {session});
  EXPECT_TRUE(large.ok);
  EXPECT_GT(large.body.size(), 3'000'000u);
  act(*sim, "answers", {{"method", method}, {"fault", "hang"}});
  EXPECT_FALSE(client.call("pool.get_all_records", {session}, 300ms).transport_ok);
  act(*sim, "answers", {{"method", method}, {"fault", "none"}});
  EXPECT_TRUE(client.call("pool.get_all_records", {session}).ok);
}

TEST(Control, PasswordChangeOfAPoolAndOfOneHost) {
  const auto sim = start({}, 1000);
  act(*sim, "change-password", {{"host", 2}, {"password", "other"}});
  EXPECT_EQ(Client(*sim, 2).call("session.slave_local_login_with_password", {"root", "root-password"}).code(),
            "SESSION_AUTHENTICATION_FAILED");
  EXPECT_NE(Client(*sim, 1).login(), "");
  act(*sim, "change-password", {{"password", "other"}});
  EXPECT_EQ(Client(*sim, 1).call("session.login_with_password", {"root", "root-password"}).code(),
            "SESSION_AUTHENTICATION_FAILED");
}

TEST(Control, ClockSkewIsThatOfOneHost) {
  const auto sim = start();
  const Client master(*sim, 1);
  const std::string s = master.login();
  act(*sim, "clock-skew", {{"host", 2}, {"seconds", 7200}});
  const std::string one = master.call("host.get_servertime", {s, host_state(*sim, 1).at("ref")}).value;
  const std::string two = master.call("host.get_servertime", {s, host_state(*sim, 2).at("ref")}).value;
  EXPECT_NE(one.substr(0, 11), two.substr(0, 11));
}

TEST(Control, WritesOfAReadingClientAreNone) {
  const auto sim = start();
  const Client master(*sim, 1);
  const std::string s = master.login();
  master.call("pool.get_all_records", {s});
  master.call("event.from", {s, Json::array({"pool"}), "", 1.0});
  master.call("host.get_servertime", {s, host_state(*sim, 1).at("ref")});
  const std::string local = master.local_login();
  master.call("host.is_in_emergency_mode", {local});
  master.call("session.local_logout", {local});
  master.call("session.logout", {s});
  EXPECT_TRUE(sim->writes().empty());
  EXPECT_EQ(sim->calls().size(), 8u);
}

TEST(Control, ConfigurationNamesEveryPoolAndKeepsPasswordsInFiles) {
  const auto sim = start();
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("xenha-sim-config-" + std::to_string(sim->port()));
  std::filesystem::create_directory(directory);
  const Result<std::string> config = sim->write_config(directory.string());
  ASSERT_TRUE(config);
  EXPECT_THAT(*config, HasSubstr("- 127.10.1.4"));
  EXPECT_THAT(*config, HasSubstr("port: " + std::to_string(sim->port())));
  EXPECT_THAT(*config, ::testing::Not(HasSubstr("root-password")));
  std::ifstream file(directory / "root.pw");
  std::string password;
  std::getline(file, password);
  EXPECT_EQ(password, "root-password");
  std::filesystem::remove_all(directory);
}

TEST(Control, TlsHostsShowTheReleasesCertificate) {
  SimulationOptions options;
  options.pools = {PoolSpec{}};
  options.pools[0].hosts = 2;
  options.tls = true;
  const auto sim = Simulation::start(options);
  ASSERT_TRUE(sim) << sim.error().message;
  EXPECT_EQ(Client(**sim, 1).login().rfind("OpaqueRef:", 0), 0u);
}

TEST(Scenario, FilesWithMistakesAreRefusedWithTheLine) {
  SimulationOptions options;
  EXPECT_THAT(Scenario::parse("pool release=8.2\n@5s nonsense", options).error().message,
              HasSubstr("line 2"));
  EXPECT_THAT(Scenario::parse("@5s expect a =", options).error().message, HasSubstr("line 1"));
  EXPECT_THAT(Scenario::parse("@9s power-off host=1\n@5s power-on host=1", options).error().message,
              HasSubstr("order of time"));
}

bool play(const std::string& text) {
  SimulationOptions options;
  options.control = "";
  auto scenario = Scenario::parse(text, options);
  EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().message);
  Loop loop;
  auto assembly = assemble(loop, options);
  EXPECT_TRUE(assembly);
  bool ended = false;
  (*scenario)->play(*assembly->world, [&ended] { ended = true; });
  while (!ended) assembly->world->clock.advance(1min);
  return (*scenario)->passed();
}

TEST(Scenario, FalseExpectationFails) {
  EXPECT_TRUE(play("pool hosts=2\n@1s expect 1.hosts.2.agent = running"));
  EXPECT_FALSE(play("pool hosts=2\n@1s expect 1.hosts.2.agent = emergency within 5s"));
}

TEST(Scenario, EveryShippedFileHolds) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(XENHA_SOURCE_DIR "/tests/sim/scenarios")) {
    if (entry.path().extension() != ".scn") continue;
    ++files;
    std::ifstream file(entry.path());
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_TRUE(play(text.str())) << entry.path();
  }
  EXPECT_GE(files, 5);
}

}  // namespace
}  // namespace xenha::sim::test
