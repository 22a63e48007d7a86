// What an operator does with xe: a call as root over the API, in a session of its own.
#pragma once

#include <string>

#include "lib/xapi/call.h"
#include "tests/sim/sim.h"

namespace xenha::test {

/// The session's originator: such calls are not those of the program under test.
inline constexpr const char* kOperator = "operator";

/// What takes minutes passes at once. The result's text, or the failure's code.
std::string call_as_operator(sim::Simulation& sim, const std::string& method, xapi::Params more = {},
                             int host = 1);

}  // namespace xenha::test
