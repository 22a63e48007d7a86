#include "hooks/ctl/procedures/procedure.h"

#include <algorithm>

#include "lib/base/shell_word.h"

namespace xenha::ctl {
namespace {

using namespace std::chrono_literals;

constexpr std::array<StepText, kSteps> kTexts{{
    {StepId::kEnterMaintenance, "enter-maintenance",
     "put HOST into maintenance in CloudStack, which moves its VMs away",
     "CloudStack prepareHostForMaintenance", "CloudStack has HOST Up and Enabled",
     "CloudStack says Maintenance", 2h},
    {StepId::kDisableHa, "disable-ha", "switch pool HA off", "Async.pool.disable_ha",
     "one master, named by every host", "HA is off and nothing runs on the pool", 15min},
    {StepId::kNewMaster, "new-master", "give the role of master to MASTER", "pool.designate_new_master",
     "HA is off and every host is live", "MASTER answers as master", 5min},
    {StepId::kSettle, "settle", "wait until all hosts have restarted their toolstacks", "", "",
     "every host is live and enabled and names the new master", 20min},
    {StepId::kDisableHost, "disable-host", "let no VM start on HOST any more", "host.disable",
     "another host can take its VMs", "HOST is disabled", 2min},
    {StepId::kEvacuate, "evacuate", "move away the VMs that are left on HOST", "Async.host.evacuate",
     "HOST is disabled", "no VM runs on HOST", 4h},
    {StepId::kReboot, "reboot", "restart HOST", "Async.host.reboot", "HOST is disabled and empty",
     "HOST went down", 10min},
    {StepId::kShutdown, "shutdown", "shut HOST down", "Async.host.shutdown", "HOST is disabled and empty",
     "HOST is off and the pool knows it", 20min},
    {StepId::kConsole, "console", "wait for HOST to answer again", "", "HA is off", "HOST answers", 2h},
    {StepId::kPowerOn, "power-on", "wait for HOST to be powered on", "", "", "HOST answers", 1h},
    {StepId::kEmergencyDisable, "emergency-disable", "disarm HA on HOST, as its own root",
     "host.emergency_ha_disable, if its own HA keeps it out",
     "HA is off; HOST answers and is in emergency mode", "HOST is no longer kept out by its own HA", 5min},
    {StepId::kRejoin, "rejoin", "wait until HOST is back in the pool", "", "",
     "HOST is live and names the pool's master", 30min},
    {StepId::kEnableHost, "enable-host", "let VMs start on HOST again; it does so itself, as a rule",
     "host.enable, only if it is still disabled after 5 min", "HOST is live", "HOST is enabled", 15min},
    {StepId::kArmed, "armed", "wait until HOST takes part in HA again", "", "HA is on", "HOST is armed",
     15min},
    {StepId::kEnableHa, "enable-ha", "switch pool HA on", "Async.pool.enable_ha",
     "every host is live and enabled, the heartbeat SR is fit", "HA is on and every host is armed", 30min},
    {StepId::kLeaveMaintenance, "leave-maintenance", "take HOST out of maintenance in CloudStack",
     "CloudStack cancelHostMaintenance", "HOST is live and enabled", "CloudStack says Enabled and Up", 15min},
    {StepId::kUpInCloud, "up-in-cloud", "wait until CloudStack has HOST Up", "", "HOST is live",
     "CloudStack says Up", 20min},
}};

using Steps = std::vector<StepId>;

void add(Steps& steps, bool wanted, std::initializer_list<StepId> more) {
  if (wanted) steps.insert(steps.end(), more);
}

/// S12 and S13. The order is what the API allows: a host.disable before the change of master would be lost
/// when all toolstacks restart, and a disabled master blocks the whole cluster in CloudStack.
Steps restart(const Form& form) {
  Steps out;
  add(out, form.cloud, {StepId::kEnterMaintenance});
  add(out, form.of_master && form.ha, {StepId::kDisableHa});
  add(out, form.of_master, {StepId::kNewMaster, StepId::kSettle});
  add(out, true,
      {StepId::kDisableHost, StepId::kEvacuate, StepId::kReboot, StepId::kRejoin, StepId::kEnableHost});
  add(out, form.ha && !form.of_master, {StepId::kArmed});
  add(out, form.ha && form.of_master, {StepId::kEnableHa});
  add(out, form.cloud, {StepId::kLeaveMaintenance});
  return out;
}

/// S14. HA goes on again before the host goes off: with a member off it cannot be switched on.
Steps shutdown(const Form& form) {
  Steps out;
  add(out, form.cloud, {StepId::kEnterMaintenance});
  add(out, form.of_master && form.ha, {StepId::kDisableHa});
  add(out, form.of_master, {StepId::kNewMaster, StepId::kSettle});
  add(out, form.of_master && form.ha, {StepId::kEnableHa});
  add(out, true, {StepId::kDisableHost, StepId::kEvacuate, StepId::kShutdown});
  return out;
}

Steps come_back(const Form& form) {
  Steps out{StepId::kPowerOn, StepId::kRejoin, StepId::kEnableHost};
  add(out, form.ha, {StepId::kEnableHa});
  add(out, form.cloud, {StepId::kLeaveMaintenance});
  return out;
}

/// S10 and S11.
Steps recover(const Form& form) {
  Steps out{StepId::kDisableHa};
  add(out, form.silent, {StepId::kConsole});
  add(out, form.silent || form.own_root, {StepId::kEmergencyDisable});
  add(out, true, {StepId::kRejoin, StepId::kEnableHost});
  add(out, form.ha, {StepId::kEnableHa});
  add(out, form.cloud, {StepId::kUpInCloud});
  return out;
}

}  // namespace

std::optional<Procedure> procedure_of(std::string_view word) {
  const auto found = std::find(kProcedureWords.begin(), kProcedureWords.end(), word);
  if (found == kProcedureWords.end()) return std::nullopt;
  return static_cast<Procedure>(found - kProcedureWords.begin());
}

std::string command_of(Procedure procedure) {
  std::string out(word(procedure));
  out[out.find('-')] = ' ';
  return out;
}

std::string command_line(Procedure procedure, const std::string& pool, const std::string& host) {
  return "xenhactl " + command_of(procedure) + " " + pool + (host.empty() ? "" : " " + shell_word(host));
}

const StepText& text_of(StepId step) {
  return kTexts[static_cast<std::size_t>(step)];
}

std::vector<StepId> steps_of(const Form& form) {
  switch (form.procedure) {
    case Procedure::kHaEnable:
      return {StepId::kEnableHa};
    case Procedure::kHaDisable:
      return {StepId::kDisableHa};
    case Procedure::kRecover:
      return recover(form);
    case Procedure::kRestart:
      return restart(form);
    case Procedure::kShutdown:
      return shutdown(form);
    case Procedure::kReturn:
      return come_back(form);
  }
  return {};
}

}  // namespace xenha::ctl
