// The RRD data sources of a host: the HA latencies, off by default, and a few others.
#pragma once

#include <string>
#include <vector>

namespace xenha::sim {

struct Host;

struct DataSource {
  std::string name;
  std::string description;
  std::string units;
  double value = 0;
  bool recorded = false;
  bool standard = false;
};

/// The three of the HA monitor; empty while it does not run.
std::vector<DataSource> ha_data_sources(const Host& host);
/// All of the host, HA ones included.
std::vector<DataSource> data_sources(const Host& host);

}  // namespace xenha::sim
