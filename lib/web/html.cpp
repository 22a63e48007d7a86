#include "lib/web/html.h"

#include "lib/base/wall_time.h"

namespace xenha::web::html {

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char letter : text) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        // Control characters have no place in a page, and a name may hold any.
        out += static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f ? ' ' : letter;
    }
  }
  return out;
}

std::string utc(WallTime when) {
  return utc_text(when, "%Y-%m-%d %H:%M:%S UTC");
}

}  // namespace xenha::web::html
