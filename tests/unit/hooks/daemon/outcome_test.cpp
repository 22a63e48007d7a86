#include "hooks/action/outcome.h"

#include <gtest/gtest.h>

#include "hooks/action/enable_errors.h"
#include "hooks/action/enable_ha.h"

namespace xenha::hooks {
namespace {

TEST(Outcome, SomeErrorsAreNeverTriedAgain) {
  for (const char* code : {"LICENCE_RESTRICTION", "INCOMPATIBLE_STATEFILE_SR", "SR_OPERATION_NOT_SUPPORTED",
                           "RBAC_PERMISSION_DENIED", "CANNOT_CREATE_STATE_FILE", "REQUIRED_PIF_IS_UNPLUGGED"})
    EXPECT_TRUE(never_retry(code)) << code;
  for (const char* code : {"", "HOST_OFFLINE", "HA_FAILED_TO_FORM_LIVESET", "CANNOT_CONTACT_HOST", "SESSION_INVALID",
                           "SR_HAS_NO_PBDS", "INTERNAL_ERROR", "A_CODE_OF_A_LATER_RELEASE"})
    EXPECT_FALSE(never_retry(code)) << code;
}

TEST(Outcome, WhatOthersDoIsNoAttemptOfOurs) {
  for (const char* code : {"HA_IS_ENABLED", "HA_ENABLE_IN_PROGRESS", "HA_DISABLE_IN_PROGRESS", "DESIGNATE_NEW_MASTER_IN_PROGRESS"})
    EXPECT_TRUE(somebody_elses(code)) << code;
  EXPECT_FALSE(somebody_elses("HOST_OFFLINE"));
  EXPECT_FALSE(somebody_elses(""));
}

TEST(EnableErrors, AreFoundByTheirCodeOrTheFamilyOfIt) {
  for (const EnableError& error : enable_errors()) {
    EXPECT_FALSE(error.meaning.empty()) << error.code;
    EXPECT_FALSE(error.step.empty()) << error.code;
    if (error.code.find('*') != std::string_view::npos) continue;
    EXPECT_EQ(enable_error(error.code), &error) << error.code;
  }
  EXPECT_EQ(enable_error("SR_BACKEND_FAILURE_46")->code, "SR_BACKEND_FAILURE_*");
  EXPECT_EQ(enable_error("CLUSTER_CREATE_IN_PROGRESS")->code, "*_IN_PROGRESS");
  EXPECT_EQ(enable_error("A_CODE_OF_A_LATER_RELEASE"), nullptr);
  EXPECT_EQ(enable_error(""), nullptr);
}

TEST(Outcome, AnEnableMayTakeAMinuteAHostTheTimeoutAndThreeMinutes) {
  EXPECT_EQ(EnableHa::bound(4, std::chrono::seconds(90)), std::chrono::seconds(240 + 90 + 180));
}

}  // namespace
}  // namespace xenha::hooks
