// Prints exporter/METRICS.md from the catalogue that was just compiled, for the checks of the names in rules and
// dashboards: a renamed metric or label breaks the build before anybody has generated the page anew.
#include <iostream>

#include "exporter/metrics/metrics_page.h"

int main() {
  std::cout << xenha::exporter::metrics_page();
}
