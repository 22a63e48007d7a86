// A CloudStack client for the simulator's own tests: libcurl, a signature made here from the reference's
// text.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/sim.h"

namespace xenha::sim::test {

using Json = nlohmann::json;
using Params = std::vector<std::pair<std::string, std::string>>;

struct CloudAnswer {
  long status = 0;                             ///< 0: no answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  Json json;  ///< discarded value unless the body is JSON
  /// What is inside the envelope of that key; fails the test when it is not there.
  Json inside(const std::string& key) const;
  /// Of an error: errorcode.
  int code() const;
};

struct Keys {
  std::string api = "cloud-api-key", secret = "cloud-secret-key";
};
inline Keys tenant_keys() {
  return {"tenant-api-key", "tenant-secret-key"};
}
inline Keys reader_keys() {
  return {"reader-api-key", "reader-secret-key"};
}

/// The signature over decoded parameters.
std::string signature_of(Params params, const std::string& secret);

class CloudClient {
 public:
  explicit CloudClient(Simulation& sim, Keys keys = {}, int cloud = 1)
      : url_(sim.cloud_url(cloud)), keys_(std::move(keys)) {}
  /// POST with apikey, response=json and signature added.
  CloudAnswer call(const std::string& command, Params params = {}) const;
  CloudAnswer get(const std::string& command, Params params = {}) const;
  /// As they are.
  CloudAnswer send(const Params& params, bool post = true) const;
  Params signed_params(const std::string& command, Params params) const;
  /// All rows of a list command (one page of the maximum is enough for tests); empty when there are none.
  Json rows(const std::string& command, const std::string& object, Params params = {}) const;
  const std::string& url() const { return url_; }

 private:
  std::string url_;
  Keys keys_;
};

/// One pool of `hosts` hosts under one cloud; speed 1, so that only `advance` moves simulated time.
std::unique_ptr<Simulation> start_cloud_world(CloudSpec cloud = {}, PoolSpec pool = {}, int pools = 1);
Json cloud_state(Simulation& sim);
Json cloud_host(Simulation& sim, int number);
Json cloud_vm(Simulation& sim, const std::string& instance_name);
/// Truth entries of that kind, in order.
std::vector<Json> truths(Simulation& sim, const std::string& what);

/// On the simulation's thread: "" when every VM that is Running on a host that is Up, by CloudStack, is
/// Running there by the pool's master, where there is one; otherwise the first that is not.
std::string disagreements(World& world);
/// "" unless two XenServer records of one instance name are Running.
std::string twins(World& world);
/// host.tags in the master's database.
Json tags_of(World& world, int pool, int host);

}  // namespace xenha::sim::test
