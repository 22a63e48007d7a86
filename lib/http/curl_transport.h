// The transport of all programs: libcurl with OpenSSL, one multi handle, HTTP/1.1 over kept connections.
// curl_transport.cpp is the only file that knows libcurl.
//
// Connections are kept and used again for requests to an equal endpoint (address, port and whole TLS policy);
// requests at the same time to one endpoint use one connection each. A connection idle for two minutes is not
// used again. No proxy is ever used, whatever the environment says; no redirect is followed; no cookie, no
// compression, no "Expect: 100-continue". The head of a request holds Host, User-Agent, what the caller gave,
// and Content-Length. TLS sessions are not resumed: each connection proves its identity anew.
#pragma once

#include <memory>
#include <string>

#include "lib/http/transport.h"

namespace xenha::http {

struct TransportOptions {
  std::string user_agent = "xenha";  ///< stable: recent xapi counts requests by it
  /// Kept connections in all; the least recently used goes first. A pool of 64 hosts with three each fits.
  long kept_connections = 256;
};

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(TransportOptions options = {});
  /// Drops what runs, closes all connections and waits for nobody. No Done runs.
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  RequestId start(Request request, Done done) override;
  void cancel(RequestId id) override;
  void poll(SteadyTime until) override;
  void wake() noexcept override;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace xenha::http
