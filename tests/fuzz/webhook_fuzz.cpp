// Any bytes as a webhook: no crash, nothing beyond the limits, no time that overflows, and no word of the
// sender in what is said about it. Seeds: what Alertmanager sends.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hooks/alert/receipt_rule.h"
#include "hooks/alert/webhook_message.h"

namespace {

using namespace xenha;
using namespace xenha::hooks;

void expect(bool holds) {
  if (!holds) std::abort();
}

/// Whatever the message holds, the sentence is made of our own words: short, printable, one line.
void check_error(const Error& error) {
  expect(error.code == ErrorCode::kBadReply || error.code == ErrorCode::kTooLarge);
  expect(!error.message.empty() && error.message.size() < 120);
  for (const char c : error.message) expect(c >= 0x20 && c < 0x7F);
}

void check_time(WallTime when) {
  const double apart =
      std::chrono::duration<double>(WallTime(std::chrono::seconds(1'700'000'000)) - when).count();
  expect(apart > -1e10 && apart < 1e10);
}

void check_texts(const TextMap& texts, std::size_t longest) {
  expect(texts.size() <= kMaxLabels);
  for (const auto& [name, value] : texts) {
    expect(!name.empty() && name.size() <= kMaxLabelName && value.size() <= longest);
    expect(name.find('\0') == std::string::npos && value.find('\0') == std::string::npos);
  }
}

void check_alert(const Alert& alert) {
  expect(!alert.labels.empty() && alert.fingerprint.size() == 16);
  for (const char c : alert.fingerprint) expect((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  check_texts(alert.labels, kMaxLabelValue);
  check_texts(alert.annotations, kMaxAnnotation);
  check_time(alert.starts_at);
  if (alert.ends_at) check_time(*alert.ends_at);
  expect(alert.status == AlertStatus::kResolved || !alert.ends_at);
}

void check_receipt(const Alert& alert, const ReceiptRule& rule) {
  const Receipt receipt = receipt_for(alert, rule);
  expect((receipt.intake == Intake::kIgnore) == (receipt.reason != IgnoreReason::kNone));
  expect(receipt.pool.empty() || rule.pools.contains(receipt.pool));
  expect(receipt.intake == Intake::kIgnore || (!receipt.pool.empty() && receipt.action == kEnablePoolHa));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ReceiptRule rule{.pools = {"cluster1"},
                                .policies = {{"XenHAPoolHADisabled", std::string(kEnablePoolHa)}}};
  const Result<WebhookMessage> message = parse_webhook({reinterpret_cast<const char*>(data), size});
  if (!message) {
    check_error(message.error());
    return 0;
  }
  expect(message->alerts.size() <= kMaxAlerts);
  for (const Alert& alert : message->alerts) {
    check_alert(alert);
    check_receipt(alert, rule);
  }
  return 0;
}
