#include "tests/unit/exporter/fleet.h"

#include <utility>

#include "tests/support/cloud_builder.h"
#include "tests/support/failover_builder.h"
#include "tests/support/pool_builder.h"

namespace xenha::test {

using namespace std::chrono_literals;
using exporter::CloudSnapshot;
using exporter::FailoverOutcome;
using exporter::FailoverPhase;
using exporter::FailoverRecord;
using exporter::FailoverRole;
using exporter::LandingPage;
using exporter::PoolSnapshot;

namespace {

/// Adds the pool under its name, with a cloud of its own.
void add(LandingPage& page, const std::string& name, PoolSnapshot pool, CloudSnapshot cloud,
         std::shared_ptr<const exporter::FailoverBook> book) {
  pool.name = name;
  pool.cloudstack = cloud.name = "cloud-of-" + name;
  pool.failovers = std::move(book);
  if (cloud.facts) {
    for (exporter::CloudClusterSnapshot& cluster : cloud.facts->clusters) cluster.pool = name;
    for (exporter::CloudHostSnapshot& host : cloud.facts->hosts) host.pool = name;
  }
  page.pools.push_back(std::make_shared<const PoolSnapshot>(std::move(pool)));
  page.clouds.push_back(std::make_shared<const CloudSnapshot>(std::move(cloud)));
}

PoolSnapshot with_new_master() {
  PoolSnapshot pool = healthy_pool();
  make_unreachable(pool, "xs1");
  host_of(pool, "xs1").live = false;
  host_of(pool, "xs2").claims_master = true;
  host_of(pool, "xs2").state = exporter::HostState::kMaster;
  for (const char* label : {"xs2", "xs3", "xs4"}) host_of(pool, label).believed_master = "xs2";
  pool.master_since = test_now() - 60s;
  count_masters(pool);
  return pool;
}

CloudSnapshot with_state(const std::string& host, const std::string& state) {
  CloudSnapshot cloud = healthy_cloud();
  host_of(cloud, host).state = state;
  return cloud;
}

FailoverRecord slave(FailoverRecord record, const std::string& host) {
  record.role = FailoverRole::kSlave;
  record.host = host;
  record.new_master.clear();
  record.at(FailoverPhase::kMasterElected).reset();
  return record;
}

/// Few VMs, so that each has its line; two of them never ran again.
FailoverRecord partial() {
  FailoverRecord record = slave(failover_of(test_now() - 3h, 7), "xs3");
  record.at(FailoverPhase::kHostDeclaredDead) = record.last_contact + 1800s;
  record.at(FailoverPhase::kAllVmsRunning).reset();
  for (const int i : {4, 6}) {
    record.victims[i].state = exporter::VictimState::kPending;
    record.victims[i].running_xenserver.reset();
    record.victims[i].running_cloudstack.reset();
    record.victims[i].failed_attempts = 5;
  }
  record.victims[5].ha = false;
  record.victims[5].state = exporter::VictimState::kNotProtected;
  record.victims[1].display_name = "<b>shop & \"db\"</b>";
  record.outcome = FailoverOutcome::kExpired;
  record.closed = test_now() - 1min;
  record.back = record.last_contact + 900s;
  record.rebooted = true;
  return record;
}

}  // namespace

LandingPage fleet_with_failovers() {
  LandingPage page;
  page.now = test_now();
  add(page, "under-way", with_new_master(), with_state("xs1", "Down"),
      book_of({open_failover(test_now() - 270s, 270s)}));
  PoolSnapshot both = with_new_master();
  make_unreachable(both, "xs3");
  add(page, "two-at-once", both, with_state("xs3", "Alert"),
      book_of({open_failover(test_now() - 40min, 240s), slave(open_failover(test_now() - 50s, 50s), "xs3")}));
  PoolSnapshot drifted = healthy_pool();
  drifted.vms_cloudstack_only = 2;
  add(page, "expired", drifted, with_state("xs3", "Alert"), book_of({}, {partial()}));
  FailoverRecord many = failover_of(test_now() - 2h, 100);
  many.closed = many.last_contact + 600s;
  add(page, "hundred", healthy_pool(), healthy_cloud(), book_of({}, {many}));
  CloudSnapshot by_default = healthy_cloud();
  setting_of(by_default, "alert.wait") = {"alert.wait", 1800, std::nullopt, true};
  add(page, "well", healthy_pool(), by_default, book_of({}, {published_failover(test_now() - 48h)}));
  return page;
}

}  // namespace xenha::test
