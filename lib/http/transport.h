// How the programs reach the outside: HTTP exchanges that run side by side on one thread.
// A transport belongs to one thread: it calls `start`, `cancel` and `poll`, and `Done` runs inside `poll`.
// Retry is not transport: the caller decides, because it knows its next poll.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace xenha::http {

enum class TlsVersion { k1_0, k1_1, k1_2, k1_3 };

/// How a server proves who it is. Nothing set: the system's CAs and the name.
struct TlsPolicy {
  std::string ca_file;               ///< PEM; empty = system CAs
  bool verify_name = true;           ///< false = chain only
  std::string tls_name;              ///< name the certificate must carry; empty = the address
  std::vector<std::string> pins;     ///< base64 SHA-256 of the public key, without "sha256//"; any one fits.
                                     ///< With pins and no ca_file the pin alone proves the identity.
  bool insecure_skip_verify = false;
  TlsVersion min_version = TlsVersion::k1_2;  ///< below 1.2 also lowers OpenSSL's security level, for this host only
  bool operator==(const TlsPolicy&) const = default;
};

struct Endpoint {
  bool tls = true;
  std::string address;  ///< IPv4, IPv6 without brackets, or a name
  std::uint16_t port = 443;
  TlsPolicy policy;
  bool operator==(const Endpoint&) const = default;
};

/// Receives the body piece by piece. Returning false stops the transfer (kTooLarge or the sink's own reason).
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual bool feed(std::string_view piece) = 0;
};

struct Request {
  enum class Method { kGet, kPost, kConnectOnly };  ///< kConnectOnly: TCP and TLS handshake, then close
  std::shared_ptr<const Endpoint> endpoint;
  Method method = Method::kPost;
  std::string target = "/";                ///< path and query
  std::vector<std::string> headers = {};   ///< "Name: value"; Host, User-Agent, Content-Length come by themselves
  std::string body = {};
  SteadyTime deadline{};                   ///< for the whole exchange
  Duration connect_timeout = std::chrono::seconds(5);
  std::size_t max_body = 64u << 20;        ///< bytes of the answer; more is kTooLarge
  std::shared_ptr<BodySink> sink = {};     ///< where a 200 answer's body goes; without one it is collected
};

struct Response {
  int status = 0;             ///< 0 for kConnectOnly
  std::string content_type;
  std::string body;           ///< empty when the request had a sink and the status is 200
  std::size_t received = 0;   ///< bytes of the body
  std::string peer_ip;        ///< the address that answered, as text
  std::optional<WallTime> date;  ///< the server's Date header
  std::optional<WallTime> certificate_expiry;  ///< notAfter of the certificate presented; absent without TLS or
                                               ///< when the connection was reused and it is not known
};

using RequestId = std::uint64_t;
/// An answer of any status is a value. Errors: kUnreachable, kTimeout (deadline), kTls, kTooLarge, kBadReply (not HTTP).
using Done = std::function<void(Result<Response>)>;

class Transport {
 public:
  virtual ~Transport() = default;
  virtual RequestId start(Request request, Done done) = 0;
  /// The exchange is dropped and its Done never runs. Unknown ids are ignored.
  virtual void cancel(RequestId id) = 0;
  /// Runs exchanges until at least one Done ran, `wake` was called, or `until` has come.
  virtual void poll(SteadyTime until) = 0;
  /// Ends a running (or the next) poll at once. The only member that other threads may call.
  virtual void wake() noexcept = 0;
};

}  // namespace xenha::http
