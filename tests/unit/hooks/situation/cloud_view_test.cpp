#include <gtest/gtest.h>

#include "hooks/situation/cloud_reading.h"

namespace xenha::hooks {
namespace {

using namespace std::chrono_literals;
const WallTime kNow{1'800'000'000s};

CloudWord word() {
  CloudWord out;
  out.clusters = {{.id = "c1", .name = "a", .hypervisor = "XenServer", .managed_state = "Managed"},
                  {.id = "c2", .name = "b", .hypervisor = "XenServer", .managed_state = "Managed"},
                  {.id = "c3", .name = "k", .hypervisor = "KVM", .managed_state = "Managed"}};
  const auto host = [](const char* id, const char* address, const char* cluster) {
    return model::CloudHost{.id = id,
                            .name = std::string("name-") + id,
                            .address = address,
                            .cluster_id = cluster,
                            .state = "Up",
                            .resource_state = "Enabled"};
  };
  out.hosts = {host("h1", "10.0.0.1", "c1"), host("h2", "10.0.0.2", "c1"), host("h3", "10.0.0.9", "c2")};
  return out;
}

std::vector<CloudMember> members() {
  return {{"xs1", "name-h1", {"10.0.0.1", ""}}, {"xs2", "name-h2", {"10.0.0.2"}}};
}

TEST(CloudView, TheClusterIsTheOneWithMostAddresses) {
  const CloudView view = view_of_pool(word(), "pool1", "", members());
  EXPECT_EQ(view.situation.problem, "");
  EXPECT_EQ(view.situation.managed_state, "Managed");
  EXPECT_EQ(view.situation.hosts,
            (std::vector<CloudHostSituation>{{"name-h1", "Up", "Enabled"}, {"name-h2", "Up", "Enabled"}}));
  EXPECT_FALSE(view.planned_now);
}

TEST(CloudView, AWrongPinLeavesHostsUnknown) {
  const CloudView view = view_of_pool(word(), "pool1", "b", members());
  EXPECT_EQ(view.situation.hosts, (std::vector<CloudHostSituation>{
                                      {"name-h3", "Up", "Enabled"}, {"xs1", "", ""}, {"xs2", "", ""}}));
  EXPECT_NE(view_of_pool(word(), "pool1", "k", members()).situation.problem, "");
}

TEST(CloudView, ARemovedTwinDoesNotCount) {
  CloudWord said = word();
  said.hosts.push_back({.id = "old",
                        .name = "name-h1",
                        .address = "10.0.0.1",
                        .cluster_id = "c1",
                        .state = "Removed",
                        .resource_state = "Disabled"});
  const CloudView view = view_of_pool(said, "pool1", "", members());
  EXPECT_EQ(view.situation.hosts.size(), 2u);
  EXPECT_FALSE(view.planned_now);
}

TEST(CloudView, ConnectingHostsAreTold) {
  CloudWord said = word();
  said.hosts[1].state = "Connecting";
  EXPECT_EQ(view_of_pool(said, "pool1", "", members()).situation.hosts[1].state, "Connecting");
}

TEST(CloudView, PlannedWork) {
  for (const char* state : {"PrepareForMaintenance", "ErrorInPrepareForMaintenance", "Maintenance",
                            "ErrorInMaintenance", "Disabled"}) {
    CloudWord said = word();
    said.hosts[0].resource_state = state;
    EXPECT_TRUE(view_of_pool(said, "pool1", "", members()).planned_now) << state;
  }
  CloudWord said = word();
  said.clusters[0].managed_state = "Unmanaged";
  EXPECT_TRUE(view_of_pool(said, "pool1", "", members()).planned_now);
}

TEST(CloudView, MaintenanceEndedWithTheNewestCancelOfItsHosts) {
  CloudWord said = word();
  const auto event = [](const char* type, const char* host, WallTime when) {
    return model::CloudEvent{
        .type = type, .resource_id = host, .resource_type = *host == '\0' ? "" : "Host", .created = when};
  };
  said.maintenance = {event("MAINT.CANCEL", "h3", kNow), event("MAINT.PREPARE", "h1", kNow - 1min),
                      event("MAINT.CANCEL", "h2", kNow - 5min), event("MAINT.CANCEL", "h1", kNow - 9min)};
  const CloudView view = view_of_pool(said, "pool1", "", members());
  EXPECT_EQ(view.situation.maintenance_ended, kNow - 5min);
  EXPECT_EQ(view.last_maintenance, kNow - 1min);
  // Before 4.17 an event does not say whose it is.
  said.maintenance.push_back(event("MAINT.CANCEL", "", kNow - 2min));
  EXPECT_EQ(view_of_pool(said, "pool1", "", members()).situation.maintenance_ended, kNow - 2min);
}

TEST(CloudView, WithoutTheMembersNothingIsKnown) {
  EXPECT_NE(view_of_pool(word(), "pool1", "", {}).situation.problem, "");
}

}  // namespace
}  // namespace xenha::hooks
