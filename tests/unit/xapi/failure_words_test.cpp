#include "lib/xapi/failure_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace xenha::xapi {
namespace {

Error failure(std::string code) {
  return {ErrorCode::kRemoteFault, "", std::move(code)};
}

TEST(FailureWords, EveryErrorCodeHasItsWord) {
  EXPECT_EQ(error_word({ErrorCode::kUnreachable, ""}), "unreachable");
  EXPECT_EQ(error_word({ErrorCode::kTimeout, ""}), "timeout");
  EXPECT_EQ(error_word({ErrorCode::kTls, ""}), "tls");
  EXPECT_EQ(error_word({ErrorCode::kAuth, "", "SESSION_AUTHENTICATION_FAILED"}), "auth");
  EXPECT_EQ(error_word({ErrorCode::kBadReply, ""}), "bad_reply");
  EXPECT_EQ(error_word({ErrorCode::kTooLarge, ""}), "too_large");
  EXPECT_EQ(error_word({ErrorCode::kBadConfig, ""}), "bad_config");
}

TEST(FailureWords, KnownFailuresHaveTheirOwn) {
  EXPECT_EQ(error_word(failure("HOST_IS_SLAVE")), "host_is_slave");
  EXPECT_EQ(error_word(failure("SESSION_INVALID")), "session_invalid");
  EXPECT_EQ(error_word(failure("HOST_STILL_BOOTING")), "host_still_booting");
  EXPECT_EQ(error_word(failure("VDI_NOT_AVAILABLE")), "vdi_not_available");
  EXPECT_EQ(error_word(failure("FAULT")), "fault");
  EXPECT_EQ(error_word(failure("SESSION_AUTHENTICATION_FAILED")), "auth");
}

TEST(FailureWords, WhatAHostInventsIsOneWord) {
  for (const char* code :
       {"", "SR_BACKEND_FAILURE_47", "TIMEOUT", "host_is_slave", "HOST_IS_SLAVE ", "\xF0\x9F\x98\x80"}) {
    EXPECT_EQ(error_word(failure(code)), "other_failure") << code;
  }
}

TEST(FailureWords, TheListHasNoWordTwiceAndAllAreLabels) {
  EXPECT_EQ(std::set(kErrorWords.begin(), kErrorWords.end()).size(), kErrorWords.size());
  for (const std::string_view word : kErrorWords) {
    EXPECT_THAT(std::string(word), ::testing::MatchesRegex("[a-z][a-z_]*"));
  }
}

}  // namespace
}  // namespace xenha::xapi
