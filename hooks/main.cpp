// xenha-hooks: flags, then the daemon until a signal ends it.
#include "hooks/flags.h"
#include "hooks/hooks_app.h"
#include "lib/config/daemon_main.h"

int main(int argc, char** argv) {
  using namespace xenha;
  using hooks::Flags;
  return config::daemon_main(
      hooks::parse_flags(argc, argv),
      [](const Flags& flags) { return hooks::check_report(flags.common.config_file, flags.line); },
      [](const Flags& flags, const Clock& clock) {
        return hooks::HooksApp::start({.config_file = flags.common.config_file, .line = flags.line}, clock);
      });
}
