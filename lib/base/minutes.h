// Spans as the published table of a failover has them.
#pragma once

#include <string>

namespace xenha {

/// "3:15", "1:02:05"; rounded to seconds.
std::string minutes_words(double seconds);

}  // namespace xenha
