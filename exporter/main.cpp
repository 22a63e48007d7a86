// xenha-exporter: flags, then the exporter until a signal ends it.
#include "exporter/exporter_app.h"
#include "exporter/flags.h"
#include "lib/config/daemon_main.h"

int main(int argc, char** argv) {
  using namespace xenha;
  using exporter::Flags;
  return config::daemon_main(
      exporter::parse_flags(argc, argv),
      [](const Flags& flags) {
        return exporter::check_report(flags.common.config_file, flags.web.config_file);
      },
      [](const Flags& flags, const Clock& clock) {
        return exporter::ExporterApp::start({.config_file = flags.common.config_file,
                                             .listen = flags.web.listen,
                                             .web_config_file = flags.web.config_file,
                                             .telemetry_path = flags.telemetry_path},
                                            clock);
      });
}
