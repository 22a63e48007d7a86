// Prints that page, for a browser: fleet_page > page.html
#include <iostream>

#include "tests/unit/exporter/fleet.h"

int main() {
  std::cout << xenha::exporter::render_landing_page(xenha::test::fleet_with_failovers());
}
