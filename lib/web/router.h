// Requests and replies without sockets: what the daemons' pages are written against and tested with.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xenha::web {

struct Request {
  std::string method;                                       ///< upper case
  std::string path;                                         ///< decoded, without query
  std::vector<std::pair<std::string, std::string>> query;   ///< decoded, in order; names may repeat
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
  std::string body;
  std::string peer;  ///< address of the client, as text
  bool peer_is_loopback = false;
  bool authenticated = false;  ///< web config authentication was configured and passed

  /// All values of a query parameter.
  std::vector<std::string> all(std::string_view name) const;
  std::optional<std::string> header(std::string_view lower_case_name) const;
};

struct Reply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  /// Instead of `body` when not empty: bytes kept elsewhere, sent one piece after the other without a copy.
  /// The length of the answer is the sum of theirs; no piece is null.
  std::vector<std::shared_ptr<const std::string>> shared_body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< Content-Encoding, WWW-Authenticate, ...

  static Reply text(int status, std::string sentence);
  static Reply html(std::string page);
  static Reply json(std::string document);
};

using Handler = std::function<Reply(const Request&)>;

/// Matches whole paths. Unknown path: 404; known path, other method: 405 with Allow. HEAD is answered as GET.
class Router {
 public:
  void on(std::string method, std::string path, Handler handler);
  Reply handle(
      const Request& request) const noexcept;  ///< an exception of a handler becomes 500 and a log line

 private:
  std::map<std::string, std::map<std::string, Handler>, std::less<>> handlers_;
};

}  // namespace xenha::web
