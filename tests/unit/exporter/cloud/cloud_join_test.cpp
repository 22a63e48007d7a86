#include "exporter/cloud/cloud_join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace xenha::exporter {
namespace {

using model::CloudCluster;
using model::CloudHost;

CloudCluster cluster(const std::string& id, const std::string& name,
                     const std::string& hypervisor = "XenServer") {
  return {id, name, "zone", "pod", hypervisor, "Managed"};
}
CloudHost host(const std::string& id, const std::string& name, const std::string& address,
               const std::string& cluster_id, const std::string& state = "Up") {
  return {id, name, address, cluster_id, "zone", state, "Enabled", false};
}
PoolMembers::Host member(const std::string& name, std::vector<std::string> addresses) {
  return {"uuid-" + name, name, name, std::move(addresses)};
}

class Joining : public testing::Test {
 protected:
  CloudJoin join() const { return join_cloud(clusters_, hosts_, pools_); }
  void pool(const std::string& name, std::vector<PoolMembers::Host> hosts, const std::string& pin = {}) {
    pools_[name] = {name, pin, std::move(hosts)};
  }
  std::map<std::string, std::string> pools_of_clusters() const {
    std::map<std::string, std::string> out;
    for (const CloudClusterSnapshot& each : join().clusters) out[each.id] = each.pool;
    return out;
  }
  std::map<std::string, std::string> uuids_of_hosts() const {
    std::map<std::string, std::string> out;
    for (const CloudHostSnapshot& each : join().hosts) out[each.id] = each.host_uuid;
    return out;
  }

  std::vector<CloudCluster> clusters_{cluster("c1", "one"), cluster("c2", "two")};
  std::vector<CloudHost> hosts_{host("h1", "xs1", "10.0.0.1", "c1"), host("h2", "xs2", "10.0.0.2", "c1"),
                                host("h3", "xs3", "10.0.0.3", "c2"), host("h4", "xs4", "10.0.0.4", "c2")};
  std::map<std::string, PoolMembers> pools_;
};

TEST_F(Joining, WithoutPoolsEverythingIsThereAndNothingJoined) {
  const CloudJoin got = join();
  ASSERT_EQ(got.clusters.size(), 2u);
  EXPECT_EQ(got.clusters[0].label, "one");
  EXPECT_EQ(got.clusters[0].pool, "");
  ASSERT_EQ(got.hosts.size(), 4u);
  EXPECT_EQ(got.hosts[0].host, "xs1");
  EXPECT_EQ(got.hosts[0].pool, "");
  EXPECT_TRUE(got.hosts[0].managed);
}

TEST_F(Joining, AddressesDecideHoweverTheyAreWritten) {
  hosts_[1].address = "2001:DB8:0::2";
  pool("a", {member("xs1", {"10.0.0.1"}), member("xs2", {"", "[2001:db8::2]"})});
  pool("b", {member("xs3", {"10.0.0.99", "10.0.0.3"})});
  const CloudJoin got = join();
  EXPECT_EQ(pools_of_clusters(), (std::map<std::string, std::string>{{"c1", "a"}, {"c2", "b"}}));
  EXPECT_EQ(uuids_of_hosts(), (std::map<std::string, std::string>{
                                  {"h1", "uuid-xs1"}, {"h2", "uuid-xs2"}, {"h3", "uuid-xs3"}, {"h4", ""}}));
  EXPECT_TRUE(got.missing_hosts.empty());
  EXPECT_TRUE(got.pools_without_cluster.empty());
}

TEST_F(Joining, MostAddressesWinAndNobodyIsJoinedTwice) {
  // b has one address of c1, a has two; b must make do with c2.
  hosts_.push_back(host("h5", "xs5", "10.0.0.5", "c1"));
  pool("a", {member("xs1", {"10.0.0.1"}), member("xs2", {"10.0.0.2"})});
  pool("b", {member("xs5", {"10.0.0.5"}), member("xs4", {"10.0.0.4"})});
  pool("c", {member("xs3", {"10.0.0.3"})});
  EXPECT_EQ(pools_of_clusters(), (std::map<std::string, std::string>{{"c1", "a"}, {"c2", "b"}}));
  EXPECT_EQ(join().pools_without_cluster, std::vector<std::string>{"c"});
}

TEST_F(Joining, ThereIsNoJoinWithoutACommonAddress) {
  pool("a", {member("xs1", {"10.9.9.9"})});
  EXPECT_EQ(pools_of_clusters()["c1"], "");
  EXPECT_EQ(join().pools_without_cluster, std::vector<std::string>{"a"});
}

TEST_F(Joining, APinWinsByIdOrName) {
  pool("a", {member("xs1", {"10.0.0.1"}), member("xs2", {"10.0.0.2"})});
  pool("b", {member("xs3", {"10.0.0.3"})}, "c1");
  EXPECT_EQ(pools_of_clusters(), (std::map<std::string, std::string>{{"c1", "b"}, {"c2", ""}}));
  pool("b", {member("xs3", {"10.0.0.3"})}, "one");
  EXPECT_EQ(pools_of_clusters(), (std::map<std::string, std::string>{{"c1", "b"}, {"c2", ""}}));
  clusters_.push_back(cluster("c3", "c1"));
  pool("b", {member("xs3", {"10.0.0.3"})}, "c1");
  EXPECT_EQ(pools_of_clusters()["c1"], "b") << "an id before a name";
}

TEST_F(Joining, APinThatNamesNothingIsToldAndNotGuessedAround) {
  pool("a", {member("xs1", {"10.0.0.1"})}, "won");
  const CloudJoin got = join();
  EXPECT_EQ(got.pin_problems.at("a"), "no XenServer cluster has this name or id");
  EXPECT_EQ(pools_of_clusters()["c1"], "");
  pool("a", {member("xs1", {"10.0.0.1"})}, "one");
  pool("b", {member("xs2", {"10.0.0.2"})}, "c1");
  EXPECT_EQ(join().pin_problems,
            (std::map<std::string, std::string>{{"b", "pool a has this cluster already"}}));
}

TEST_F(Joining, APinOfANameThatTwoClustersHaveIsDecidedByAddresses) {
  clusters_ = {cluster("c1aaaaaaaaa", "same"), cluster("c2bbbbbbbbb", "same")};
  for (CloudHost& each : hosts_) each.cluster_id = each.cluster_id == "c1" ? "c1aaaaaaaaa" : "c2bbbbbbbbb";
  pool("a", {member("xs3", {"10.0.0.3"})}, "same");
  const CloudJoin got = join();
  EXPECT_EQ(pools_of_clusters()["c2bbbbbbbbb"], "a");
  EXPECT_EQ(got.clusters[0].label, "same (c1aaaaaa)");
  EXPECT_EQ(got.clusters[1].label, "same (c2bbbbbb)");
  pool("a", {member("xs3", {"10.9.9.9"})}, "same");
  EXPECT_EQ(join().pin_problems.at("a"), "several clusters have this name, write the id");
}

TEST_F(Joining, WithinTheClusterANameJoinsWhereNoAddressDoes) {
  hosts_[1].address = "192.168.7.2";
  pool("a", {member("xs1", {"10.0.0.1"}), member("xs2", {"10.0.0.2"}), member("new", {"10.0.0.7"})});
  EXPECT_EQ(uuids_of_hosts()["h2"], "uuid-xs2");
  EXPECT_EQ(uuids_of_hosts()["h3"], "") << "of another cluster";
  EXPECT_EQ(join().missing_hosts, (std::vector<CloudFacts::Missing>{{"a", "one", "new"}}));
  pools_["a"].hosts.push_back(member("xs2", {"10.0.0.8"}));
  EXPECT_EQ(uuids_of_hosts()["h2"], "") << "two could be meant";
}

TEST_F(Joining, OfAHostThatWasAddedAgainTheLivingOneIsJoined) {
  hosts_.insert(hosts_.begin(), host("h0", "xs1", "10.0.0.1", "c1", "Removed"));
  pool("a", {member("xs1", {"10.0.0.1"}), member("xs2", {"10.0.0.2"})});
  EXPECT_EQ(uuids_of_hosts()["h1"], "uuid-xs1");
  EXPECT_EQ(uuids_of_hosts()["h0"], "");
  std::set<std::pair<std::string, std::string>> labels;
  for (const CloudHostSnapshot& each : join().hosts)
    EXPECT_TRUE(labels.insert({each.cluster, each.host}).second) << each.host << " twice";
}

TEST_F(Joining, AJoinedHostHasXenServersLabel) {
  pool("a", {{"uuid-1", "xs1 (12345678)", "xs1", {"10.0.0.1"}}});
  const CloudJoin got = join();
  EXPECT_EQ(got.hosts[0].host, "xs1 (12345678)");
  EXPECT_EQ(got.hosts[0].name, "xs1");
  EXPECT_EQ(got.hosts[0].pool, "a");
  EXPECT_EQ(got.hosts[1].pool, "") << "a host that is not in the pool is not joined to it";
}

TEST_F(Joining, OtherHypervisorsDoNotCount) {
  clusters_.push_back(cluster("k1", "kvm", "KVM"));
  hosts_.push_back(host("k", "kvm1", "10.0.0.50", "k1"));
  pool("a", {member("kvm1", {"10.0.0.50"})}, "kvm");
  const CloudJoin got = join();
  EXPECT_EQ(got.clusters.size(), 2u);
  EXPECT_EQ(got.hosts.size(), 4u);
  EXPECT_FALSE(got.pin_problems.empty());
}

TEST_F(Joining, AnUnmanagedClustersHostsSaySo) {
  clusters_[0].managed_state = "Unmanaged";
  EXPECT_FALSE(join().hosts[0].managed);
  EXPECT_TRUE(join().hosts[0].maintenance());
  EXPECT_TRUE(join().hosts[2].managed);
}

/// Whatever order the answers come in, the join is the same, and nobody is joined twice.
TEST_F(Joining, IsAFunctionOfTheSets) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    clusters_.clear();
    hosts_.clear();
    pools_.clear();
    for (int i = 0; i < 4; ++i)
      clusters_.push_back(cluster("c" + std::to_string(i), i < 2 ? "same" : "n" + std::to_string(i)));
    for (int i = 0; i < 12; ++i)
      hosts_.push_back(host("h" + std::to_string(i), "xs" + std::to_string(random() % 8),
                            "10.0.0." + std::to_string(random() % 10), "c" + std::to_string(random() % 5)));
    for (int p = 0; p < 4; ++p) {
      std::vector<PoolMembers::Host> members;
      for (int i = 0; i < 4; ++i)
        members.push_back({"u" + std::to_string(p * 4 + i),
                           "l" + std::to_string(i),
                           "xs" + std::to_string(random() % 8),
                           {"10.0.0." + std::to_string(random() % 10)}});
      pool("p" + std::to_string(p), members, random() % 4 == 0 ? "same" : "");
    }
    const CloudJoin one = join();
    std::shuffle(clusters_.begin(), clusters_.end(), random);
    std::shuffle(hosts_.begin(), hosts_.end(), random);
    EXPECT_EQ(join(), one);
    std::set<std::string> pools, uuids;
    for (const auto& each : one.clusters) EXPECT_TRUE(each.pool.empty() || pools.insert(each.pool).second);
    for (const auto& each : one.hosts) {
      EXPECT_TRUE(each.host_uuid.empty() || uuids.insert(each.host_uuid).second);
      EXPECT_TRUE(each.host_uuid.empty() == each.pool.empty());
    }
  }
}

}  // namespace
}  // namespace xenha::exporter
