#include "exporter/cloud/cloud_alerts.h"

#include <gtest/gtest.h>

namespace xenha::exporter {
namespace {

using Kind = CloudAlertKind;

struct Row {
  const char* name;
  const char* text;
  std::optional<AlertText> expected;
};
const std::string kUuid = "a9d2b1c0-1234-4567-89ab-0123456789ab";
const Row kRows[] = {
    {"a1", "Host disconnected, 3", AlertText{Kind::kHostDown, {"3", "", ""}, ""}},
    {"a2", "Host down, 17", AlertText{Kind::kHostDown, {"17", "", ""}, ""}},
    {"a3", "Host is down, name: xs-01 (id:3), availability zone: z1, pod: pod1",
     AlertText{Kind::kHaScheduled, {"3", "xs-01", ""}, ""}},
    {"a3_comma_and_brackets",
     "Host is down, name: xs, the \"first\" (id:old) (id:3), availability zone: z, pod: p",
     AlertText{Kind::kHaScheduled, {"3", "xs, the \"first\" (id:old)", ""}, ""}},
    {"a4", "Host disconnected, name: xs-01 (id:3), availability zone: z1, pod: pod1",
     AlertText{Kind::kHostDisconnected, {"3", "xs-01", ""}, ""}},
    {"a4_uuid",
     "Host disconnected, name: xs-01 (id:a9d2b1c0-1234-4567-89ab-0123456789ab), availability zone: z1, pod: "
     "pod1",
     AlertText{Kind::kHostDisconnected, {"", "xs-01", kUuid}, ""}},
    {"a5", "Host in ALERT state, name: xs-01 (id:3), availability zone: z1, pod: pod1",
     AlertText{Kind::kHostAlert, {"3", "xs-01", ""}, ""}},
    {"a5_object",
     R"(Host in ALERT state, Host {"id":3,"name":"xs, \"a\" }","type":"Routing","uuid":"a9d2b1c0-1234-4567-89ab-0123456789ab"}, availability zone: z1, pod: pod1)",
     AlertText{Kind::kHostAlert, {"3", "xs, \"a\" }", kUuid}, ""}},
    {"a5_object_in_another_order",
     R"(Host in ALERT state, Host {"uuid":"a9d2b1c0-1234-4567-89ab-0123456789ab","type":"Routing","name":"xs-01","id":3}, availability zone: z1)",
     AlertText{Kind::kHostAlert, {"3", "xs-01", kUuid}, ""}},
    {"a5_broken_object", R"(Host in ALERT state, Host {"id":3,"name":"xs)",
     AlertText{Kind::kHostAlert, {}, ""}},
    {"a6", "Host lost connection to gateway, name: xs-01 (id:3)", std::nullopt},
    {"a7", "Migration Complete for host name: xs-01 (id:3), availability zone: z1, pod: pod1",
     AlertText{Kind::kMaintenanceComplete, {"3", "xs-01", ""}, ""}},
    {"a8",
     "VM (name: web, id: 5, id: 203) stopped unexpectedly on host id:3, availability zone id:1, pod id:1",
     AlertText{Kind::kVmStoppedUnexpectedly, {"3", "", ""}, "web, id: 5"}},
    {"a9",
     "Unable to restart web-01 which was running on host name: xs-01(id:3), availability zone: z1, pod: pod1",
     AlertText{Kind::kVmRestartFailed, {"3", "xs-01", ""}, "web-01"}},
    {"a9_object",
     R"(Unable to restart a which was running on host b which was running on host Host {"id":3,"name":"xs-01","type":"Routing","uuid":"a9d2b1c0-1234-4567-89ab-0123456789ab"}, availability zone: z1, pod: pod1)",
     AlertText{Kind::kVmRestartFailed, {"3", "xs-01", kUuid}, "a which was running on host b"}},
    {"a10", "HA starting VM: web (old) (i-2-203-VM)", AlertText{Kind::kVmRestarted, {}, "i-2-203-VM"}},
    {"a10_without_brackets", "HA starting VM: web)", AlertText{Kind::kVmRestarted, {}, ""}},
    {"a10_empty", "HA starting VM: ", AlertText{Kind::kVmRestarted, {}, ""}},
    {"a11", "VM state sync alert", std::nullopt},
    {"a12", "Unable to migrate vm i-2-203-VM from host xs-01 in zone z1 and pod pod1",
     AlertText{Kind::kMigrationFailed, {"", "xs-01", ""}, "i-2-203-VM"}},
    {"a12_cut_off", "Unable to migrate vm i-2", AlertText{Kind::kMigrationFailed, {}, "i-2"}},
    {"a13_host",
     "Unable to investigate the host name: xs-01 (id:3) because VM high availability manager is disabled",
     AlertText{Kind::kHaDisabled, {"3", "xs-01", ""}, ""}},
    {"a13_restart", "Unable to schedule restart for VMs: VM high availability manager is disabled",
     AlertText{Kind::kHaDisabled, {}, ""}},
    {"a14",
     "VM (name: i-2-203-VM, id: 203) stopped on host name: xs-01 (id:3), availability zone: z1, pod: p due "
     "to "
     "storage failure",
     AlertText{Kind::kVmStoppedStorage, {"3", "xs-01", ""}, "i-2-203-VM"}},
    {"another_vm_alert", "VM (name: a, id: 1) stopped on host name: xs-01 (id:3)", std::nullopt},
    {"nothing", "", std::nullopt},
    {"prefix_in_the_middle", "Not: Host down, 3", std::nullopt},
};

class AlertTexts : public testing::TestWithParam<Row> {};
TEST_P(AlertTexts, AreUnderstood) {
  const std::optional<AlertText> got = read_alert(GetParam().text);
  ASSERT_EQ(got.has_value(), GetParam().expected.has_value());
  if (!got) return;
  EXPECT_EQ(got->kind, GetParam().expected->kind);
  EXPECT_EQ(got->host.number, GetParam().expected->host.number);
  EXPECT_EQ(got->host.name, GetParam().expected->host.name);
  EXPECT_EQ(got->host.id, GetParam().expected->host.id);
  EXPECT_EQ(got->vm, GetParam().expected->vm);
}
INSTANTIATE_TEST_SUITE_P(Reference, AlertTexts, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

/// Whatever a server or an operator cuts off or mixes up, it must not throw.
TEST(AlertText, NoBeginningOfAnAlertIsTooShort) {
  for (const Row& row : kRows) {
    const std::string text = row.text;
    for (std::size_t length = 0; length <= text.size(); ++length) {
      static_cast<void>(read_alert(text.substr(0, length)));
      static_cast<void>(read_alert(text.substr(0, length) + ")"));
      static_cast<void>(read_alert(text.substr(0, length) + text));
    }
  }
}

TEST(HostNumbers, AreLearntFromAlertsThatCarryBoth) {
  HostNumbers numbers;
  numbers.learn({"3", "", ""});
  EXPECT_EQ(numbers.completed({"3", "", ""}), (AlertHost{"3", "", ""}));
  numbers.learn({"3", "xs-01", ""});
  EXPECT_EQ(numbers.completed({"3", "", ""}), (AlertHost{"3", "xs-01", ""}));
  numbers.learn({"3", "xs-01", kUuid});
  numbers.learn({"3", "xs-01", ""});
  EXPECT_EQ(numbers.completed({"3", "", ""}), (AlertHost{"3", "xs-01", kUuid}));
  EXPECT_EQ(numbers.completed({"3", "another", ""}), (AlertHost{"3", "another", ""}));
  numbers.learn({"3", "renamed", ""});
  EXPECT_EQ(numbers.completed({"3", "", ""}), (AlertHost{"3", "renamed", ""}));
  EXPECT_EQ(numbers.completed({"4", "", ""}), (AlertHost{"4", "", ""}));
  EXPECT_EQ(numbers.completed({"", "xs-01", ""}), (AlertHost{"", "xs-01", ""}));
}

}  // namespace
}  // namespace xenha::exporter
