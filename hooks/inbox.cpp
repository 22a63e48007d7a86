#include "hooks/inbox.h"

#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/log.h"

namespace xenha::hooks {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kTooLong = "labels_too_long";

web::Reply problem(int status, const std::string& sentence) {
  web::Reply reply =
      web::Reply::json(Json{{"error", sentence}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  reply.status = status;
  return reply;
}

journal::IncomingAlert incoming(const Alert& alert, const Receipt& receipt, const std::string& sender) {
  journal::IncomingAlert out{.fingerprint = alert.fingerprint,
                             .starts_at = alert.starts_at,
                             .ends_at = alert.ends_at,
                             .status = alert.status == AlertStatus::kFiring ? journal::AlertStatus::kFiring
                                                                            : journal::AlertStatus::kResolved,
                             .pool = receipt.pool,
                             .alertname = std::string(alert.name()),
                             .action = receipt.action,
                             .ignored = std::string(word(receipt.reason)),
                             .sender = sender};
  out.labels.insert(alert.labels.begin(), alert.labels.end());
  out.annotations.insert(alert.annotations.begin(), alert.annotations.end());
  if (!journal::fit(out)) {  // which alert it is cannot be kept whole, so nothing is done about it
    out.ignored = kTooLong;
    out.labels.clear();
    out.annotations.clear();
    out.alertname.resize(std::min<std::size_t>(out.alertname.size(), 128));
  }
  return out;
}

}  // namespace

void Inbox::set_rule(ReceiptRule rule) {
  const std::lock_guard lock(mutex_);
  rule_ = std::move(rule);
}

web::Reply Inbox::receive(const std::string& body) {
  const Result<WebhookMessage> message = parse_webhook(body);
  if (!message) {
    log::warn("a webhook was refused", {{"problem", message.error().message}});
    return problem(message.error().code == ErrorCode::kTooLarge ? 413 : 400, message.error().message);
  }
  ReceiptRule rule;
  {
    const std::lock_guard lock(mutex_);
    rule = rule_;
  }
  std::vector<journal::IncomingAlert> alerts;
  for (const Alert& alert : message->alerts) {
    alerts.push_back(incoming(alert, receipt_for(alert, rule), message->external_url));
    board_.alert(std::string(metric_name(alert, rule)),
                 alert.status == AlertStatus::kFiring ? "firing" : "resolved");
  }
  if (message->truncated_alerts > 0) {
    board_.truncated(message->truncated_alerts);
    log::warn("Alertmanager left alerts out; set max_alerts: 0 for this receiver",
              {{"truncated", std::to_string(message->truncated_alerts)}});
  }

  const Result<std::vector<journal::Receipt>> receipts = journal_.receive(alerts, clock_.wall());
  if (!receipts) {
    board_.journal_error();
    log::error("a webhook could not be written down; Alertmanager will send it again",
               {{"problem", receipts.error().message}});
    return problem(503, "The journal cannot be written; send it again.");
  }
  Json results = Json::array();
  std::set<std::string> changed;
  for (const journal::Receipt& receipt : *receipts) {
    const std::string_view result = journal::kReceiptResultWords[static_cast<std::size_t>(receipt.result)];
    results.push_back({{"fingerprint", receipt.fingerprint},
                       {"pool", receipt.pool},
                       {"result", result},
                       {"reason", receipt.reason},
                       {"id", receipt.id}});
    // A repeat, too: that it still fires is worth a look, if HA was thought to be back.
    const bool worth_a_look = receipt.result == journal::ReceiptResult::kAccepted ||
                              receipt.result == journal::ReceiptResult::kResolved ||
                              receipt.reason == journal::kReceiptStillOpen;
    if (worth_a_look && !receipt.pool.empty()) changed.insert(receipt.pool);
  }
  for (const std::string& pool : changed) wake_(pool);
  return web::Reply::json(Json{{"results", results}}.dump(-1, ' ', false, Json::error_handler_t::replace) +
                          "\n");
}

}  // namespace xenha::hooks
