#include "lib/web/web_flags.h"

namespace xenha::web {

void WebFlags::declare(config::FlagParser& parser, const std::string& more) {
  parser.list("web.listen-address", "HOST:PORT",
              "Address to listen on, IPv4; repeatable; port 0 takes a free one and logs it." +
                  (more.empty() ? "" : " " + more),
              texts_);
  parser.text("web.config.file", "PATH",
              "TLS and basic authentication, in the form of Prometheus' exporter-toolkit. Wins over "
              "web.config_file of the config file.",
              file_);
}

std::optional<config::EarlyExit> WebFlags::take(const config::FlagParser& parser) {
  for (const std::string& text : texts_) {
    const Result<ListenAddress> address = parse_listen_address(text);
    if (!address) return parser.usage_error("--web.listen-address: " + address.error().message);
    listen.push_back(*address);
  }
  config_file = file_;
  return std::nullopt;
}

}  // namespace xenha::web
