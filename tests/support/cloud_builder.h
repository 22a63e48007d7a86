// A CloudStack as a value, joined to pools of pool_builder, for tests of everything that reads its snapshots.
#pragma once

#include <string>

#include "exporter/snapshot/cloud_snapshot.h"

namespace xenha::test {

/// cloud1, 4.20.1, read a moment before test_now(): cluster-a, joined to the pool cluster1 with its `hosts`
/// hosts, all Up and Enabled; per host 2 user VMs with HA and one without, a router on xs1, a console proxy
/// and a secondary storage VM on xs2, and one user VM without a host; alert.wait and others set, alerts
/// counted.
exporter::CloudSnapshot healthy_cloud(int hosts = 4);

/// The host of that label, which must exist.
exporter::CloudHostSnapshot& host_of(exporter::CloudSnapshot& cloud, const std::string& label);
/// The setting of that name, which must exist.
exporter::CloudSettingSnapshot& setting_of(exporter::CloudSnapshot& cloud, const std::string& name);

}  // namespace xenha::test
