#include "hooks/ctl/consent.h"

namespace xenha::ctl {

void Consent::declare(config::FlagParser& parser) {
  parser.flag("plan", "Show what would be done, step by step, and do nothing.", plan);
  parser.flag("yes", "Do not ask. Needed where nobody can be asked, as in a script.", yes);
}

std::optional<ExitCode> Consent::ask(const Context& context, const std::string& question) const {
  if (yes) return std::nullopt;
  if (!context.screen.person)
    return fail(
        context, ExitCode::kUsage,
        "nobody can be asked here, so nothing was changed; --yes says yes beforehand, --plan only shows");
  context.screen.err << question << " [y/N] " << std::flush;
  const std::optional<std::string> answer = context.screen.read_line();
  if (answer == "y" || answer == "yes" || answer == "Y" || answer == "YES") return std::nullopt;
  if (!answer) context.screen.err << "\n";
  return fail(context, context.interrupted.stop_requested() ? ExitCode::kInterrupted : ExitCode::kRefused,
              "nothing was changed");
}

}  // namespace xenha::ctl
