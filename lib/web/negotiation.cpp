#include "lib/web/negotiation.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace xenha::web {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

bool same_word(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

/// Cuts the part before `separator` off the front of `text`.
std::string_view next_part(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return trim(part);
}

/// One member of the list: `name;version=1.0.0;q=0.5`.
struct Offer {
  std::string_view name, version;
  double quality = 1;  ///< 0: not acceptable; a broken q counts as 0
};

Offer parse_offer(std::string_view text) {
  Offer offer;
  offer.name = next_part(text, ';');
  while (!text.empty()) {
    std::string_view value = next_part(text, ';');
    const std::string_view key = next_part(value, '=');
    value = trim(value);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    if (same_word(key, "version")) offer.version = value;
    if (!same_word(key, "q")) continue;
    double quality = 0;
    const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), quality);
    const bool good =
        bad == std::errc{} && end == value.data() + value.size() && quality >= 0 && quality <= 1;
    offer.quality = good ? quality : 0;
  }
  return offer;
}

/// The greatest quality among the offers that `fits` picks; absent when there is none.
template <class Fits>
std::optional<double> best(std::string_view list, Fits fits) {
  std::optional<double> found;
  while (!list.empty()) {
    const Offer offer = parse_offer(next_part(list, ','));
    if (fits(offer)) found = std::max(found.value_or(0), offer.quality);
  }
  return found;
}

}  // namespace

bool wants_gzip(std::string_view accept_encoding) {
  const auto quality_of = [&](std::string_view name) {
    return best(accept_encoding, [&](const Offer& offer) { return same_word(offer.name, name); });
  };
  const double any = quality_of("*").value_or(0);
  const double gzip = quality_of("gzip").value_or(quality_of("x-gzip").value_or(any));
  return gzip > 0 && gzip >= quality_of("identity").value_or(0);
}

bool wants_openmetrics(std::string_view accept) {
  const auto openmetrics = best(accept, [](const Offer& offer) {
    return same_word(offer.name, "application/openmetrics-text") &&
           (offer.version.empty() || offer.version == "1.0.0");
  });
  const auto text = best(accept, [](const Offer& offer) { return same_word(offer.name, "text/plain"); });
  return openmetrics.value_or(0) > 0 && *openmetrics >= text.value_or(0);
}

}  // namespace xenha::web
