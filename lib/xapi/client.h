// One XenAPI call over the transport: encode, POST, decode while it arrives, sort the errors. Knows no
// sessions: whoever holds a session passes it as the first parameter.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "lib/http/transport.h"
#include "lib/xapi/answer.h"
#include "lib/xapi/call.h"

namespace xenha::xapi {

/// What one finished call cost, for the program's own metrics.
struct CallReport {
  std::string_view method;
  Duration took{};
  std::size_t received = 0;      ///< bytes of the answer's body
  const Error* error = nullptr;  ///< null on success
};

struct Reply {
  Answer answer;
  http::Response response;  ///< peer_ip, certificate_expiry; the body went into the decoder
};

class Client {
 public:
  using Done = std::function<void(Result<Reply>)>;
  using Observer = std::function<void(const CallReport&)>;
  /// The transport and the clock must outlive the client and its calls; the client itself need not outlive
  /// its calls. `observer` may be empty; it runs once a finished call, also a refused one, just before that
  /// call's `done`.
  Client(http::Transport& transport, const Clock& clock, MethodList allowed, std::string user_agent,
         Observer observer);

  struct Call {
    std::shared_ptr<const http::Endpoint> endpoint;
    std::string_view method;
    Params params;
    SteadyTime deadline;
    Limits limits = {};
    Keep keep = {};
    bool may_repeat = false;  ///< see http::Request::may_repeat: only for what reads
  };
  /// `done` runs inside the transport's poll. Errors: those of the transport, of AnswerDecoder::finish and of
  /// encode_call (then `done` runs before `call` returns and the id is 0); kBadReply for an HTTP status other
  /// than 200, whose body is never parsed; kAuth when the failure's code is SESSION_AUTHENTICATION_FAILED
  /// (remote_code set too). Messages name method and address and never hold a parameter.
  http::RequestId call(Call call, Done done);
  /// `done` of the call never runs.
  void cancel(http::RequestId id) { transport_.cancel(id); }

 private:
  http::Transport& transport_;
  const Clock& clock_;
  MethodList allowed_;
  std::string user_agent_;
  std::shared_ptr<const Observer> observer_;  ///< shared with the calls in flight
};

}  // namespace xenha::xapi
