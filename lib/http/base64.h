// Base64 with padding and without line breaks, as HTTP headers, pins and signatures have it.
#pragma once

#include <string>
#include <string_view>

namespace xenha::http {

std::string base64(std::string_view bytes);

}  // namespace xenha::http
