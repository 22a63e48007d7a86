// CloudStack's start and stop events, as far as they tell of a VM's HA restart. Pure.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "exporter/snapshot/cloud_snapshot.h"
#include "lib/model/cloud.h"

namespace xenha::exporter {

/// What is asked for while victims pend: user VMs always, the others when one of their kind pends.
inline constexpr std::array<std::string_view, 2> kUserVmEvents{"VM.STOP", "VM.START"};
inline constexpr std::array<std::string_view, 2> kRouterEvents{"ROUTER.STOP", "ROUTER.START"};
inline constexpr std::array<std::string_view, 4> kSystemVmEvents{"PROXY.STOP", "PROXY.START", "SSVM.STOP",
                                                                 "SSVM.START"};

/// `created` is taken as it is printed. Absent: no such event.
std::optional<CloudEventSnapshot> read_event(const model::CloudEvent& event);

}  // namespace xenha::exporter
