// One good pool as its master's database and its probes tell it: each test spoils one fact.
#pragma once

#include <string>
#include <vector>

#include "exporter/poll/judge.h"

namespace xenha::test {

/// Owns what a PoolView refers to.
struct GoodPool {
  GoodPool();
  exporter::PoolSnapshot judged() const;

  model::PoolRecord& pool() { return db.pools.begin()->second; }
  model::HostRecord& host(int n) { return db.hosts.at("host" + std::to_string(n)); }
  model::HostMetricsRecord& metrics(int n) { return db.host_metrics.at("metrics" + std::to_string(n)); }
  exporter::ProbedHost& probe(int n) { return probes.at(static_cast<std::size_t>(n - 1)); }

  WallTime now{std::chrono::seconds(1'800'000'000)};
  exporter::PoolConfig config;
  model::PoolDb db;
  bool db_is_good = true, every_host_probed = true;
  std::vector<exporter::ProbedHost> probes;
  exporter::PersistentState history;
  std::map<std::string, Duration> clock_offsets;
  std::map<std::string, bool> hotfix;
  std::map<std::string, exporter::HostLatencies> latencies;
};

/// The host of this label; the test fails when there is none.
const exporter::HostSnapshot& host_called(const exporter::PoolSnapshot& pool, const std::string& label);

}  // namespace xenha::test
