// What XenServer says when it does not switch HA on, and what follows from it: reference X 4.3, in its order.
// The action obeys this table, and DECISIONS.md prints it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace xenha::hooks {

enum class AfterError {
  kRetry,    ///< counts as an attempt; again after cool_down, within max_attempts_per_day
  kNever,    ///< counts as an attempt, and the daemon gives up on the pool until it is cleared
  kNotOurs,  ///< somebody else was first: no attempt; the pool is looked at again
};

/// How far XenServer had come.
enum class Begun {
  kNo,     ///< nothing, or nothing that matters, was changed
  kYes,    ///< it was undone before the error was told
  kMaybe,  ///< the same code stands for both: the task's progress tells
};

struct EnableError {
  std::string_view code;  ///< a '*' in front or at the end stands for anything
  Begun begun = Begun::kNo;
  AfterError after = AfterError::kRetry;
  std::string_view meaning;  ///< one sentence: what is the case
  std::string_view step;     ///< what the operator does
};

std::span<const EnableError> enable_errors();
/// The entry of a code; null for a code that no reference names: it is tried again like most.
const EnableError* enable_error(std::string_view code);

/// The section of DECISIONS.md.
std::string enable_errors_section();

}  // namespace xenha::hooks
