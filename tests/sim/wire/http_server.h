// HTTP/1.1 over the loop, plain or TLS, with the network faults that a scenario asks for.
//
// Strict as xapi's server is: Content-Length on POST, no chunked requests, no 100-continue, head limit 1024
// bytes (431), body limit 300 KiB. Everything runs on the loop's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "tests/sim/wire/loop.h"
#include "tests/sim/wire/tls_identity.h"

namespace xenha::sim {

struct Request {
  std::string method;
  std::string target;                          ///< as sent: path and query
  std::map<std::string, std::string> headers;  ///< names in lower case; of repeated ones the last
  std::string body;
  std::string client_address;
  bool tls = false;

  std::string_view path() const;  ///< `target` before '?', not decoded
  /// Decoded value of a query parameter; absent if it is not there.
  std::optional<std::string> query(std::string_view name) const;
  /// Value of a header, "" if absent. `name` in lower case.
  std::string_view header(std::string_view name) const;
};

/// One request waiting for its answer. Answer at once, later, or never; exactly one of the three ways.
/// Answering after the client went away (or after the listener did) does nothing.
class Exchange {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;
  /// With Content-Length; the connection lives on unless the client said otherwise.
  virtual void respond(int status, std::string_view content_type, std::string body,
                       const Headers& extra = {}) = 0;
  /// Status 200 without Content-Length: the end of the connection ends the body.
  virtual void respond_close_delimited(std::string_view content_type, std::string body) = 0;
  /// Closes the connection without an answer (reset).
  virtual void abort() = 0;
  /// True once the client is gone or the answer was given.
  virtual bool closed() const = 0;
  /// Called once if the client goes away before the answer (long polls); not after an answer.
  virtual void on_close(std::function<void()> callback) = 0;
};

/// Called for every complete request. Dropping the exchange without an answer leaves the client waiting.
using Handler = std::function<void(std::shared_ptr<Exchange>)>;

/// What the network between clients and one listener does.
struct Network {
  enum class Kind {
    kUp,
    kRefuse,    ///< connections refused, existing ones reset
    kHang,      ///< the kernel accepts, nothing is ever read or answered; existing connections too; no reset
    kDelay,     ///< every answer `delay` later
    kCutAfter,  ///< the connection ends after `bytes` of each longer answer (head included), without TLS's
                ///< goodbye
    kGarble,    ///< answers of the right length with bytes spoilt
  };
  Kind kind = Kind::kUp;
  Duration delay{};
  std::size_t bytes = 0;

  static Network up() { return {}; }
  static Network refuse() { return {.kind = Kind::kRefuse}; }
  static Network hang() { return {.kind = Kind::kHang}; }
  static Network delayed(Duration by) { return {.kind = Kind::kDelay, .delay = by}; }
  static Network cut_after(std::size_t n) { return {.kind = Kind::kCutAfter, .bytes = n}; }
  static Network garble() { return {.kind = Kind::kGarble}; }
};

struct ListenerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: the kernel chooses
  std::optional<TlsIdentity> tls = std::nullopt;
  std::size_t head_limit =
      1024;  ///< bytes of request line and headers; 0: no limit but 64 KiB (old releases)
  std::size_t body_limit = 300 * 1024;
};

class Listener {
 public:
  /// Errors: kBadConfig, with the reason, when the address cannot be bound.
  static Result<std::unique_ptr<Listener>> open(Loop& loop, ListenerOptions options, Handler handler);
  virtual ~Listener() = default;  ///< closes every connection

  virtual const std::string& address() const = 0;
  virtual std::uint16_t port() const = 0;
  /// "http://127.10.1.1:8080" or https.
  virtual std::string url() const = 0;
  /// From now on, for existing connections too. Leaving kHang resets the connections that hung.
  /// Leaving kRefuse binds the same port again: an error if somebody took it meanwhile.
  virtual Status set_network(Network network) = 0;
  virtual const Network& network() const = 0;
  virtual std::size_t connection_count() const = 0;
  /// Resets every connection, as a restart of the toolstack does.
  virtual void drop_connections() = 0;
};

}  // namespace xenha::sim
