#include "exporter/metrics/metrics_page.h"

#include "exporter/metrics/catalog.h"

namespace xenha::exporter {

std::string metrics_page() {
  return metrics::catalog_page(
      "# Metrics of xenha-exporter\n\n"
      "Generated from `exporter/metrics/catalog.h`; change the text there.\n\n"
      "A fact that is not known gives no sample: unknown is not zero. Times are Unix seconds, durations "
      "seconds, sizes "
      "bytes. What is true or false is 1 or 0. An enumeration has one series for each value, exactly one of "
      "them 1.\n",
      catalog::groups());
}

}  // namespace xenha::exporter
