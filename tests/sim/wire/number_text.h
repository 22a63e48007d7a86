// Real numbers as xapi writes them into XML and into its database.
#pragma once

#include <string>

namespace xenha::sim {

/// Up to 16 significant digits, an exponent where it is shorter; "nan", "inf", "-inf".
std::string real_text(double value);

}  // namespace xenha::sim
