// A management server in the transport's place: it checks what every request must have, keeps what it was
// asked and answers what the test says. Time passes only while it answers.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/cloudstack/reader.h"
#include "lib/http/transport.h"
#include "tests/support/manual_clock.h"

namespace xenha::cloudstack::test {

inline constexpr char kApiKey[] = "AbC-dEf_0123456789";
inline constexpr char kSecretKey[] = "s3cr3t_KEY-value";

/// One request, its form decoded.
struct Asked {
  http::Request request;
  std::map<std::string, std::string> form;
  std::string get(const std::string& name) const {
    const auto found = form.find(name);
    return found == form.end() ? "(absent)" : found->second;
  }
};

http::Response json(std::string body, int status = 200);
/// `{"listhostsresponse":{"errorcode":431,...}}` with that status.
http::Response fault(int code, const std::string& text);
std::map<std::string, std::string> decode_form(const std::string& body);

class ScriptedServer final : public http::Transport {
 public:
  using Answer = std::function<Result<http::Response>(const Asked&)>;

  explicit ScriptedServer(xenha::test::ManualClock& clock) : clock_(clock) {}

  /// Answers of the next requests, in this order; then those of `always`.
  void then(Answer answer) { script_.push_back(std::move(answer)); }
  void then(http::Response response) {
    then([response](const Asked&) { return response; });
  }
  void always(Answer answer) { always_ = std::move(answer); }

  http::RequestId start(http::Request request, http::Done done) override;
  void cancel(http::RequestId id) override;
  void poll(SteadyTime until) override;
  void wake() noexcept override {}

  std::vector<Asked> asked;
  Duration latency = std::chrono::milliseconds(100);  ///< of each answer
  /// The Date header of all answers that have none of their own; absent: none.
  std::optional<Duration> clock_ahead_by;

 private:
  struct Pending {
    http::RequestId id;
    http::Request request;
    http::Done done;
  };
  xenha::test::ManualClock& clock_;
  http::RequestId last_id_ = 0;
  std::deque<Pending> pending_;
  std::deque<Answer> script_;
  Answer always_;
};

/// A reader of such a server.
struct Bench {
  explicit Bench(Reader::Limits limits = {});
  /// Runs what was asked to its end.
  void run();
  template <class T>
  Result<T> result_of(const std::function<void(std::function<void(Result<T>)>)>& ask) {
    std::optional<Result<T>> got;
    ask([&](Result<T> outcome) { got = std::move(outcome); });
    run();
    return got ? *std::move(got) : Result<T>(Error{ErrorCode::kBadConfig, "done never ran"});
  }
  Result<Listing<model::CloudCluster>> clusters() {
    return result_of<Listing<model::CloudCluster>>([this](auto done) { reader.clusters(std::move(done)); });
  }
  /// The error of a question that must fail.
  Error failing_clusters();

  struct Noted {
    std::string command;
    Duration took;
    std::size_t received;
    std::optional<ErrorCode> error;
  };
  xenha::test::ManualClock clock;
  ScriptedServer server{clock};
  std::vector<Noted> noted;
  Reader reader;
};

/// The text of tests/fixtures/cloudstack/NAME.
std::string fixture(const std::string& name);

}  // namespace xenha::cloudstack::test
