// The files are what Alertmanager really sent (tests/fixtures/webhook/README.md); what no Alertmanager sends
// is made here, one fact of a good message spoiled at a time.
#include "hooks/alert/webhook_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "hooks/alert/rfc3339.h"

namespace xenha::hooks {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string fixture(const std::string& name) {
  std::ifstream in(std::string(XENHA_SOURCE_DIR "/tests/fixtures/webhook/") + name + ".json",
                   std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  EXPECT_TRUE(in.good()) << name;
  return out.str();
}

WebhookMessage read(const std::string& body) {
  Result<WebhookMessage> message = parse_webhook(body);
  if (message) return *std::move(message);
  ADD_FAILURE() << message.error().message;
  return {};
}

/// "cluster1 firing, cluster2 resolved": which alerts, in what state.
std::string summary(const WebhookMessage& message) {
  std::string out;
  for (const Alert& alert : message.alerts)
    out += (out.empty() ? "" : ", ") + std::string(alert.label("pool")) +
           (alert.status == AlertStatus::kFiring ? " firing" : " resolved") +
           (alert.ends_at ? " (ended)" : "");
  return out;
}

TEST(Webhook, OneAlertAsAlertmanagerSendsIt) {
  const std::string body = fixture("single_firing");
  const WebhookMessage message = read(body);
  const json raw = json::parse(body);
  EXPECT_EQ(message.group_key, R"({}:{alertname="XenHAPoolHADisabled"})");
  EXPECT_EQ(message.external_url, "http://alertmanager-1.example:9093");
  EXPECT_EQ(message.truncated_alerts, 0u);
  ASSERT_EQ(message.alerts.size(), 1u);
  const Alert& alert = message.alerts[0];
  EXPECT_EQ(alert.status, AlertStatus::kFiring);
  EXPECT_EQ(alert.name(), "XenHAPoolHADisabled");
  EXPECT_THAT(alert.labels, ElementsAre(Pair("alertname", "XenHAPoolHADisabled"), Pair("pool", "cluster1"),
                                        Pair("severity", "critical")));
  EXPECT_EQ(alert.label("no such label"), "");
  EXPECT_EQ(alert.annotations.size(), 3u);
  EXPECT_EQ(
      alert.annotations.at("description"),
      "HA of pool \"cluster1\" is off since 03:12 UTC & nobody works on it.\nNext: see the runbook – §1.");
  EXPECT_EQ(alert.starts_at, parse_rfc3339(std::string(raw["alerts"][0]["startsAt"])));
  EXPECT_FALSE(alert.ends_at) << "0001-01-01 is no time";
  EXPECT_THAT(alert.generator_url, HasSubstr("http://prometheus.example:9090/graph?g0.expr="));
  EXPECT_EQ(alert.fingerprint, "9a66f1ea99fdead0");
}

TEST(Webhook, EachAlertHasItsOwnState) {
  EXPECT_EQ(summary(read(fixture("single_resolved"))), "cluster1 resolved (ended)");
  EXPECT_EQ(summary(read(fixture("group_firing"))), "cluster-3.b firing, cluster1 firing, cluster2 firing");
  EXPECT_EQ(summary(read(fixture("group_mixed"))),
            "cluster-3.b firing, cluster1 firing, cluster2 resolved (ended)");
  EXPECT_EQ(summary(read(fixture("group_resolved"))),
            "cluster-3.b resolved (ended), cluster1 resolved (ended)");
  const Alert alert = read(fixture("single_resolved")).alerts.at(0);
  EXPECT_GT(*alert.ends_at, alert.starts_at);
}

TEST(Webhook, AnAlertNeedsNoName) {
  const WebhookMessage message = read(fixture("without_alertname"));
  ASSERT_EQ(message.alerts.size(), 1u);
  EXPECT_EQ(message.alerts[0].name(), "");
  EXPECT_EQ(message.alerts[0].label("pool"), "cluster1");
}

TEST(Webhook, TruncationIsCountedWhateverTheGroupSays) {
  const WebhookMessage firing = read(fixture("truncated_firing"));
  EXPECT_EQ(firing.truncated_alerts, 1u);
  EXPECT_EQ(summary(firing), "cluster-3.b firing, cluster1 firing");
  const WebhookMessage resolved = read(fixture("truncated_resolved"));
  EXPECT_EQ(resolved.truncated_alerts, 1u) << "the third fires on, unseen";
  EXPECT_EQ(summary(resolved), "cluster-3.b resolved (ended), cluster1 resolved (ended)");
}

TEST(Webhook, APairSaysTheSameButForItsAddress) {
  WebhookMessage first = read(fixture("pair_first"));
  const WebhookMessage second = read(fixture("pair_second"));
  EXPECT_NE(first, second);
  first.external_url = second.external_url;
  EXPECT_EQ(first, second);
}

TEST(Webhook, TimesOfAnotherZoneAreTheSameInstants) {
  const WebhookMessage firing = read(fixture("own_times_in_a_zone"));
  const WebhookMessage resolved = read(fixture("own_times_in_a_zone_resolved"));
  ASSERT_THAT(fixture("own_times_in_a_zone"), HasSubstr("+05:30\""));
  ASSERT_EQ(resolved.alerts.size(), 2u);
  EXPECT_EQ(resolved.alerts[1].label("pool"), "küche 💾");
  EXPECT_EQ(firing.alerts.at(1).starts_at, resolved.alerts[1].starts_at);
  const Duration lasted = *resolved.alerts[1].ends_at - resolved.alerts[1].starts_at;
  EXPECT_GT(lasted, Duration::zero());
  EXPECT_LT(lasted, std::chrono::minutes(1)) << "the start has an offset of 05:30, the end has none";
}

/// As single_firing, but shorter.
json good() {
  return json::parse(
      R"({"version":"4","groupKey":"{}:{}","status":"firing","truncatedAlerts":0,"externalURL":"http://am",
    "alerts":[{"status":"firing","labels":{"alertname":"A","pool":"p"},"annotations":{"summary":"s"},
      "startsAt":"2026-01-02T03:04:05Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"g","fingerprint":"00000000000000aa"},
      {"status":"resolved","labels":{"alertname":"A","pool":"q"},"annotations":{},
      "startsAt":"2026-01-02T03:04:05Z","endsAt":"2026-01-02T03:05:05Z","generatorURL":"g","fingerprint":"00000000000000AB"}]})");
}

TEST(Webhook, TheGoodMessageIsGood) {
  const WebhookMessage message = read(good().dump());
  EXPECT_EQ(summary(message), "p firing, q resolved (ended)");
  EXPECT_EQ(message.alerts[1].fingerprint, "00000000000000ab") << "case must not make another alert of it";
}

TEST(Webhook, WhatDoesNotMatterMayBeAbsentOrNew) {
  const WebhookMessage whole = read(good().dump());
  struct {
    const char* what;
    std::function<void(json&)> change;
    std::function<void(WebhookMessage&)> expected;
  } const rows[] = {
      {"receiver is not compared", [](json& m) { m["receiver"] = 7; }, [](WebhookMessage&) {}},
      {"nor the state of the group", [](json& m) { m["status"] = "resolved"; }, [](WebhookMessage&) {}},
      {"no truncatedAlerts, as before 0.22", [](json& m) { m.erase("truncatedAlerts"); },
       [](WebhookMessage&) {}},
      {"no groupKey", [](json& m) { m.erase("groupKey"); }, [](WebhookMessage& m) { m.group_key = ""; }},
      {"no externalURL", [](json& m) { m["externalURL"] = nullptr; },
       [](WebhookMessage& m) { m.external_url = ""; }},
      {"no annotations", [](json& m) { m["alerts"][0]["annotations"] = nullptr; },
       [](WebhookMessage& m) { m.alerts[0].annotations.clear(); }},
      {"no generatorURL", [](json& m) { m["alerts"][0].erase("generatorURL"); },
       [](WebhookMessage& m) { m.alerts[0].generator_url = ""; }},
      {"no end of what is over", [](json& m) { m["alerts"][1].erase("endsAt"); },
       [](WebhookMessage& m) { m.alerts[1].ends_at.reset(); }},
      {"a firing one has no end yet", [](json& m) { m["alerts"][0]["endsAt"] = "2026-01-02T03:08:05Z"; },
       [](WebhookMessage&) {}},
      {"no alerts at all", [](json& m) { m["alerts"] = json::array(); },
       [](WebhookMessage& m) { m.alerts.clear(); }},
      {"new keys",
       [](json& m) {
         m["notification_reason"] = "new_alerts";
         m["routeLabels"] = {{"team", "xen"}, {"deep", {{"er", {1, 2.5, true, nullptr, -1}}}}};
         m["alerts"][0]["silenceURL"] = json::array({json::object({{"alertname", "B"}})});
       },
       [](WebhookMessage&) {}},
      {"an empty pool is none", [](json& m) { m["alerts"][0]["labels"]["pool"] = ""; },
       [](WebhookMessage& m) { m.alerts[0].labels["pool"] = ""; }},
  };
  for (const auto& row : rows) {
    json changed = good();
    row.change(changed);
    ASSERT_NE(changed, good()) << row.what;
    WebhookMessage expected = whole;
    row.expected(expected);
    EXPECT_EQ(read(changed.dump()), expected) << row.what;
  }
}

struct Spoiled {
  const char* name;
  std::function<void(json&)> spoil;
  const char* says;
  ErrorCode code = ErrorCode::kBadReply;
};

json& first(json& message) {
  return message["alerts"][0];
}
json& second(json& message) {
  return message["alerts"][1];
}

std::string many(std::size_t count) {
  return std::string(count, 'x');
}

const Spoiled kSpoiled[] = {
    {"no_version", [](json& m) { m.erase("version"); },
     "version is missing, so this is no webhook of Alertmanager"},
    {"version_null", [](json& m) { m["version"] = nullptr; },
     "version is not \"4\": the sender is not Alertmanager, or a release with another webhook"},
    {"version_5", [](json& m) { m["version"] = "5"; },
     "version is not \"4\": the sender is not Alertmanager, or a release with another webhook"},
    {"version_as_number", [](json& m) { m["version"] = 4; },
     "version is not \"4\": the sender is not Alertmanager, or a release with another webhook"},
    {"version_as_list", [](json& m) { m["version"] = json::array({"4"}); },
     "version is not \"4\": the sender is not Alertmanager, or a release with another webhook"},
    {"version_first", [](json& m) { m["version"] = "1", first(m).clear(); },
     "version is not \"4\": the sender is not Alertmanager, or a release with another webhook"},
    {"no_alerts", [](json& m) { m.erase("alerts"); }, "alerts is missing"},
    {"alerts_null", [](json& m) { m["alerts"] = nullptr; }, "alerts is missing"},
    {"alerts_as_object", [](json& m) { m["alerts"] = json::object(); }, "alerts must be a list"},
    {"alerts_as_text", [](json& m) { m["alerts"] = "none"; }, "alerts must be a list"},
    {"alert_as_text", [](json& m) { second(m) = "x"; }, "alerts[1] must be an object"},
    {"alert_as_null", [](json& m) { first(m) = nullptr; }, "alerts[0] must be an object"},
    {"alert_as_list", [](json& m) { second(m) = json::array({1}); }, "alerts[1] must be an object"},
    {"group_key_as_list", [](json& m) { m["groupKey"] = json::array(); }, "groupKey must be text"},
    {"external_url_as_number", [](json& m) { m["externalURL"] = 1.5; }, "externalURL must be text"},
    {"truncated_negative", [](json& m) { m["truncatedAlerts"] = -1; },
     "truncatedAlerts must be a number from 0"},
    {"truncated_as_text", [](json& m) { m["truncatedAlerts"] = "1"; },
     "truncatedAlerts must be a number from 0"},
    {"truncated_as_object", [](json& m) { m["truncatedAlerts"] = json::object(); },
     "truncatedAlerts must be a number"},
    {"no_status", [](json& m) { second(m).erase("status"); }, "alerts[1].status is missing"},
    {"status_unknown", [](json& m) { second(m)["status"] = "PLANTED"; },
     "alerts[1].status is neither firing nor resolved"},
    {"status_upper_case", [](json& m) { first(m)["status"] = "Firing"; },
     "alerts[0].status is neither firing nor resolved"},
    {"status_as_bool", [](json& m) { first(m)["status"] = true; }, "alerts[0].status must be text"},
    {"no_labels", [](json& m) { first(m).erase("labels"); }, "alerts[0].labels are missing"},
    {"labels_null", [](json& m) { first(m)["labels"] = nullptr; }, "alerts[0].labels are missing"},
    {"labels_as_list", [](json& m) { first(m)["labels"] = json::array({"a"}); },
     "alerts[0].labels must be an object"},
    {"labels_as_text", [](json& m) { first(m)["labels"] = "PLANTED"; }, "alerts[0].labels must be an object"},
    {"labels_empty", [](json& m) { second(m)["labels"].clear(); }, "alerts[1].labels are missing"},
    {"label_as_number", [](json& m) { first(m)["labels"]["PLANTED"] = 1; },
     "alerts[0].labels have a value that is no text"},
    {"label_as_null", [](json& m) { first(m)["labels"]["PLANTED"] = nullptr; },
     "alerts[0].labels have a value that is no text"},
    {"label_as_object", [](json& m) { first(m)["labels"]["PLANTED"] = json::object(); },
     "alerts[0].labels have a value that is no text"},
    {"label_without_name", [](json& m) { first(m)["labels"][""] = "PLANTED"; },
     "alerts[0].labels have a name that is empty or holds a zero byte"},
    {"label_name_with_zero", [](json& m) { first(m)["labels"][std::string("PLANTED\0", 8)] = ""; },
     "alerts[0].labels have a name that is empty or holds a zero byte"},
    {"label_with_zero", [](json& m) { second(m)["labels"]["pool"] = std::string("p\0q", 3); },
     "alerts[1].labels have a value with a zero byte"},
    {"annotation_as_number", [](json& m) { second(m)["annotations"]["PLANTED"] = 1; },
     "alerts[1].annotations have a value that is no text"},
    {"annotations_as_text", [](json& m) { second(m)["annotations"] = "PLANTED"; },
     "alerts[1].annotations must be an object"},
    {"annotations_as_list", [](json& m) { second(m)["annotations"] = json::array(); },
     "alerts[1].annotations must be an object"},
    {"no_start", [](json& m) { first(m).erase("startsAt"); }, "alerts[0].startsAt is missing"},
    {"start_null", [](json& m) { first(m)["startsAt"] = nullptr; }, "alerts[0].startsAt is missing"},
    {"start_never_set", [](json& m) { first(m)["startsAt"] = "0001-01-01T00:00:00Z"; },
     "alerts[0].startsAt is no RFC 3339 time from 1970 to 2199"},
    {"start_too_late", [](json& m) { second(m)["startsAt"] = "2200-01-01T00:00:00Z"; },
     "alerts[1].startsAt is no RFC 3339 time from 1970 to 2199"},
    {"start_as_number", [](json& m) { second(m)["startsAt"] = 1700000000; },
     "alerts[1].startsAt must be text"},
    {"start_as_object", [](json& m) { second(m)["startsAt"] = json::object(); },
     "alerts[1].startsAt must be text"},
    {"end_is_nonsense", [](json& m) { second(m)["endsAt"] = "PLANTED"; },
     "alerts[1].endsAt is no RFC 3339 time from 1970 to 2199"},
    {"end_is_nonsense_while_firing", [](json& m) { first(m)["endsAt"] = "PLANTED"; },
     "alerts[0].endsAt is no RFC 3339 time from 1970 to 2199"},
    {"no_fingerprint", [](json& m) { second(m).erase("fingerprint"); }, "alerts[1].fingerprint is missing"},
    {"fingerprint_short", [](json& m) { second(m)["fingerprint"] = "00000000000000a"; },
     "alerts[1].fingerprint is not 16 hex digits"},
    {"fingerprint_long", [](json& m) { second(m)["fingerprint"] = "00000000000000aaa"; },
     "alerts[1].fingerprint is not 16 hex digits"},
    {"fingerprint_not_hex", [](json& m) { second(m)["fingerprint"] = "0000000000PLANTED"; },
     "alerts[1].fingerprint is not 16 hex digits"},
    {"fingerprint_not_quite_hex", [](json& m) { second(m)["fingerprint"] = "000000000000000g"; },
     "alerts[1].fingerprint is not 16 hex digits"},
    {"generator_with_zero", [](json& m) { first(m)["generatorURL"] = std::string("\0", 1); },
     "alerts[0].generatorURL holds a zero byte"},
    {"generator_as_object", [](json& m) { first(m)["generatorURL"] = json::object(); },
     "alerts[0].generatorURL must be text"},

    {"too_many_alerts",
     [](json& m) { m["alerts"].insert(m["alerts"].end(), kMaxAlerts - 1, m["alerts"][0]); },
     "alerts are more than 5000", ErrorCode::kTooLarge},
    {"too_many_wrong_alerts", [](json& m) { m["alerts"].insert(m["alerts"].end(), kMaxAlerts, json(0)); },
     "alerts are more than 5000", ErrorCode::kTooLarge},
    {"too_many_labels",
     [](json& m) {
       for (std::size_t i = 0; i < kMaxLabels - 1; ++i) second(m)["labels"]["l" + std::to_string(i)] = "v";
     },
     "alerts[1].labels are more than 100", ErrorCode::kTooLarge},
    {"too_many_annotations",
     [](json& m) {
       for (std::size_t i = 0; i < kMaxLabels; ++i) first(m)["annotations"]["l" + std::to_string(i)] = "v";
     },
     "alerts[0].annotations are more than 100", ErrorCode::kTooLarge},
    {"label_name_too_long", [](json& m) { first(m)["labels"][many(kMaxLabelName + 1)] = "v"; },
     "alerts[0].labels have a name longer than 256 bytes", ErrorCode::kTooLarge},
    {"label_value_too_long", [](json& m) { first(m)["labels"]["l"] = many(kMaxLabelValue + 1); },
     "alerts[0].labels have a value longer than 4096 bytes", ErrorCode::kTooLarge},
    {"annotation_too_long", [](json& m) { first(m)["annotations"]["l"] = many(kMaxAnnotation + 1); },
     "alerts[0].annotations have a value longer than 65536 bytes", ErrorCode::kTooLarge},
    {"text_too_long", [](json& m) { m["groupKey"] = many(kMaxAnnotation + 1); },
     "groupKey is longer than 65536 bytes", ErrorCode::kTooLarge},
    {"too_many_keys",
     [](json& m) {
       for (std::size_t i = 0; i < 200; ++i) m["new" + std::to_string(i)] = i;
     },
     "the message has more than 200 keys", ErrorCode::kTooLarge},
    {"too_many_keys_of_an_alert",
     [](json& m) {
       for (std::size_t i = 0; i < 200; ++i) second(m)["new" + std::to_string(i)] = i;
     },
     "alerts[1] has more than 200 keys", ErrorCode::kTooLarge},
};

class SpoiledWebhook : public testing::TestWithParam<Spoiled> {};

TEST_P(SpoiledWebhook, SaysWhatIsWrongAndWhere) {
  json message = good();
  GetParam().spoil(message);
  const Result<WebhookMessage> result = parse_webhook(message.dump());
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, testing::StartsWith(GetParam().says));
  EXPECT_LE(result.error().message.size(), std::string(GetParam().says).size() + 10);
  EXPECT_EQ(result.error().code, GetParam().code);
  EXPECT_THAT(result.error().message, testing::Not(HasSubstr("PLANTED")));
}

INSTANTIATE_TEST_SUITE_P(Facts, SpoiledWebhook, testing::ValuesIn(kSpoiled),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Webhook, WhatIsJustInsideTheLimitsIsTaken) {
  json message = good();
  for (std::size_t i = 0; i < kMaxLabels - 2; ++i) first(message)["labels"]["l" + std::to_string(i)] = "v";
  first(message)["labels"].erase("l0");
  first(message)["labels"][many(kMaxLabelName)] = many(kMaxLabelValue);
  first(message)["annotations"]["summary"] = many(kMaxAnnotation);
  message["alerts"].insert(message["alerts"].end(), kMaxAlerts - 2, second(message));
  EXPECT_EQ(read(message.dump()).alerts.size(), kMaxAlerts);
}

std::string nested(std::size_t depth) {
  std::string text = good().dump();
  return text.insert(1, "\"new\":" + std::string(depth, '[') + std::string(depth, ']') + ",");
}

TEST(Webhook, DepthIsBounded) {
  EXPECT_TRUE(parse_webhook(nested(15)));
  for (const std::size_t depth : {16u, 17u, 500000u}) {
    const Result<WebhookMessage> result = parse_webhook(nested(depth));
    ASSERT_FALSE(result) << depth;
    EXPECT_EQ(result.error().message, "the message is nested too deeply");
  }
}

/// What a JSON library does not write.
TEST(Webhook, BytesThatAreNoMessage) {
  const std::string text = good().dump();
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const std::size_t at = changed.find(from);
    EXPECT_NE(at, changed.npos) << from;
    return changed.replace(at, from.size(), to);
  };
  struct {
    const char* what;
    std::string body;
    const char* says;
  } const rows[] = {
      {"nothing", "", "the message is empty"},
      {"a form", "payload=%7B%7D", "the message is no valid JSON at byte 1"},
      {"markup", "<html>", "the message is no valid JSON at byte 1"},
      {"a text", "\"4\"", "the message is no JSON object"},
      {"a number", "4", "the message is no JSON object"},
      {"null", "null", "the message is no JSON object"},
      {"a list", "[" + text + "]", "the message is no JSON object"},
      {"cut off", text.substr(0, text.size() - 1), "the message is no valid JSON at byte"},
      {"two messages", text + text, "the message is no valid JSON at byte"},
      {"a zero byte behind", text + std::string(1, '\0') + "x", "the message is no valid JSON at byte"},
      {"a zero byte inside", with("firing", std::string("fir\0ing", 7)),
       "the message is no valid JSON at byte"},
      {"not UTF-8", with("\"p\"", "\"\xff\""), "the message is no valid JSON at byte"},
      {"UTF-8 of a surrogate", with("\"p\"", "\"\xed\xa0\x80\""), "the message is no valid JSON at byte"},
      {"overlong UTF-8", with("\"p\"", "\"\xc0\xaf\""), "the message is no valid JSON at byte"},
      {"half a surrogate pair", with("\"p\"", "\"\\ud800\""), "the message is no valid JSON at byte"},
      {"a number beyond numbers", with("\"truncatedAlerts\":0", "\"truncatedAlerts\":1e999"),
       "the message is no valid JSON at byte"},
      {"a count beyond 64 bits", with("\"truncatedAlerts\":0", "\"truncatedAlerts\":18446744073709551616"),
       "truncatedAlerts must be a number from 0"},
      {"a comment", "/* */" + text, "the message is no valid JSON at byte"},
      {"a key twice", with("\"version\"", "\"version\":\"4\",\"version\""), "the message has a key twice"},
      {"an unknown key twice", with("\"version\"", "\"PLANTED\":1,\"PLANTED\":2,\"version\""),
       "the message has a key twice"},
      {"alerts twice", with("\"alerts\"", "\"alerts\":[],\"alerts\""), "the message has a key twice"},
      {"a key of an alert twice", with("\"generatorURL\"", "\"status\":\"firing\",\"generatorURL\""),
       "alerts[0] has a key twice"},
      {"a label twice", with("\"pool\"", "\"pool\":\"p\",\"pool\""), "alerts[0].labels have a name twice"},
      {"a label twice, once escaped", with("\"pool\"", "\"po\\u006fl\":\"x\",\"pool\""),
       "alerts[0].labels have a name twice"},
      {"an annotation twice", with("\"summary\"", "\"summary\":\"\",\"summary\""),
       "alerts[0].annotations have a name twice"},
  };
  for (const auto& row : rows) {
    const Result<WebhookMessage> result = parse_webhook(row.body);
    ASSERT_FALSE(result) << row.what;
    EXPECT_THAT(result.error().message, testing::StartsWith(row.says)) << row.what;
    EXPECT_THAT(result.error().message, testing::Not(HasSubstr("PLANTED"))) << row.what;
    EXPECT_EQ(result.error().code, ErrorCode::kBadReply) << row.what;
  }
}

TEST(Webhook, EveryCutOfARealMessageIsRefused) {
  const std::string body = fixture("group_mixed");
  const std::size_t end = body.find_last_of('}');
  for (std::size_t size = 0; size <= end; ++size) {
    const Result<WebhookMessage> result = parse_webhook(std::string_view(body).substr(0, size));
    ASSERT_FALSE(result) << size;
  }
}

}  // namespace
}  // namespace xenha::hooks
