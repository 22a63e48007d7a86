#include "hooks/ctl/flags.h"

#include "lib/config/problems.h"

namespace xenha::ctl {

std::variant<Flags, config::EarlyExit> parse_flags(int argc, const char* const* argv,
                                                   const Commands& commands) {
  Flags flags;
  flags.common.log_level = "error";  // what matters stands in the command's own words
  std::string output = "table";
  config::FlagParser parser(
      "xenhactl",
      "Shows and repairs the high availability of XenServer and XCP-ng pools under CloudStack. What changes "
      "something shows its plan and asks first.",
      "xenhactl status cluster1");
  parser.text("output", "FORMAT", "table for people or json for scripts; before or after the command.",
              output);
  flags.common.declare(parser);
  for (const auto& command : commands) command->declare(parser.command(command->path(), command->text()));

  if (std::optional<config::EarlyExit> exit = parser.parse(argc, argv)) return *exit;
  if (output != "table" && output != "json")
    return parser.usage_error("--output " + config::in_quotes(output) + " is neither table nor json");
  if (std::optional<config::EarlyExit> exit = config::configure_log(parser, flags.common)) return *exit;
  flags.output = output == "json" ? Output::kJson : Output::kTable;
  for (const auto& command : commands)
    if (command->path() == parser.chosen()) flags.command = command.get();
  if (flags.command == nullptr) {
    if (flags.common.config_check) return flags;
    return parser.usage_error("a command is missing");
  }
  if (const std::string problem = flags.command->usage_problem(); !problem.empty())
    return config::EarlyExit{2, {}, "xenhactl " + flags.command->path() + ": " + problem};
  return flags;
}

}  // namespace xenha::ctl
