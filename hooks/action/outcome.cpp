#include "hooks/action/outcome.h"

#include "hooks/action/enable_errors.h"

namespace xenha::hooks {
namespace {

bool is(std::string_view error_code, AfterError after) {
  const EnableError* error = enable_error(error_code);
  return error != nullptr && error->after == after;
}

}  // namespace

bool never_retry(std::string_view error_code) {
  return is(error_code, AfterError::kNever);
}

bool somebody_elses(std::string_view error_code) {
  return is(error_code, AfterError::kNotOurs);
}

}  // namespace xenha::hooks
