// The wall at run time: nothing but reads can be encoded.
#include "lib/cloudstack/call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "lib/cloudstack/allowed_commands.h"
#include "lib/cloudstack/words.h"
#include "tests/unit/cloudstack/scripted_server.h"

namespace xenha::cloudstack {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Keys kKeys{Secret(test::kApiKey), Secret(test::kSecretKey)};
const WallTime kExpires{std::chrono::seconds(1767323045)};

Result<EncodedCall> encode(std::string_view command, Parameters params = {}) {
  return encode_call(kAllowedCommands, command, std::move(params), kKeys, kExpires);
}

TEST(AllowedCommands, AreListsOnlyAndEachOnce) {
  for (const std::string_view command : kAllowedCommands) {
    EXPECT_THAT(std::string(command), StartsWith("list"));
    EXPECT_EQ(std::count(kAllowedCommands.begin(), kAllowedCommands.end(), command), 1) << command;
    EXPECT_TRUE(encode(command)) << command;
  }
}

TEST(AllowedCommands, HoldNothingThatOnlySoundsLikeAList) {
  // No command of CloudStack that begins with "list" changes anything; some hand out what is secret.
  for (const char* command :
       {"listUsers", "listAccounts", "getUserKeys", "listSSHKeyPairs", "listAsyncJobs"}) {
    EXPECT_FALSE(encode(command)) << command;
  }
}

TEST(Call, RefusesEveryWrite) {
  for (const char* command : {"prepareHostForMaintenance",
                              "cancelHostMaintenance",
                              "reconnectHost",
                              "declareHostAsDegraded",
                              "updateHost",
                              "updateCluster",
                              "updateConfiguration",
                              "deleteHost",
                              "startVirtualMachine",
                              "stopVirtualMachine",
                              "rebootVirtualMachine",
                              "destroyVirtualMachine",
                              "deployVirtualMachine",
                              "migrateVirtualMachine",
                              "startRouter",
                              "stopRouter",
                              "destroyRouter",
                              "startSystemVm",
                              "stopSystemVm",
                              "destroySystemVm",
                              "archiveAlerts",
                              "deleteAlerts",
                              "archiveEvents",
                              "deleteEvents",
                              "login",
                              "logout",
                              "queryAsyncJobResult",
                              "getApiLimit",
                              "resetApiLimit",
                              "registerUserKeys",
                              "enableStorageMaintenance"}) {
    const Result<EncodedCall> call = encode(command);
    ASSERT_FALSE(call) << command;
    EXPECT_EQ(call.error().code, ErrorCode::kBadConfig);
    EXPECT_THAT(call.error().message, HasSubstr(command));
  }
}

TEST(Call, RefusesOtherSpellings) {
  using namespace std::string_view_literals;
  for (const std::string_view command :
       {"listhosts"sv, "LISTHOSTS"sv, "listHosts "sv, " listHosts"sv, "listHosts\0deleteHost"sv,
        "listHosts&command=deleteHost"sv, "list"sv, ""sv}) {
    EXPECT_FALSE(encode(command)) << command;
  }
}

TEST(Call, NoParameterSmugglesAnother) {
  const Result<EncodedCall> call = encode("listHosts", {{"clusterid", "a&command=deleteHost&id=1"}});
  ASSERT_TRUE(call);
  EXPECT_EQ(test::decode_form(call->body).at("command"), "listHosts");
  EXPECT_EQ(test::decode_form(call->body).at("clusterid"), "a&command=deleteHost&id=1");
  for (const Parameters& params :
       {Parameters{{"command", "deleteHost"}}, Parameters{{"id", "1"}, {"id", "2"}},
        Parameters{{"listAll", "1"}}, Parameters{{"a&command", "1"}}, Parameters{{"", "1"}},
        Parameters{{"expires", "x"}}}) {
    const Result<EncodedCall> bad = encode("listHosts", params);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, ErrorCode::kBadConfig);
    EXPECT_THAT(bad.error().message, Not(HasSubstr("deleteHost")));
  }
}

TEST(Call, SendsEverythingInLowerCaseNamesWithExpiryAndSignature) {
  const Result<EncodedCall> call = encode("listHosts", {{"details", "min,events"}, {"type", "Routing"}});
  ASSERT_TRUE(call);
  EXPECT_THAT(call->body, HasSubstr("details=min%2Cevents&type=Routing&command=listHosts&response=json"));
  EXPECT_THAT(call->body, HasSubstr("&expires=2026-01-02T03%3A04%3A05%2B0000"));
  EXPECT_THAT(call->body, Not(HasSubstr(test::kSecretKey)));
  const auto form = test::decode_form(call->body);
  EXPECT_EQ(form.at("signature"), call->signature);
  EXPECT_EQ(call->signature.size(), 28u);
  for (const auto& [name, value] : form) EXPECT_EQ(name, lower_case(name)) << value;
}

}  // namespace
}  // namespace xenha::cloudstack
