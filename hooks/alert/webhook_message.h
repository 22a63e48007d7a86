// Alertmanager's webhook, version 4: from the bytes of a request to alerts. Called inside the request; pure.
//
// The bytes may be hostile: depth, alerts, labels and their lengths are bounded here, the body's length by
// the server (hooks.max_body). Keys that are not ours are passed over, so that newer releases of Alertmanager
// can add theirs. The receiver is not read: it arrives quoted as a regular expression.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace xenha::hooks {

inline constexpr std::size_t kMaxAlerts = 5000;      ///< in one message
inline constexpr std::size_t kMaxLabels = 100;       ///< of one alert; as many annotations
inline constexpr std::size_t kMaxLabelName = 256;    ///< bytes
inline constexpr std::size_t kMaxLabelValue = 4096;  ///< bytes
inline constexpr std::size_t kMaxAnnotation =
    65536;  ///< bytes of an annotation's value, and of any other text

enum class AlertStatus { kFiring, kResolved };
using TextMap = std::map<std::string, std::string, std::less<>>;

struct Alert {
  AlertStatus status = AlertStatus::kFiring;  ///< its own; a group can hold both
  TextMap labels;                             ///< at least one; Alertmanager does not ask for alertname
  TextMap annotations;
  WallTime starts_at;
  std::optional<WallTime> ends_at;  ///< of a resolved one
  std::string generator_url;
  std::string fingerprint;  ///< 16 hex digits, lower case
  bool operator==(const Alert&) const = default;

  /// Empty when absent, as Prometheus sees it.
  std::string_view label(std::string_view name) const;
  std::string_view name() const { return label("alertname"); }
};

struct WebhookMessage {
  std::string group_key;
  std::string external_url;  ///< of the Alertmanager that sent it; members of a pair differ in nothing else
  std::uint64_t truncated_alerts =
      0;  ///< left out by max_alerts; `status` of the group says nothing about them
  std::vector<Alert> alerts;
  bool operator==(const WebhookMessage&) const = default;
};

/// Errors: kBadReply, the sender must change something (HTTP 400); kTooLarge, a limit above (413). One line
/// that names the place, such as "alerts[3].startsAt is missing", and never repeats a word of the message.
Result<WebhookMessage> parse_webhook(std::string_view body);

}  // namespace xenha::hooks
