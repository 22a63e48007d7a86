#include "lib/xapi/failure_words.h"

#include <algorithm>
#include <iterator>

namespace xenha::xapi {
namespace {

constexpr std::size_t kOwnWords = 9;  ///< so many of kErrorWords stand for no failure code

bool is_lower_case_of(std::string_view word, std::string_view code) {
  return std::equal(word.begin(), word.end(), code.begin(), code.end(), [](char lower, char c) {
    return lower == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) && !(c >= 'a' && c <= 'z');
  });
}

std::string_view failure_word(std::string_view code) {
  if (code == "FAULT") return "fault";
  if (code == "SESSION_AUTHENTICATION_FAILED") return "auth";
  const auto* found = std::find_if(kErrorWords.begin() + kOwnWords, kErrorWords.end(),
                                   [&](std::string_view word) { return is_lower_case_of(word, code); });
  return found == kErrorWords.end() ? "other_failure" : *found;
}

}  // namespace

std::string_view error_word(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnreachable:
      return "unreachable";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kTls:
      return "tls";
    case ErrorCode::kAuth:
      return "auth";
    case ErrorCode::kRemoteFault:
      return failure_word(error.remote_code);
    case ErrorCode::kBadReply:
      return "bad_reply";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kBadConfig:
      return "bad_config";
  }
  return "bad_config";
}

}  // namespace xenha::xapi
