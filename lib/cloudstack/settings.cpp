#include "lib/cloudstack/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <string_view>

namespace xenha::cloudstack {
namespace {

using model::CloudConfiguration;

enum class Kind { kSeconds, kNumber, kBool };

/// A setting as some releases have it. One whose default changed stands here more than once.
struct Known {
  std::string_view name;
  Kind kind;
  Version from, until;  ///< [from, until)
  std::string_view fallback;
};

constexpr Version kAlways{};
constexpr Version kForever{1000, 0, 0};

constexpr std::array kKnown{
    Known{"alert.wait", Kind::kSeconds, kAlways, kForever, "1800"},
    Known{"direct.agent.scan.interval", Kind::kSeconds, kAlways, kForever, "90"},
    Known{"force.ha", Kind::kBool, kAlways, kForever, "false"},
    Known{"ha.vm.restart.hostup", Kind::kBool, Version{4, 11, 1}, kForever, "true"},
    Known{"ha.workers", Kind::kNumber, kAlways, kForever, "5"},
    Known{"host.ping.retry.count", Kind::kNumber, Version{4, 5, 0}, kForever, "0"},
    Known{"host.ping.retry.timer", Kind::kSeconds, Version{4, 5, 0}, kForever, "5"},
    Known{"investigate.retry.interval", Kind::kSeconds, kAlways, kForever, "60"},
    Known{"max.retries", Kind::kNumber, kAlways, Version{4, 14, 0}, "5"},
    Known{"migrate.retry.interval", Kind::kSeconds, kAlways, kForever, "120"},
    Known{"ping.interval", Kind::kSeconds, kAlways, kForever, "60"},
    Known{"ping.timeout", Kind::kNumber, kAlways, kForever, "2.5"},
    Known{"restart.retry.interval", Kind::kSeconds, kAlways, kForever, "600"},
    Known{"stop.retry.interval", Kind::kSeconds, kAlways, kForever, "600"},
    Known{"time.between.failures", Kind::kSeconds, kAlways, kForever, "3600"},
    Known{"time.to.sleep", Kind::kSeconds, kAlways, kForever, "60"},
    Known{"vm.ha.alerts.enabled", Kind::kBool, Version{4, 20, 1}, kForever, "true"},
    Known{"vm.ha.enabled", Kind::kBool, Version{4, 20, 1}, kForever, "true"},
    Known{"vm.ha.migration.max.retries", Kind::kNumber, Version{4, 14, 0}, kForever, "5"},
    Known{"vm.op.wait.interval", Kind::kSeconds, kAlways, kForever, "120"},
    Known{"wait", Kind::kSeconds, kAlways, kForever, "1800"},
    Known{"xapiwait", Kind::kSeconds, kAlways, Version{4, 5, 0}, "600"},
    Known{"xapiwait", Kind::kSeconds, Version{4, 5, 0}, kForever, "60"},
};

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool same_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

/// Absent when it is no such value: an empty text, say, which no release accepts as a number.
std::optional<double> number_of(std::string_view text, Kind kind) {
  text = trimmed(text);
  if (kind == Kind::kBool) {
    if (same_word(text, "true")) return 1;
    if (same_word(text, "false")) return 0;
    return std::nullopt;
  }
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

model::CloudSetting judged(const Known& known, const CloudConfiguration* row) {
  std::string_view fallback = known.fallback;
  if (row != nullptr && row->default_value) fallback = *row->default_value;
  const std::optional<double> standard = number_of(fallback, known.kind);
  const bool unset = row == nullptr || !row->value;
  const std::optional<double> effective = unset ? standard : number_of(*row->value, known.kind);
  model::CloudSetting setting{std::string(known.name), {}, {}, unset || (effective && effective == standard)};
  (known.kind == Kind::kSeconds ? setting.seconds : setting.value) = effective;
  return setting;
}

}  // namespace

Settings judge_settings(const std::vector<CloudConfiguration>& rows, const Version& version) {
  std::map<std::string_view, const CloudConfiguration*> by_name;
  for (const CloudConfiguration& row : rows) by_name.emplace(row.name, &row);
  const auto row_of = [&](std::string_view name) -> const CloudConfiguration* {
    const auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : found->second;
  };
  Settings out;
  for (const Known& known : kKnown) {
    const CloudConfiguration* row = row_of(known.name);
    // An unknown release is taken for a recent one, but only what it lists is believed to exist.
    const bool has_it = version.known() ? known.from <= version && version < known.until
                                        : row != nullptr && known.until == kForever;
    if (has_it) out.settings.push_back(judged(known, row));
  }
  const CloudConfiguration* tag = row_of("ha.tag");
  if (tag != nullptr && tag->value && !trimmed(*tag->value).empty()) out.ha_tag = trimmed(*tag->value);
  return out;
}

}  // namespace xenha::cloudstack
