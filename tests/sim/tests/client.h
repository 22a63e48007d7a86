// A XenAPI client for the simulator's own tests: libcurl and xmlrpc-c, nothing of ours in between.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/sim/sim.h"

namespace xenha::sim::test {

using Json = nlohmann::json;

struct Answer {
  bool transport_ok = false;  ///< an HTTP answer came in time
  long http = 0;
  bool ok = false;  ///< Status = Success
  Json value;
  std::vector<std::string> error;  ///< ErrorDescription
  std::string fault;               ///< of an XML-RPC <fault>
  std::string body;
  std::string code() const { return error.empty() ? "" : error.front(); }
};

struct HttpAnswer {
  bool ok = false;
  long status = 0;
  std::string content_type, body;
};
HttpAnswer http_get(const std::string& url, const std::vector<std::string>& headers = {},
                    std::chrono::milliseconds timeout = std::chrono::seconds(10));
HttpAnswer http_post(const std::string& url, const std::string& body, const std::string& type,
                     std::chrono::milliseconds timeout = std::chrono::seconds(10));

/// `params`: strings, booleans, doubles, arrays, objects; integers go as strings, as real clients send them.
Answer call(const std::string& url, const std::string& method, const Json& params,
            std::chrono::milliseconds timeout = std::chrono::seconds(10));

/// One host of a simulation.
class Client {
 public:
  Client(const Simulation& sim, int host, int pool = 1) : url_(sim.url(pool, host)) {}
  Answer call(const std::string& method, const Json& params = Json::array(),
              std::chrono::milliseconds timeout = std::chrono::seconds(10)) const {
    return test::call(url_ + "/", method, params, timeout);
  }
  /// Session reference; fails the test when the host gives none.
  std::string login(const std::string& user = "root", const std::string& password = "root-password") const;
  std::string local_login() const;
  const std::string& url() const { return url_; }

 private:
  std::string url_;
};

/// A running simulation of one pool; speed 1, so that only `advance` moves simulated time noticeably.
std::unique_ptr<Simulation> start(PoolSpec spec = {}, double speed = 1);
Json state(Simulation& sim);
Json pool_state(Simulation& sim, int pool = 1);
Json host_state(Simulation& sim, int host, int pool = 1);
void act(Simulation& sim, const std::string& command, const Json& arguments = Json::object());
/// The record of the first object of a class.
Json first_record(const Client& client, const std::string& session, const std::string& cls);
/// Reference of the record whose field has that value.
std::string find_ref(const Client& client, const std::string& session, const std::string& cls,
                     const std::string& field, const Json& value);

}  // namespace xenha::sim::test
