#include "hooks/flags.h"

#include "lib/web/web_flags.h"

namespace xenha::hooks {

std::variant<Flags, config::EarlyExit> parse_flags(int argc, const char* const* argv) {
  Flags flags;
  web::WebFlags web("127.0.0.1:10046");
  config::FlagParser parser(
      "xenha-hooks",
      "Takes Alertmanager's webhooks and switches pool HA on again when everything is known and good. "
      "Changes nothing unless the configuration says mode: act.",
      "xenha-hooks --config.file=/etc/xenha/xenha.yml --config.check");
  flags.common.declare(parser);
  web.declare(parser, "Other machines may ask only with authentication configured.");
  if (std::optional<config::EarlyExit> exit = parser.parse(argc, argv)) return *exit;
  if (std::optional<config::EarlyExit> exit = web.take(parser)) return *exit;
  flags.line = {.listen = web.listen, .web_config_file = web.config_file};
  if (std::optional<config::EarlyExit> exit = config::configure_log(parser, flags.common)) return *exit;
  return flags;
}

}  // namespace xenha::hooks
