#include "lib/config/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "lib/config/problems.h"

namespace xenha::config {
namespace {

constexpr auto kNone = std::string_view::npos;

Error bad(const std::string& message) {
  return {ErrorCode::kBadConfig, message};
}

bool is_ipv4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

std::optional<std::string> shortest_ipv6(const std::string& text) {
  in6_addr address{};
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return {};
  char out[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, &address, out, sizeof out);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  std::size_t label = 0;
  char last = '.';
  for (const char c : text) {
    const bool letter = std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
    if (!letter && c != '.') return false;
    if (last == '.' && !std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
    label = c == '.' ? 0 : label + 1;
    if (label > 63) return false;
    last = c;
  }
  return last != '-';
}

bool only_digits_and_dots(std::string_view text) {
  return text.find_first_not_of("0123456789.") == kNone;
}

Error port_inside(std::string_view text, std::string_view host) {
  return bad(
      in_quotes(text) +
      " holds a port; a pool has one port for all its hosts, because a host that names its master names no "
      "port: write " +
      std::string(host) + " and set the pool's key port");
}

}  // namespace

Result<std::uint16_t> parse_port(std::string_view text) {
  unsigned value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < 1 || value > 65535)
    return bad(in_quotes(text) + " is no port, write a number from 1 to 65535");
  return static_cast<std::uint16_t>(value);
}

Result<std::string> parse_host_address(std::string_view text) {
  if (text.empty()) return bad("the address is empty");
  if (text.find('@') != kNone) return bad("an address holds no @, write the address alone");
  if (text.find("//") != kNone)
    return bad(in_quotes(text) + " is a URL, write the address alone; scheme and port are keys of the pool");
  if (text.find('/') != kNone)
    return bad(in_quotes(text) + " is no address, write one host's address without a /");
  if (text.find('%') != kNone)
    return bad(in_quotes(text) +
               " names a network interface, write a global address; link-local ones are not supported");
  if (text.front() == '[') {
    const std::size_t end = text.find(']');
    const auto address = shortest_ipv6(std::string(text.substr(1, end == kNone ? kNone : end - 1)));
    if (end == kNone || !address) return bad(in_quotes(text) + " is no IPv6 address");
    if (end + 1 != text.size()) return port_inside(text, *address);
    return *address;
  }
  if (const auto address = shortest_ipv6(std::string(text))) return *address;
  const std::size_t colon = text.find(':');
  if (colon != kNone) {
    if (text.find(':', colon + 1) != kNone) return bad(in_quotes(text) + " is no IPv6 address");
    return port_inside(text, text.substr(0, colon));
  }
  if (only_digits_and_dots(text)) {
    if (is_ipv4(std::string(text))) return std::string(text);
    return bad(in_quotes(text) +
               " is no IPv4 address, it needs four numbers from 0 to 255 without leading zeros");
  }
  if (!is_name(text)) return bad(in_quotes(text) + " is neither an address nor a host name");
  return lower(text);
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || (is_ipv4(host) && host.starts_with("127."));
}

Result<Url> parse_url(std::string_view text) {
  Url url;
  std::string_view rest = text;
  const std::size_t scheme_end = text.find("://");
  if (text.find('@') != kNone)
    return bad("a URL here holds no user or password, write it without the part that ends with @");
  const std::string scheme = scheme_end == kNone ? "" : lower(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https")
    return bad(in_quotes(text) + " is no URL, it begins with http:// or https://");
  url.tls = scheme == "https";
  rest.remove_prefix(scheme_end + 3);
  if (rest.find_first_of("?#") != kNone)
    return bad(in_quotes(text) + " is too long, end it before the ? or #");
  if (std::any_of(rest.begin(), rest.end(), [](unsigned char c) { return c <= 0x20 || c >= 0x7f; }))
    return bad(in_quotes(text) + " holds a blank or a character that no URL may hold");
  const std::size_t slash = rest.find('/');
  url.path = slash == kNone ? "/" : std::string(rest.substr(slash));
  std::string_view authority = rest.substr(0, slash);
  std::size_t colon = authority.rfind(':');
  if (!authority.empty() && authority.back() == ']') colon = kNone;
  url.port = url.tls ? 443 : 80;
  if (colon != kNone) {
    const Result<std::uint16_t> port = parse_port(authority.substr(colon + 1));
    if (!port) return port.error();
    url.port = *port;
    authority = authority.substr(0, colon);
  }
  Result<std::string> host = parse_host_address(authority);
  if (!host) return host.error();
  if (host->find(':') != kNone && authority.front() != '[')
    return bad(in_quotes(text) + " holds an IPv6 address, put it in brackets");
  url.host = *std::move(host);
  return url;
}

}  // namespace xenha::config
