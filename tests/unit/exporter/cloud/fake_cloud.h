// A CloudStack in virtual time: a transport that answers out of a small world after a while, and moves the
// clock to whatever happens next. It keeps what it was asked.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/http/transport.h"
#include "tests/support/manual_clock.h"

namespace xenha::test {

class FakeCloud final : public http::Transport {
 public:
  using Json = nlohmann::json;
  using Params = std::map<std::string, std::string>;
  struct Call {
    std::string command;
    Params params;
    SteadyTime began;
    std::optional<SteadyTime> ended;  ///< absent: dropped or under way
  };
  struct Answer {
    int status = 200;
    std::string body;
  };
  struct News {
    std::string id, type, text;  ///< type: a number of an alert, the name of an event
    WallTime when;               ///< by the server's clock
    Json more = Json::object();
  };

  explicit FakeCloud(ManualClock& clock) : clock_(clock) {}

  // The world.
  std::string version = "4.20.1.0";
  std::string key = "key-1";         ///< others get 401
  std::set<std::string> apis;        ///< what listApis tells; those that are not there get 432
  bool takes_ids = true;             ///< listVirtualMachines has the parameter
  std::map<std::string, Json> rows;  ///< command -> array, for everything but news
  std::vector<News> alerts, events;  ///< in any order
  Duration takes = std::chrono::milliseconds(50);
  std::map<std::string, Duration> takes_longer;  ///< by command
  Duration skew{};                               ///< of the server's clock
  bool unreachable = false;
  /// A command's own answer, instead of the world's.
  std::map<std::string, std::function<Answer(const Params&)>> instead;

  // What happened.
  std::vector<Call> calls;
  int most_at_once = 0;
  int wakes = 0;
  std::size_t count(const std::string& command) const;
  /// Commands that began at or after `since`, in order.
  std::vector<std::string> commands_since(SteadyTime since) const;

  /// The error envelope of a refusal.
  static Answer refusal(int code, const std::string& text = "no");

  http::RequestId start(http::Request request, http::Done done) override;
  void cancel(http::RequestId id) override;
  void poll(SteadyTime until) override;
  void wake() noexcept override { ++wakes; }

 private:
  struct Running {
    std::size_t call;
    SteadyTime ends;
    std::optional<Answer> answer;  ///< absent: no connection
    http::Done done;
  };
  Answer answer_to(const Params& params) const;
  Json news_rows(const std::vector<News>& news, const Params& params, bool of_events) const;

  ManualClock& clock_;
  std::map<http::RequestId, Running> running_;
  http::RequestId last_id_ = 0;
};

}  // namespace xenha::test
