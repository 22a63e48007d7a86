#include "hooks/action/outcome.h"

#include <algorithm>

namespace xenha::hooks {
namespace {

constexpr std::array<std::string_view, 6> kNeverRetry{
    "LICENCE_RESTRICTION",    "INCOMPATIBLE_STATEFILE_SR", "SR_OPERATION_NOT_SUPPORTED",
    "RBAC_PERMISSION_DENIED", "CANNOT_CREATE_STATE_FILE",  "REQUIRED_PIF_IS_UNPLUGGED"};

}  // namespace

bool never_retry(std::string_view error_code) {
  return std::find(kNeverRetry.begin(), kNeverRetry.end(), error_code) != kNeverRetry.end();
}

bool somebody_elses(std::string_view error_code) {
  return error_code == "HA_IS_ENABLED" || error_code.ends_with("_IN_PROGRESS");
}

}  // namespace xenha::hooks
