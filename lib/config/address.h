// Where others are: a host's address, a URL. (Where we listen: lib/web/listen_address.h.)
// No message quotes a text that holds an @, because a password may stand before it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace xenha::config {

/// An IPv4 address, an IPv6 address with or without brackets, or a name; never with a port, a scheme or a
/// path. Gives IPv6 in its shortest form without brackets, names in lower case.
Result<std::string> parse_host_address(std::string_view text);
/// Whether `host`, in that form, is this machine itself, so that nothing sent there leaves it.
bool is_loopback(const std::string& host);

struct Url {
  bool tls = true;
  std::string host;  ///< as parse_host_address gives it
  std::uint16_t port = 443;
  std::string path;  ///< begins with /
  bool operator==(const Url&) const = default;
};
/// http or https, without user, query and fragment.
Result<Url> parse_url(std::string_view text);

/// 1 to 65535.
Result<std::uint16_t> parse_port(std::string_view text);

}  // namespace xenha::config
