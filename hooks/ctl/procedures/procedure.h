// The procedures of xenhactl, and the steps they are made of. Order and meaning are those of the operating
// practice (S4, S10 to S14), as far as the API allows it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::ctl {

enum class Procedure { kHaEnable, kHaDisable, kRecover, kRestart, kShutdown, kReturn };
/// Words of the mark and the journal, and commands: "ha enable".
inline constexpr std::array kProcedureWords{"ha-enable",    "ha-disable",    "host-recover",
                                            "host-restart", "host-shutdown", "host-return"};
inline std::string_view word(Procedure procedure) {
  return kProcedureWords[static_cast<std::size_t>(procedure)];
}
std::optional<Procedure> procedure_of(std::string_view word);
/// "host restart".
std::string command_of(Procedure procedure);
/// What a person types: "xenhactl host restart cluster1 xs2"; an empty host: of the pool. Quoted for a shell.
std::string command_line(Procedure procedure, const std::string& pool, const std::string& host = {});

enum class StepId {
  kEnterMaintenance,
  kDisableHa,
  kNewMaster,
  kSettle,
  kDisableHost,
  kEvacuate,
  kReboot,
  kShutdown,
  kConsole,
  kPowerOn,
  kEmergencyDisable,
  kRejoin,
  kEnableHost,
  kArmed,
  kEnableHa,
  kLeaveMaintenance,
  kUpInCloud,
};
inline constexpr std::size_t kSteps = 17;

/// What a step is, for the plan, the journal and the test of the order.
struct StepText {
  StepId id;
  std::string_view word;          ///< "evacuate"
  std::string_view does;          ///< in the operator's words; HOST and MASTER are replaced
  std::string_view calls;         ///< exactly what is sent; empty: nothing, it waits
  std::string_view precondition;  ///< what must hold before
  std::string_view verification;  ///< what must hold after
  Duration deadline;              ///< then it gives up, and says so
};
const StepText& text_of(StepId step);

/// Which form a procedure has: decided when it begins, by role and facts, and kept since.
struct Form {
  Procedure procedure{};
  bool of_master = false;  ///< restart and shutdown: the host was master when it began
  bool cloud = false;      ///< CloudStack takes part
  bool ha = true;          ///< HA is on, or will be at the end; false: the person said to leave it off
  /// recover: it did not answer; it claims what it must be talked out of.
  bool silent = false, own_root = false;
  bool operator==(const Form&) const = default;
};
std::vector<StepId> steps_of(const Form& form);

}  // namespace xenha::ctl
