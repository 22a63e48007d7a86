// The wall at run time: with the exporter's list the encoder writes no call that changes anything, for any
// method of any release.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "exporter/poll/allowed_methods.h"
#include "hooks/allowed_methods.h"
#include "lib/xapi/call.h"

namespace xenha::exporter {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> every_method() {
  std::ifstream file(XENHA_SOURCE_DIR "/tests/sim/wire/datamodel.json");
  const nlohmann::json model = nlohmann::json::parse(file);
  std::vector<std::string> names;
  for (const auto& item : model.at("classes"))
    for (const auto& message : item.at("messages"))
      names.push_back(item.at("name").get<std::string>() + "." + message.at(0).get<std::string>());
  return names;
}

bool is_allowed(const std::string& name) {
  return std::find(kAllowedMethods.begin(), kAllowedMethods.end(), name) != kAllowedMethods.end();
}

TEST(EncoderRefusesWrites, EncodesWhatIsListedAndNothingElse) {
  const std::vector<std::string> methods = every_method();
  ASSERT_GT(methods.size(), 1500u);
  for (const std::string& method : methods) {
    const Result<std::string> call =
        xapi::encode_call(kAllowedMethods, method, {std::string("OpaqueRef:session")});
    EXPECT_EQ(static_cast<bool>(call), is_allowed(method)) << method;
  }
}

TEST(EncoderRefusesWrites, TheHooksEncodeTheirListAndNothingElse) {
  const auto listed = [](const std::string& name) {
    return std::find(hooks::kAllowedMethods.begin(), hooks::kAllowedMethods.end(), name) !=
           hooks::kAllowedMethods.end();
  };
  for (const std::string& method : every_method()) {
    for (const std::string& name : {method, "Async." + method}) {
      const Result<std::string> call =
          xapi::encode_call(hooks::kAllowedMethods, name, {std::string("OpaqueRef:session")});
      EXPECT_EQ(static_cast<bool>(call), listed(name)) << name;
    }
  }
  EXPECT_EQ(hooks::kTheAct, "Async.pool.enable_ha");
}

TEST(EncoderRefusesWrites, SaysWhichMethodAndWhy) {
  const Result<std::string> call =
      xapi::encode_call(kAllowedMethods, "pool.disable_ha", {std::string("OpaqueRef:session")});
  ASSERT_FALSE(call);
  EXPECT_EQ(call.error().code, ErrorCode::kBadConfig);
  EXPECT_THAT(call.error().message, HasSubstr("pool.disable_ha"));
  EXPECT_THAT(call.error().message, Not(HasSubstr("OpaqueRef")));
}

TEST(EncoderRefusesWrites, RefusesOtherSpellings) {
  using namespace std::string_view_literals;
  for (const std::string_view method :
       {"Async.pool.get_all"sv, "InternalAsync.pool.get_all"sv, "pool.get_all "sv, " pool.get_all"sv,
        "Pool.get_all"sv, "pool.get_all\0pool.disable_ha"sv, ""sv}) {
    EXPECT_FALSE(xapi::encode_call(kAllowedMethods, method, {})) << '"' << method << '"';
  }
}

}  // namespace
}  // namespace xenha::exporter
