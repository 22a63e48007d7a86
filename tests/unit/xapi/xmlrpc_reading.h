// Second opinion: the same documents read by xmlrpc-c.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace xenha::xapi {

/// The parameter of a methodResponse as to_text() would write it, with scalars brought to one form; nothing
/// when xmlrpc-c refuses the document.
std::optional<std::string> response_by_xmlrpc_c(std::string_view text);

/// Method and parameters of a methodCall: "method [..]".
std::optional<std::string> call_by_xmlrpc_c(const std::string& text);

/// How both sides write a double and a date.
std::string double_text(double value);

}  // namespace xenha::xapi
