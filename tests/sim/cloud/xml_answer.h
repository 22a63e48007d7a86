// The answer without response=json: the same facts as XML.
#pragma once

#include <string>

#include "tests/sim/wire/json.h"

namespace xenha::sim::cloud {

std::string xml_answer(const Json& whole, const std::string& version);

}  // namespace xenha::sim::cloud
