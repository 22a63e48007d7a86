// The simulator's own HTTP interface, /sim/...: read state and logs, run commands. README.md documents it.
#pragma once

#include <memory>
#include <string>

#include "lib/base/result.h"
#include "tests/sim/wire/http_server.h"

namespace xenha::sim {

class World;

class ControlApi {
 public:
  /// `address` is HOST:PORT, port 0 allowed. Errors: kBadConfig.
  static Result<std::unique_ptr<ControlApi>> open(World& world, const std::string& address);
  const Listener& listener() const { return *listener_; }

 private:
  explicit ControlApi(World& world) : world_(world) {}
  void serve(const std::shared_ptr<Exchange>& exchange);
  void get(Exchange& exchange, std::string_view what);
  void post(Exchange& exchange, std::string_view command);

  World& world_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace xenha::sim
