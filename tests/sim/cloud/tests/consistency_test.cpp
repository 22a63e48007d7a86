// After any sequence of faults and acts, and some quiet: what CloudStack says of a host that is Up is true.
#include <gtest/gtest.h>

#include <random>

#include "tests/sim/cloud/rules.h"
#include "tests/sim/cloud/tests/cloud_client.h"

namespace xenha::sim::test {
namespace {

using namespace std::chrono_literals;

/// Something that happens in a data centre; refusals are part of it.
std::pair<std::string, Json> random_act(std::mt19937& random) {
  const int host = 1 + static_cast<int>(random() % 4);
  const std::string vm = "i-2-" + std::to_string(1 + random() % 20) + "-VM";
  switch (random() % 14) {
    case 0:
      return {"power-off", {{"host", host}}};
    case 1:
    case 2:
      return {"power-on", {{"host", host}}};
    case 3:
      return {"reset", {{"host", host}}};
    case 4:
      return {"restart-toolstack", {{"host", host}}};
    case 5:
      return {"network", {{"host", host}, {"mode", random() % 2 ? "cut" : "up"}}};
    case 6:
      return {"cs-vm", {{"vm", vm}, {"act", random() % 2 ? "stop" : "start"}}};
    case 7:
      return {"cs-vm", {{"vm", vm}, {"act", "migrate"}, {"host", host}}};
    case 8:
      return {"cs-power", {{"on", random() % 3 != 0}}};
    case 9:
      return {"cs-state", {{"host", host}, {"state", random() % 2 ? "Down" : "Alert"}}};
    case 10:
      return {"cs-next-restart-fails", {{"count", 2}}};
    case 11:
      return {"cs-maintenance", {{"host", host}, {"on", random() % 2 == 0}}};
    case 12:
      return {"cs-drift", {{"vm", vm}, {"side", random() % 2 ? "xenserver" : "cloudstack"}}};
    default:
      return {"vm-stop", {{"vm", vm}}};
  }
}

class CloudConsistency : public ::testing::TestWithParam<std::string> {};

TEST_P(CloudConsistency, WhatIsUpIsTrueAfterAQuietTime) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    const auto sim = start_cloud_world({.version = GetParam()});
    std::string story;
    for (int step = 0; step < 25; ++step) {
      const auto [command, arguments] = random_act(random);
      story += command + arguments.dump() + "\n";
      (void)sim->command(command, arguments.dump());
      sim->advance(std::chrono::seconds(random() % 240));
      sim->run([&](World& world) { EXPECT_EQ(twins(world), "") << "seed " << seed << "\n" << story; });
    }
    (void)sim->command("cs-power", R"({"on": true})");
    (void)sim->command("network", R"({"mode": "up"})");
    sim->advance(2h);
    sim->run([&](World& world) { EXPECT_EQ(disagreements(world), "") << "seed " << seed << "\n" << story; });
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Releases, CloudConsistency, ::testing::ValuesIn(cloud::known_versions()),
                         [](const auto& row) {
                           std::string name = row.param;
                           for (char& c : name) c = c == '.' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace xenha::sim::test
