// Reads an exposition and finds what Prometheus itself lets pass: duplicate series, families in two places,
// missing HELP.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/metrics/exposition.h"

namespace xenha::test {

struct StrictSample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;  ///< in the order written, unescaped
  double value = 0;
};

struct StrictFamily {
  std::string name, type, help;  ///< as HELP and TYPE say; help unescaped
  std::vector<StrictSample> samples;
};

struct StrictExposition {
  std::vector<StrictFamily> families;
  std::vector<std::string> problems;  ///< "line N: what is wrong"; empty = a good exposition

  const StrictFamily* family(std::string_view name) const;
  /// The one sample with this name and exactly these labels in any order; null if there is none.
  const StrictSample* sample(std::string_view name,
                             std::vector<std::pair<std::string, std::string>> labels) const;
};

StrictExposition parse_strictly(std::string_view text, metrics::Format format = metrics::Format::kText);

}  // namespace xenha::test
