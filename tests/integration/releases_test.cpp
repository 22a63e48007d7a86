// The same pool under every release whose records differ: what the exporter makes of the shapes, as goldens.
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "tests/integration/watched_pool.h"
#include "tests/support/golden.h"
#include "tests/support/strict_exposition.h"
#include "tests/support/tool.h"

namespace xenha::test {
namespace {

using exporter::PoolSnapshot;

class Releases : public ::testing::TestWithParam<const char*> {};

/// Times and clocks of the moment are not the subject.
std::string settled(const std::string& text) {
  static const std::regex moment(
      R"(((xenha_[a-z_]*timestamp_seconds|xenha_host_clock_offset_seconds)\{[^\n]*\}) [^\n]*)");
  return std::regex_replace(text, moment, "$1 0");
}

TEST_P(Releases, Exposition) {
  const std::string release = GetParam();
  WatchedWorld world(
      {.pools = {{.name = "cluster1", .release = release, .hosts = 3, .heartbeat_type = "lvmoiscsi"}}});
  world.start();
  world.wait_until_known();
  const bool old = release.starts_with("6.2");
  const PoolSnapshot pool = world.wait_for("everything settled", [&](const PoolSnapshot& p) {
    for (const auto& host : p.hosts) {
      if (!host.network.recorded || (old && host.hotfixes.empty()) || host.ha_peers != 2) return false;
    }
    return p.up && p.facts && p.facts->ha_required;
  });
  const std::string text = settled(exposition(pool));
  const ToolResult lint = run_tool("promtool check metrics", text);
  EXPECT_EQ(lint.exit_code, 0) << lint.output;
  EXPECT_EQ(parse_strictly(text).problems, std::vector<std::string>());
  EXPECT_GOLDEN("exporter/releases/" + release + ".prom", text);
}

INSTANTIATE_TEST_SUITE_P(All, Releases,
                         ::testing::Values("6.2", "6.5", "7.0", "7.1", "7.6", "8.0", "8.2", "8"),
                         [](const auto& row) {
                           std::string name = std::string("v") + row.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace xenha::test
