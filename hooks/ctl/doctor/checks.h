// The check-list of `doctor`: the practices S1 to S8, and what silently stops VM HA. Pure.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "hooks/ctl/doctor/facts.h"

namespace xenha::ctl {

enum class CheckState { kFail, kUnknown, kPass, kNotApplicable };
inline constexpr std::array kCheckStateWords{"fail", "unknown", "pass", "not_applicable"};

struct Check {
  std::string practice;  ///< S1 to S8; HA: what stops VM HA; xenha: our own
  std::string name;      ///< stable word
  CheckState state = CheckState::kUnknown;
  std::string fact;          ///< one sentence of what was seen
  std::string fix = {};      ///< what to do; only of what failed or is unknown
  std::string command = {};  ///< to be typed then; may be empty
  bool operator==(const Check&) const = default;
};

/// All of them, in a fixed order.
std::vector<Check> run_checks(const DoctorFacts& facts);

}  // namespace xenha::ctl
