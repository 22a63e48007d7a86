#include "lib/xapi_operator/host_calls.h"

#include <utility>

#include "lib/xapi_operator/write_call.h"

namespace xenha::xapi {

Status disable_host(Session& actor, const std::string& host_ref, SteadyTime deadline) {
  return write(actor, "host.disable", {host_ref}, deadline);
}

Status enable_host(Session& actor, const std::string& host_ref, SteadyTime deadline) {
  return write(actor, "host.enable", {host_ref}, deadline);
}

Result<std::string> start_evacuation(Session& actor, const std::string& host_ref, SteadyTime deadline) {
  return start_task(actor, "Async.host.evacuate", {host_ref}, deadline);
}

Result<std::string> start_reboot(Session& actor, const std::string& host_ref, SteadyTime deadline) {
  return start_task(actor, "Async.host.reboot", {host_ref}, deadline);
}

Result<std::string> start_shutdown(Session& actor, const std::string& host_ref, SteadyTime deadline) {
  return start_task(actor, "Async.host.shutdown", {host_ref}, deadline);
}

EmergencyForm emergency_form(int api_major, int api_minor) {
  constexpr std::pair k71{2, 6};
  const bool old = api_major != 0 && std::pair(api_major, api_minor) < k71;
  return old ? EmergencyForm::kBare : EmergencyForm::kSoftArgument;
}

Status emergency_ha_disable(Session& local, EmergencyForm form, SteadyTime deadline) {
  Params params;
  if (form == EmergencyForm::kSoftArgument) params.emplace_back(false);
  return write(local, "host.emergency_ha_disable", std::move(params), deadline);
}

}  // namespace xenha::xapi
