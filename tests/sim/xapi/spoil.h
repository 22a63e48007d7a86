// What a scenario does to answers on their way out: slow, garbled, HTML, over a size limit.
#pragma once

#include <string>

namespace xenha::sim {

class ApiCall;

/// Sends the document to the call's client, or what the site's `broken_answers` says for its method or for
/// "*": garble | html | hang | slow:SECONDS | large:BYTES | truncate.
void send_or_spoil(ApiCall& call, std::string document);

}  // namespace xenha::sim
