// The exporter's way to simulated hosts in virtual time: an http::Transport over a VirtualNetwork. Requests
// and answers are the real bytes; only the sockets are left out. One thread drives everything.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "lib/base/clock.h"
#include "lib/http/transport.h"
#include "tests/sim/wire/virtual_network.h"

namespace xenha::test {

class VirtualTransport final : public http::Transport {
 public:
  /// `pass`: lets virtual time pass up to that moment, or until something happened; for polls that wait.
  VirtualTransport(sim::VirtualNetwork& network, const Clock& clock, std::function<void(SteadyTime)> pass,
                   std::string user_agent);
  ~VirtualTransport() override;

  http::RequestId start(http::Request request, http::Done done) override;
  void cancel(http::RequestId id) override;
  void poll(SteadyTime until) override;
  void wake() noexcept override { woken_ = true; }

  /// Something waits to be told by the next poll.
  bool due() const { return woken_ || !ready_.empty(); }

 private:
  struct Running {
    http::Request request;
    http::Done done;
    std::shared_ptr<sim::VirtualNetwork::Sent> sent;
  };
  void finish(http::RequestId id, Result<http::Response> result);
  void take(http::RequestId id, sim::VirtualNetwork::Answer answer);
  void give_up(http::RequestId id);

  sim::VirtualNetwork& network_;
  const Clock& clock_;
  std::function<void(SteadyTime)> pass_;
  const std::string user_agent_;
  http::RequestId last_ = 0;
  std::map<http::RequestId, Running> running_;
  struct Ready {
    http::RequestId id;
    http::Done done;
    Result<http::Response> result;
  };
  std::deque<Ready> ready_;
  std::map<std::string, bool> kept_;  ///< addresses to which a connection is open
  bool woken_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace xenha::test
