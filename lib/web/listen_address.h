// What --web.listen-address says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace xenha::web {

struct ListenAddress {
  std::string host = "0.0.0.0";  ///< IPv4 in dotted form
  std::uint16_t port = 0;        ///< 0: the system chooses one
  std::string text() const { return host + ":" + std::to_string(port); }
  bool loopback() const { return host.starts_with("127."); }
  bool operator==(const ListenAddress&) const = default;
};

/// "HOST:PORT" or ":PORT". HOST is an IPv4 address or "localhost".
/// kBadConfig with a sentence otherwise; for IPv6 the sentence names the ways round it, as civetweb has none.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace xenha::web
