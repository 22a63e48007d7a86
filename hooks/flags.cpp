#include "hooks/flags.h"

namespace xenha::hooks {

std::variant<Flags, config::EarlyExit> parse_flags(int argc, const char* const* argv) {
  Flags flags;
  std::vector<std::string> listen{"127.0.0.1:10046"};
  std::string web_config_file;
  config::FlagParser parser(
      "xenha-hooks",
      "Takes Alertmanager's webhooks and switches pool HA on again when everything is known and good. "
      "Changes nothing unless the configuration says mode: act.",
      "xenha-hooks --config.file=/etc/xenha/xenha.yml --config.check");
  flags.common.declare(parser);
  parser.list("web.listen-address", "HOST:PORT",
              "Address to listen on, IPv4; repeatable; port 0 takes a free one and logs it. Other machines "
              "may ask only with "
              "authentication configured.",
              listen);
  parser.text("web.config.file", "PATH",
              "TLS and basic authentication, in the form of Prometheus' exporter-toolkit. Wins over "
              "web.config_file of the "
              "config file.",
              web_config_file);
  if (std::optional<config::EarlyExit> exit = parser.parse(argc, argv)) return *exit;
  flags.line.listen.clear();
  for (const std::string& text : listen) {
    const Result<web::ListenAddress> address = web::parse_listen_address(text);
    if (!address) return parser.usage_error("--web.listen-address: " + address.error().message);
    flags.line.listen.push_back(*address);
  }
  flags.line.web_config_file = web_config_file;
  if (std::optional<config::EarlyExit> exit = config::configure_log(parser, flags.common)) return *exit;
  return flags;
}

}  // namespace xenha::hooks
