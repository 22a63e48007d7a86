// The edges of the CloudStack collector that a golden alone would not explain.
#include <gtest/gtest.h>

#include "exporter/metrics/collect.h"
#include "lib/metrics/exposition.h"
#include "tests/support/cloud_builder.h"
#include "tests/support/pool_builder.h"
#include "tests/support/strict_exposition.h"

namespace xenha::exporter {
namespace {

using test::StrictExposition;
using Labels = std::vector<std::pair<std::string, std::string>>;
constexpr double kNone = -1000;

StrictExposition read(const std::vector<MetricFamily>& families) {
  StrictExposition exposition = test::parse_strictly(metrics::to_text(families));
  EXPECT_TRUE(exposition.problems.empty()) << exposition.problems[0];
  return exposition;
}
StrictExposition pool_page(const CloudSnapshot& cloud) {
  const CloudFamilies all = collect_cloud(cloud);
  const auto page = all.of_pool.find("cluster1");
  return page == all.of_pool.end() ? StrictExposition{} : read(page->second);
}
StrictExposition rest(const CloudSnapshot& cloud) {
  return read(collect_cloud(cloud).of_no_pool);
}

/// The value of a series, or kNone if there is none.
double value(const StrictExposition& exposition, const std::string& name, Labels labels) {
  labels.emplace_back("cloudstack", "cloud1");
  const test::StrictSample* sample = exposition.sample(name, labels);
  return sample ? sample->value : kNone;
}

Labels host_labels(const std::string& state) {
  return {{"cluster", "cluster-a"}, {"pool", "cluster1"}, {"host", "xs2"}, {"state", state}};
}

TEST(CloudHostState, IsExactlyOneOfAll) {
  CloudSnapshot cloud = test::healthy_cloud(2);
  for (const char* state : {"Creating", "Connecting", "Up", "Disconnected", "Alert", "Down", "Removed",
                            "Error", "Rebalancing", "Unknown"}) {
    test::host_of(cloud, "xs2").state = state;
    const StrictExposition page = pool_page(cloud);
    EXPECT_EQ(value(page, "xenha_cloudstack_host_state", host_labels(state)), 1) << state;
    int samples = 0, ones = 0;
    for (const auto& sample : page.family("xenha_cloudstack_host_state")->samples) {
      if (sample.labels[3].second != "xs2") continue;
      ++samples;
      ones += sample.value == 1;
    }
    EXPECT_EQ(samples, 10);
    EXPECT_EQ(ones, 1);
  }
  for (const char* state :
       {"Creating", "Enabled", "Disabled", "PrepareForMaintenance", "ErrorInPrepareForMaintenance",
        "Maintenance", "ErrorInMaintenance", "Degraded", "Error"}) {
    test::host_of(cloud, "xs2").resource_state = state;
    EXPECT_EQ(value(pool_page(cloud), "xenha_cloudstack_host_resource_state", host_labels(state)), 1)
        << state;
  }
}

TEST(CloudHostState, ANewOneAppearsAsItselfBesides) {
  CloudSnapshot cloud = test::healthy_cloud(2);
  test::host_of(cloud, "xs2").state = "Hibernating";
  const StrictExposition page = pool_page(cloud);
  EXPECT_EQ(value(page, "xenha_cloudstack_host_state", host_labels("Hibernating")), 1);
  EXPECT_EQ(value(page, "xenha_cloudstack_host_state", host_labels("Up")), 0);
  test::host_of(cloud, "xs2").state.clear();
  EXPECT_EQ(value(pool_page(cloud), "xenha_cloudstack_host_state", host_labels("Up")), kNone)
      << "unknown is not zero";
}

TEST(CloudHosts, WithoutAPoolHaveNoSuchLabelAndStayOffItsPage) {
  CloudSnapshot cloud = test::healthy_cloud(2);
  CloudHostSnapshot& host = test::host_of(cloud, "xs2");
  host.pool.clear();
  host.host_uuid.clear();
  EXPECT_EQ(value(pool_page(cloud), "xenha_cloudstack_host_state", host_labels("Up")), kNone);
  EXPECT_EQ(value(rest(cloud), "xenha_cloudstack_host_state",
                  {{"cluster", "cluster-a"}, {"host", "xs2"}, {"state", "Up"}}),
            1);
}

TEST(CloudHostJoined, TellsBothSidesLeftovers) {
  CloudSnapshot cloud = test::healthy_cloud(2);
  test::host_of(cloud, "xs2").host_uuid.clear();
  cloud.facts->missing_hosts.push_back({"cluster1", "cluster-a", "xs3"});
  cloud.facts->missing_hosts.push_back({"cluster1", "cluster-a", "xs2"});
  const StrictExposition page = rest(cloud);
  const auto joined = [&](const char* host) {
    return value(page, "xenha_cloudstack_host_joined", {{"cluster", "cluster-a"}, {"host", host}});
  };
  EXPECT_EQ(joined("xs1"), 1);
  EXPECT_EQ(joined("xs2"), 0) << "known to both, joined by neither: one series";
  EXPECT_EQ(joined("xs3"), 0);
}

TEST(CloudVms, AreCountedByWhatTheyAre) {
  CloudSnapshot cloud = test::healthy_cloud(2);
  cloud.facts->vms.at("id-of-i-2-10-VM").state = "Stopping";
  const StrictExposition page = pool_page(cloud);
  const auto vms = [&](const char* kind, const char* state, const char* ha) {
    return value(
        page, "xenha_cloudstack_vms",
        {{"cluster", "cluster-a"}, {"pool", "cluster1"}, {"vm_kind", kind}, {"state", state}, {"ha", ha}});
  };
  EXPECT_EQ(vms("user", "Running", "true"), 3);
  EXPECT_EQ(vms("user", "Stopping", "true"), 1);
  EXPECT_EQ(vms("user", "Running", "false"), 2);
  EXPECT_EQ(vms("router", "Running", "true"), 1);
  EXPECT_EQ(vms("consoleproxy", "Running", "unknown"), 1);
  EXPECT_EQ(vms("secondarystoragevm", "Running", "unknown"), 1);
  EXPECT_EQ(
      value(rest(cloud), "xenha_cloudstack_vms", {{"vm_kind", "user"}, {"state", "Stopped"}, {"ha", "true"}}),
      1);
}

TEST(CloudVms, NumberOfSeriesDoesNotGrowWithTheVms) {
  CloudSnapshot cloud = test::healthy_cloud(2);
  const auto series = [&] { return pool_page(cloud).family("xenha_cloudstack_vms")->samples.size(); };
  const std::size_t few = series();
  for (int i = 0; i < 500; ++i) {
    CloudVmSnapshot vm = cloud.facts->vms.at("id-of-i-2-10-VM");
    vm.id += std::to_string(i);
    cloud.facts->vms.emplace(vm.id, vm);
  }
  EXPECT_EQ(series(), few);
}

TEST(CloudVms, AreUnknownBeforeTheWholeListWasRead) {
  CloudSnapshot cloud = test::healthy_cloud(2);
  cloud.vms_read.reset();
  EXPECT_FALSE(pool_page(cloud).family("xenha_cloudstack_vms"));
  EXPECT_FALSE(rest(cloud).family("xenha_cloudstack_vms"));
}

TEST(CloudSettings, SecondsAndValuesAreApart) {
  CloudSnapshot cloud = test::healthy_cloud(1);
  test::setting_of(cloud, "vm.ha.enabled").value = 0;
  const StrictExposition page = rest(cloud);
  EXPECT_EQ(value(page, "xenha_cloudstack_setting_seconds", {{"setting", "alert.wait"}}), 60);
  EXPECT_EQ(value(page, "xenha_cloudstack_setting_value", {{"setting", "alert.wait"}}), kNone);
  EXPECT_EQ(value(page, "xenha_cloudstack_setting_default", {{"setting", "alert.wait"}}), 0);
  EXPECT_EQ(value(page, "xenha_cloudstack_setting_value", {{"setting", "vm.ha.enabled"}}), 0);
  EXPECT_EQ(value(page, "xenha_cloudstack_setting_value", {{"setting", "ping.timeout"}}), 2.5);
}

TEST(CloudAlerts, AreAllThereFromTheStart) {
  CloudSnapshot cloud;
  cloud.name = "cloud1";
  const StrictExposition page = rest(cloud);
  for (const char* alert : kCloudAlertWords)
    EXPECT_EQ(value(page, "xenha_cloudstack_alerts_total", {{"alert", alert}}), 0) << alert;
  EXPECT_EQ(value(page, "xenha_cloudstack_up", {}), 0);
  EXPECT_FALSE(page.family("xenha_cloudstack_last_success_timestamp_seconds"));
  EXPECT_TRUE(collect_cloud(cloud).of_pool.empty());
}

}  // namespace
}  // namespace xenha::exporter
