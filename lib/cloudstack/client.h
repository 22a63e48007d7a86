// One CloudStack call over the transport: sign, POST, read, sort the errors. One call at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cloudstack/answer.h"
#include "lib/cloudstack/call.h"
#include "lib/cloudstack/reader.h"
#include "lib/http/transport.h"

namespace xenha::cloudstack {

struct Question {
  std::string_view command;  ///< a constant
  Parameters params;
  Wanted wanted;
  std::size_t max_rows = 0;
  Duration timeout{};
  std::size_t max_body = 0;
  bool may_repeat = true;  ///< see http::Request::may_repeat: only for what reads
};

struct Page {
  std::vector<Row> rows;
  Row own;                               ///< as in Answer
  WallTime asked, answered;              ///< our clock
  Duration took{};                       ///< by the steady clock
  std::optional<Duration> clock_offset;  ///< as in Times
};

class Client {
 public:
  using Done = std::function<void(Result<Page>)>;

  /// `allowed`: the commands of this program; no other leaves the encoder.
  Client(http::Transport& transport, const Clock& clock, Server server, Reader::Observer observer,
         CommandList allowed);
  ~Client() { cancel(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// `done` runs inside the transport's poll and may ask again or destroy the client. Errors as in reader.h.
  /// A 401 to a call whose `expires` was off, because the server's clock was not known yet, is asked once
  /// more: nothing was carried out then, so that holds for writes too.
  void ask(Question question, Done done);
  void cancel();
  bool busy() const { return running_.has_value(); }
  Duration retry_after() const { return retry_after_; }
  void set_keys(Keys keys) { server_.keys = std::move(keys); }

 private:
  struct Exchange;  ///< what is remembered of a call under way
  void start(Exchange exchange);
  void finished(Exchange& exchange, Result<http::Response> response);
  Result<Page> sort_out(const Exchange& exchange, const Result<http::Response>& response, Page page);
  Error refusal(const Exchange& exchange, const Fault& fault);
  bool worth_a_second_try(const Exchange& exchange, const Error& error) const;

  http::Transport& transport_;
  const Clock& clock_;
  Server server_;
  Reader::Observer observer_;
  CommandList allowed_;
  std::optional<http::RequestId> running_;
  Duration known_offset_{};  ///< the server's clock minus ours; 0 until a Date header tells
  Duration retry_after_ = std::chrono::seconds(5);
};

}  // namespace xenha::cloudstack
