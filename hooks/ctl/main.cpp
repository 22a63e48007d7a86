// xenhactl: what it can do. The rest of main() is app.h.
#include "hooks/ctl/app.h"
#include "hooks/ctl/commands/commands.h"

int main(int argc, char** argv) {
  const xenha::ctl::Commands commands = xenha::ctl::reading_commands();
  return xenha::ctl::run(argc, argv, commands);
}
