// xenhactl: what it can do. The rest of main() is app.h.
#include "hooks/ctl/app.h"

#include <iterator>

#include "hooks/ctl/commands/commands.h"
#include "hooks/ctl/run/commands.h"
#include "hooks/ctl/run/hold_on_pool.h"

int main(int argc, char** argv) {
  xenha::ctl::Commands commands = xenha::ctl::reading_commands(xenha::ctl::hold_on_pool);
  xenha::ctl::Commands acting = xenha::ctl::acting_commands();
  commands.insert(commands.end(), std::make_move_iterator(acting.begin()),
                  std::make_move_iterator(acting.end()));
  return xenha::ctl::run(argc, argv, commands);
}
