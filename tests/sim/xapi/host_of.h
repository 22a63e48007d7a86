// The machine behind a host reference in a call.
#pragma once

#include "tests/sim/xapi/api_call.h"

namespace xenha::sim {

/// Null after answering HANDLE_INVALID. `index` of the parameter.
Host* host_of(const ApiCallPtr& call, std::size_t index = 1);

}  // namespace xenha::sim
