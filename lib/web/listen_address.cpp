#include "lib/web/listen_address.h"

#include <arpa/inet.h>

#include <charconv>

namespace xenha::web {
namespace {

Error refused(std::string_view text, const std::string& why) {
  return {ErrorCode::kBadConfig, "listen address \"" + std::string(text) + "\": " + why};
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return refused(text, "expected HOST:PORT or :PORT, for example 127.0.0.1:10045");
  std::string host(text.substr(0, colon));
  if (host.find(':') != std::string::npos || host.starts_with('['))
    return refused(
        text,
        "this program listens on IPv4 only; listen on 127.0.0.1 and put a front with the IPv6 address "
        "before it: nginx, haproxy or systemd-socket-proxyd");

  const std::string_view digits = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || bad != std::errc{} || end != digits.data() + digits.size() || port > 65535)
    return refused(text, "the port must be a number from 0 to 65535");

  if (host.empty()) host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  in_addr parsed{};
  if (inet_pton(AF_INET, host.c_str(), &parsed) != 1)
    return refused(text,
                   "\"" + host + "\" is not an IPv4 address; names other than localhost are not looked up");
  return ListenAddress{host, static_cast<std::uint16_t>(port)};
}

}  // namespace xenha::web
