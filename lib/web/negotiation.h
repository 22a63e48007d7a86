// Which form of an answer a client asks for. Pure.
#pragma once

#include <string_view>

namespace xenha::web {

/// Accept-Encoding allows gzip and does not prefer the bytes as they are. Empty: no.
bool wants_gzip(std::string_view accept_encoding);

/// Accept names OpenMetrics 1.0.0 (or OpenMetrics without a version) at least as dear as plain text. Anything
/// that is not understood, wildcards included, means no: text 0.0.4 is what every scraper reads.
bool wants_openmetrics(std::string_view accept);

}  // namespace xenha::web
