#include "lib/xapi/ask.h"

#include <utility>

namespace xenha::xapi {
namespace {

constexpr std::chrono::seconds kLogoutPatience{3};

Result<std::string> session_of(Result<Reply> reply) {
  if (!reply) return reply.error();
  std::string ref(reply->answer.value->text().value_or(""));
  if (ref.empty()) return Error{ErrorCode::kBadReply, "the login gave no session"};
  return ref;
}

}  // namespace

Result<Reply> ask(const Line& line, Client::Call call) {
  // The transport itself keeps the deadline; the second on top only guards against one that does not.
  const SteadyTime give_up = call.deadline + std::chrono::seconds(1);
  std::optional<Result<Reply>> answer;
  const http::RequestId id =
      line.client.call(std::move(call), [&answer](Result<Reply> got) { answer = std::move(got); });
  while (!answer && line.clock.steady() < give_up) line.transport.poll(give_up);
  if (answer) return *std::move(answer);
  line.client.cancel(id);
  return Error{ErrorCode::kTimeout, "no answer before the deadline"};
}

Session::Session(const Line& line, std::shared_ptr<const http::Endpoint> endpoint, std::string ref,
                 bool local, http::Response response)
    : line_(line),
      endpoint_(std::move(endpoint)),
      ref_(std::move(ref)),
      local_(local),
      response_(std::move(response)) {}

Session::Session(Session&& other) noexcept
    : line_(other.line_),
      endpoint_(std::move(other.endpoint_)),
      ref_(std::exchange(other.ref_, {})),
      local_(other.local_),
      response_(std::move(other.response_)) {}

Session::~Session() {
  if (ref_.empty()) return;
  // Sessions are capped per user and local ones never expire: worth a moment, but not worth an error.
  const Result<Reply> ignored = ask(line_, {.endpoint = endpoint_,
                                            .method = local_ ? "session.local_logout" : "session.logout",
                                            .params = {ref_},
                                            .deadline = line_.clock.steady() + kLogoutPatience,
                                            .may_repeat = true});
  static_cast<void>(ignored);
}

Result<Session> Session::log_in(const Line& line, std::shared_ptr<const http::Endpoint> endpoint,
                                const std::string& username, const Secret& password,
                                const std::string& originator, SteadyTime deadline) {
  Result<Reply> reply = ask(line, {.endpoint = endpoint,
                                   .method = "session.login_with_password",
                                   .params = {username, password.reveal(), std::string("1.0"), originator},
                                   .deadline = deadline});
  http::Response response = reply ? reply->response : http::Response{};
  Result<std::string> ref = session_of(std::move(reply));
  if (!ref) return ref.error();
  return Session(line, std::move(endpoint), *std::move(ref), false, std::move(response));
}

Result<Session> Session::log_in_locally(const Line& line, std::shared_ptr<const http::Endpoint> endpoint,
                                        const std::string& username, const Secret& password,
                                        SteadyTime deadline) {
  Result<Reply> reply = ask(line, {.endpoint = endpoint,
                                   .method = "session.slave_local_login_with_password",
                                   .params = {username, password.reveal()},
                                   .deadline = deadline});
  http::Response response = reply ? reply->response : http::Response{};
  Result<std::string> ref = session_of(std::move(reply));
  if (!ref) return ref.error();
  return Session(line, std::move(endpoint), *std::move(ref), true, std::move(response));
}

Result<Reply> Session::call(std::string_view method, Params more, SteadyTime deadline, bool may_repeat,
                            Keep keep) {
  Params params{ref_};
  for (Param& param : more) params.push_back(std::move(param));
  Result<Reply> reply = ask(line_, {.endpoint = endpoint_,
                                    .method = method,
                                    .params = std::move(params),
                                    .deadline = deadline,
                                    .keep = std::move(keep),
                                    .may_repeat = may_repeat});
  if (!reply && reply.error().remote_code == "SESSION_INVALID") ref_.clear();  // nothing to give back
  return reply;
}

}  // namespace xenha::xapi
