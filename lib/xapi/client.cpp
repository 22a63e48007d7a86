#include "lib/xapi/client.h"

#include <utility>

namespace xenha::xapi {
namespace {

class DecodingSink final : public http::BodySink {
 public:
  DecodingSink(const Limits& limits, Keep keep) : decoder_(limits, std::move(keep)) {}
  bool feed(std::string_view piece) override { return decoder_.feed(piece); }
  AnswerDecoder& decoder() { return decoder_; }

 private:
  AnswerDecoder decoder_;
};

/// Names the call and the host; parameters stay out, they hold passwords and sessions.
Error in_context(Error error, std::string_view method, std::string_view address) {
  error.message = std::string(method) + " at " + std::string(address) + ": " + error.message;
  return error;
}

/// What the exchange has come to: the decoder's word counts when it stopped the transfer, since the transport
/// only knows that somebody did.
Result<Reply> sort_out(Result<http::Response> exchange, AnswerDecoder& decoder, std::string_view method,
                       std::string_view address) {
  if (!exchange && decoder.refused()) return in_context(decoder.finish().error(), method, address);
  if (!exchange) {
    Error error = exchange.error();  // begins with address and port
    error.message = std::string(method) + " at " + error.message;
    return error;
  }
  if (exchange->status != 200) {
    const std::string why =
        "HTTP status " + std::to_string(exchange->status) + " instead of an answer of XAPI";
    return in_context({ErrorCode::kBadReply, why}, method, address);
  }
  Result<Answer> answer = decoder.finish();
  if (!answer) {
    Error error = in_context(answer.error(), method, address);
    if (error.remote_code == "SESSION_AUTHENTICATION_FAILED") error.code = ErrorCode::kAuth;
    return error;
  }
  return Reply{*std::move(answer), *std::move(exchange)};
}

}  // namespace

Client::Client(http::Transport& transport, const Clock& clock, MethodList allowed, std::string user_agent,
               Observer observer)
    : transport_(transport),
      clock_(clock),
      allowed_(allowed),
      user_agent_(std::move(user_agent)),
      observer_(std::make_shared<const Observer>(std::move(observer))) {}

http::RequestId Client::call(Call call, Done done) {
  const auto report = [observer = observer_](const CallReport& cost) {
    if (*observer) (*observer)(cost);
  };
  Result<std::string> body = encode_call(allowed_, call.method, call.params);
  if (!body) {
    const Error refused = in_context(body.error(), "call", call.endpoint->address);
    report({call.method, Duration{}, 0, &refused});
    done(refused);
    return 0;
  }
  auto sink = std::make_shared<DecodingSink>(call.limits, std::move(call.keep));
  http::Request request;
  request.endpoint = call.endpoint;
  request.target = "/";
  request.headers = {"Content-Type: text/xml", "Accept: text/xml"};
  if (!user_agent_.empty()) request.headers.push_back("User-Agent: " + user_agent_);
  request.body = *std::move(body);
  request.deadline = call.deadline;
  request.max_body = call.limits.text_bytes;
  request.may_repeat = call.may_repeat;
  request.sink = sink;
  auto finished = [report, &clock = clock_, sink, method = std::string(call.method), endpoint = call.endpoint,
                   started = clock_.steady(), done = std::move(done)](Result<http::Response> exchange) {
    const std::size_t received = exchange ? exchange->received : sink->decoder().bytes();
    Result<Reply> reply = sort_out(std::move(exchange), sink->decoder(), method, endpoint->address);
    report({method, clock.steady() - started, received, reply ? nullptr : &reply.error()});
    done(std::move(reply));
  };
  return transport_.start(std::move(request), std::move(finished));
}

}  // namespace xenha::xapi
