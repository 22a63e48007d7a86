// Certificates of the server: made with OpenSSL itself, because civetweb's own set-up reads key and
// certificate from one file and reports little. Handed to civetweb ready for use.
#pragma once

#include <memory>
#include <mutex>

#include "lib/base/result.h"
#include "lib/web/web_config.h"

struct ssl_ctx_st;
struct ssl_st;

namespace xenha::web {

using TlsContext = std::shared_ptr<ssl_ctx_st>;

/// Errors (kBadConfig): a file is missing or no PEM, key and certificate do not belong together, a key with a
/// passphrase. The sentence names the file.
Result<TlsContext> make_tls_context(const TlsConfig& config);

/// The context that new connections get. A handshake begins on `entry()` and continues on what was last given
/// to `replace`, so that renewed certificates need no restart.
class TlsSwitch {
 public:
  static Result<std::unique_ptr<TlsSwitch>> make(const TlsConfig& config);

  Status replace(const TlsConfig& config);  ///< an error keeps what is in use
  ssl_ctx_st* entry() const { return entry_.get(); }
  TlsContext current() const;

 private:
  TlsSwitch() = default;

  TlsContext entry_;
  mutable std::mutex mutex_;
  TlsContext current_;
};

/// The TLS connection whose handshake this thread finished last: in a civetweb handler, the one being served.
ssl_st* tls_connection_of_this_thread();
/// The peer showed a certificate and it was verified against the client CA.
bool peer_is_verified(const ssl_st* connection);

}  // namespace xenha::web
