// The real transport under a clock that runs faster, and a hand that strikes just before one call leaves:
// what the world did between the last look and the call.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "lib/http/curl_transport.h"
#include "tests/integration/passing_clock.h"

namespace xenha::test {

class StrikingTransport final : public http::Transport {
 public:
  explicit StrikingTransport(const PassingClock& clock)
      : clock_(clock), transport_({.user_agent = "xenha-hooks"}) {}

  /// Once, on the caller's thread. To be set before the call can come.
  void before(const std::string& method, std::function<void()> strike) {
    call_ = "<methodName>" + method + "</methodName>";
    strike_ = std::move(strike);
  }

  http::RequestId start(http::Request request, http::Done done) override {
    if (strike_ && request.body.find(call_) != std::string::npos) std::exchange(strike_, nullptr)();
    request.deadline = clock_.real(request.deadline);
    return transport_.start(std::move(request), std::move(done));
  }
  void cancel(http::RequestId id) override { transport_.cancel(id); }
  void poll(SteadyTime until) override { transport_.poll(clock_.real(until)); }
  void wake() noexcept override { transport_.wake(); }

 private:
  const PassingClock& clock_;
  http::CurlTransport transport_;
  std::string call_;
  std::function<void()> strike_;
};

}  // namespace xenha::test
