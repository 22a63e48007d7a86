#include "lib/cloudstack/client.h"

#include <array>
#include <cassert>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include "lib/cloudstack/fault_text.h"

namespace xenha::cloudstack {
namespace {

/// With `expires` in the middle between "now" and the 15 minutes that 4.21 allows at most.
constexpr Duration kValidFor = std::chrono::minutes(10);
constexpr Duration kOffsetTolerance = std::chrono::minutes(5);
constexpr Duration kDefaultWait = std::chrono::seconds(5);
constexpr int kUnauthorized = 401, kTooManyRequests = 429, kSecondFactorNeeded = 511;

/// Absent when the server's clock is years away, which no addition of times survives.
std::optional<Duration> offset_of(const std::optional<WallTime>& date, WallTime middle) {
  constexpr double kMost = 10.0 * 366 * 86400;
  if (!date || std::fabs(unix_seconds(*date) - unix_seconds(middle)) > kMost) return std::nullopt;
  // The header cuts the fraction off: half a second in the mean.
  return *date + std::chrono::milliseconds(500) - middle;
}

std::string with_status(std::string why, int status) {
  if (status == 200) return why;
  why += "; HTTP status " + std::to_string(status);
  if (status >= 300 && status < 400) why += ", a redirect: the url must name the management server itself";
  return why;
}

}  // namespace

struct Client::Exchange {
  Question question;
  Done done;
  Keys keys;  ///< those it was signed with; there may be others meanwhile
  std::string signature;
  Duration assumed_offset{};
  WallTime asked;
  SteadyTime started;
  bool second_try = false;
  std::optional<Error> not_sent;  ///< the call could not be encoded
};

Client::Client(http::Transport& transport, const Clock& clock, Server server, Reader::Observer observer,
               CommandList allowed)
    : transport_(transport),
      clock_(clock),
      server_(std::move(server)),
      observer_(std::move(observer)),
      allowed_(allowed) {}

void Client::ask(Question question, Done done) {
  assert(!busy());
  Exchange exchange;
  exchange.question = std::move(question);
  exchange.done = std::move(done);
  start(std::move(exchange));
}

void Client::start(Exchange exchange) {
  exchange.asked = clock_.wall();
  exchange.started = clock_.steady();
  exchange.assumed_offset = known_offset_;
  exchange.keys = server_.keys;
  const Question& question = exchange.question;
  const auto expires =
      exchange.asked + std::chrono::duration_cast<WallTime::duration>(known_offset_ + kValidFor);
  Result<EncodedCall> call = encode_call(allowed_, question.command, question.params, exchange.keys, expires);
  http::Request request;
  request.endpoint = server_.endpoint;
  request.target = server_.path;
  request.headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json"};
  request.max_body = question.max_body;
  request.may_repeat = question.may_repeat;
  if (call) {
    request.body = std::move(call->body);
    request.deadline = exchange.started + question.timeout;
    exchange.signature = std::move(call->signature);
  } else {
    // A deadline in the past never leaves the machine, and makes the transport call back from its poll.
    request.deadline = exchange.started - std::chrono::seconds(1);
    exchange.not_sent = call.error();
  }
  auto shared = std::make_shared<Exchange>(std::move(exchange));
  running_ = transport_.start(std::move(request), [this, shared](Result<http::Response> response) {
    finished(*shared, std::move(response));
  });
}

void Client::cancel() {
  if (running_) transport_.cancel(*std::exchange(running_, std::nullopt));
}

void Client::finished(Exchange& exchange, Result<http::Response> response) {
  running_.reset();
  Page page;
  page.asked = exchange.asked;
  page.answered = clock_.wall();
  page.took = clock_.steady() - exchange.started;
  if (response) {
    const auto half = std::chrono::duration_cast<WallTime::duration>(page.took / 2);
    page.clock_offset = offset_of(response->date, page.asked + half);
    if (page.clock_offset) known_offset_ = *page.clock_offset;
  }
  const std::size_t received = response ? response->received : 0;
  const Duration took = page.took;
  Result<Page> outcome = sort_out(exchange, response, std::move(page));
  if (observer_) observer_({exchange.question.command, took, received, outcome ? nullptr : &outcome.error()});
  if (!outcome && worth_a_second_try(exchange, outcome.error())) {
    exchange.second_try = true;
    start(std::move(exchange));
    return;
  }
  const Done done = std::move(exchange.done);
  done(std::move(outcome));  // may destroy this client
}

Result<Page> Client::sort_out(const Exchange& exchange, const Result<http::Response>& response, Page page) {
  const std::string command(exchange.question.command);
  const std::string place = command + " at " + server_.endpoint->address + ": ";
  if (exchange.not_sent) return Error{exchange.not_sent->code, "call of " + exchange.not_sent->message};
  if (!response) {
    Error error = response.error();  // begins with address and port
    error.message = command + " at " + error.message;
    return error;
  }
  Result<Answer> answer = read_answer(response->body, exchange.question.wanted, exchange.question.max_rows);
  if (!answer)
    return Error{answer.error().code, place + with_status(answer.error().message, response->status)};
  if (answer->fault) return refusal(exchange, *answer->fault);
  if (response->status != 200) {
    return Error{ErrorCode::kBadReply,
                 place + with_status("an answer without an error code", response->status)};
  }
  page.rows = std::move(answer->rows);
  page.own = std::move(answer->own);
  return page;
}

Error Client::refusal(const Exchange& exchange, const Fault& fault) {
  const std::array<std::string, 3> secrets{exchange.signature, exchange.keys.api_key.reveal(),
                                           exchange.keys.secret_key.reveal()};
  if (fault.code == kTooManyRequests) retry_after_ = wait_asked_for(fault.text).value_or(kDefaultWait);
  const std::string code = std::to_string(fault.code);
  const std::string words = clean_text(fault.text, secrets);
  Error error;
  error.code = fault.code == kUnauthorized || fault.code == kSecondFactorNeeded ? ErrorCode::kAuth
                                                                                : ErrorCode::kRemoteFault;
  error.message = std::string(exchange.question.command) + " at " + server_.endpoint->address +
                  ": CloudStack answered " + code + (words.empty() ? "" : ": " + words);
  error.remote_code = code;
  return error;
}

bool Client::worth_a_second_try(const Exchange& exchange, const Error& error) const {
  const bool unauthorized = error.code == ErrorCode::kAuth && error.remote_code == "401";
  const Duration moved = known_offset_ - exchange.assumed_offset;
  return unauthorized && !exchange.second_try && (moved > kOffsetTolerance || moved < -kOffsetTolerance);
}

}  // namespace xenha::cloudstack
