// One XenAPI call, waited for: for threads without a loop of their own.
#pragma once

#include <optional>
#include <string>

#include "lib/base/secret.h"
#include "lib/xapi/client.h"

namespace xenha::xapi {

/// What the helpers below share. All of it belongs to one thread.
struct Line {
  http::Transport& transport;
  Client& client;
  const Clock& clock;
};

/// Sends the call and polls until it is over; other exchanges of the transport go on meanwhile. Not for use
/// inside a Done. Errors: those of Client::call; kTimeout as well if the transport stays silent past the
/// deadline.
Result<Reply> ask(const Line& line, Client::Call call);

/// A session on one host, given back when this ends.
class Session {
 public:
  /// session.login_with_password with `originator`. Errors: kRemoteFault "HOST_IS_SLAVE" with the master's
  /// address as remote_args[0]; kAuth when the password was refused.
  static Result<Session> log_in(const Line& line, std::shared_ptr<const http::Endpoint> endpoint,
                                const std::string& username, const Secret& password,
                                const std::string& originator, SteadyTime deadline);
  /// session.slave_local_login_with_password: local root, for the calls that answer in emergency mode.
  static Result<Session> log_in_locally(const Line& line, std::shared_ptr<const http::Endpoint> endpoint,
                                        const std::string& username, const Secret& password,
                                        SteadyTime deadline);
  Session(Session&& other) noexcept;
  Session& operator=(Session&&) = delete;
  ~Session();

  /// A call with the session as its first parameter. `may_repeat` only for what reads.
  Result<Reply> call(std::string_view method, Params more, SteadyTime deadline, bool may_repeat = true,
                     Keep keep = {});
  const std::string& ref() const { return ref_; }
  const std::shared_ptr<const http::Endpoint>& endpoint() const { return endpoint_; }
  const http::Response& login_response() const { return response_; }

 private:
  Session(const Line& line, std::shared_ptr<const http::Endpoint> endpoint, std::string ref, bool local,
          http::Response response);

  Line line_;
  std::shared_ptr<const http::Endpoint> endpoint_;
  std::string ref_;  ///< empty: given away, or the host said that it is gone
  bool local_;
  http::Response response_;
};

}  // namespace xenha::xapi
