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
#include "lib/http/certificate_facts.h"

namespace xenha::http {

enum class TlsVersion { k1_0, k1_1, k1_2, k1_3 };

/// How a server proves who it is. Nothing set: the system's CAs and the name.
struct TlsPolicy {
  std::string ca_file;            ///< PEM; empty = system CAs
  bool verify_name = true;        ///< false = chain only
  std::string tls_name;           ///< name the certificate must carry; empty = the address
  std::vector<std::string> pins;  ///< base64 SHA-256 of the public key, without "sha256//"; any one fits.
                                  ///< With pins and no ca_file the pin alone proves the identity.
  bool insecure_skip_verify = false;
  TlsVersion min_version =
      TlsVersion::k1_2;               ///< below 1.2 also lowers OpenSSL's security level, for this host only
  std::string client_cert_file = {};  ///< PEM: who we are, for a server that asks; empty = nobody
  std::string client_key_file = {};   ///< its key, without a passphrase
  bool operator==(const TlsPolicy&) const = default;
};

struct Endpoint {
  bool tls = true;
  std::string address;  ///< IPv4, IPv6 without brackets, or a name
  std::uint16_t port = 443;
  TlsPolicy policy;
  bool operator==(const Endpoint&) const = default;
};

/// Receives the body piece by piece. Returning false (or throwing) stops the transfer: Done gets kBadReply,
/// and the caller, who knows its sink, replaces that by the sink's own reason.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual bool feed(std::string_view piece) = 0;
};

struct Request {
  enum class Method { kGet, kPost, kConnectOnly };  ///< kConnectOnly: TCP and TLS handshake, then close
  std::shared_ptr<const Endpoint> endpoint;
  Method method = Method::kPost;
  std::string target = "/";  ///< path and query
  std::vector<std::string> headers =
      {};  ///< "Name: value"; Host, User-Agent, Content-Length come by themselves
  std::string body = {};
  SteadyTime deadline{};  ///< for the whole exchange; must be set: a past one is kTimeout at once
  Duration connect_timeout = std::chrono::seconds(5);  ///< TCP and TLS handshake together
  std::size_t max_body = 64u << 20;                    ///< bytes of the answer; more is kTooLarge
  /// A server may close a kept connection in the moment a request is sent on it. Nobody can tell then whether
  /// the request was carried out. true: it is sent again, on another connection; right for everything that
  /// only reads. false: kUnreachable, and the caller looks what happened; the only right value for what
  /// changes something.
  bool may_repeat = false;
  std::shared_ptr<BodySink> sink = {};  ///< where a 200 answer's body goes; without one it is collected
};

struct Response {
  int status = 0;  ///< 0 for kConnectOnly
  std::string content_type;
  std::string body;                            ///< empty when the request had a sink and the status is 200
  std::size_t received = 0;                    ///< bytes of the body
  std::string peer_ip;                         ///< the address that answered, as text
  std::optional<WallTime> date;                ///< the server's Date header, of 1970 to 2199
  std::optional<WallTime> certificate_expiry;  ///< notAfter of the certificate presented; absent without TLS
                                               ///< or when the connection was reused and it is not known
  std::optional<CertificateFacts> presented;   ///< of kConnectOnly over TLS: what the server showed
};

using RequestId = std::uint64_t;
/// An answer of any status is a value; redirects are answers and never followed. Errors:
/// kUnreachable  no TCP connection (within connect_timeout), or it broke before the answer was complete
/// kTimeout      the deadline passed, or TCP connected and the TLS handshake did not end within
/// connect_timeout kTls          certificate, name, pin or TLS version refused; not a byte of the request was
/// sent kTooLarge     body over max_body, or more than 64 KiB of headers kBadReply     not HTTP, or the sink
/// refused kBadConfig    the request cannot be sent: bad address, target or header The message begins with
/// "address:port: ", is one line and holds nothing of the request's headers or body.
using Done = std::function<void(Result<Response>)>;

class Transport {
 public:
  virtual ~Transport() = default;
  /// Never calls `done` itself; what fails at once is told by the next poll.
  virtual RequestId start(Request request, Done done) = 0;
  /// The exchange is dropped and its Done never runs. Unknown ids are ignored.
  virtual void cancel(RequestId id) = 0;
  /// Runs exchanges until at least one Done ran, `wake` was called, or `until` has come. A Done may start and
  /// cancel, but neither poll nor destroy the transport.
  virtual void poll(SteadyTime until) = 0;
  /// Ends a running (or the next) poll at once. The only member that other threads may call.
  virtual void wake() noexcept = 0;
};

}  // namespace xenha::http
