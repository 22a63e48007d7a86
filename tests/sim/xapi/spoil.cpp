#include "tests/sim/xapi/spoil.h"

#include <cstdlib>
#include <utility>

#include "tests/sim/xapi/api_call.h"

namespace xenha::sim {
namespace {

std::string fault_for(const ApiCall& call) {
  const auto& faults = call.host.site->broken_answers;
  for (const std::string& name : {call.wire.method, call.method, std::string("*")})
    if (const auto found = faults.find(name); found != faults.end()) return found->second;
  return {};
}

/// A comment in front of the answer: the document stays well formed.
std::string pad(std::string document, std::size_t bytes) {
  const std::string comment = "<!--" + std::string(bytes, 'x') + "-->";
  const std::size_t at = document.find("<methodResponse");
  return at == std::string::npos ? document + std::string(bytes, ' ') : document.insert(at, comment);
}

}  // namespace

void send_or_spoil(ApiCall& call, std::string document) {
  const char* type = call.json ? kJsonContentType : kXmlContentType;
  const std::string fault = fault_for(call);
  if (fault.empty()) return call.exchange->respond(200, type, std::move(document));
  const std::size_t colon = fault.find(':');
  const std::string kind = fault.substr(0, colon);
  const double number = colon == std::string::npos ? 0 : std::strtod(fault.c_str() + colon + 1, nullptr);
  if (kind == "hang") {
    call.world.clock.after(std::chrono::hours(24 * 365), [kept = call.exchange] { kept->abort(); });
  } else if (kind == "slow") {
    call.world.after_for_client(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(number)),
                                [kept = call.exchange, type, text = std::move(document)]() mutable {
                                  kept->respond(200, type, std::move(text));
                                });
  } else if (kind == "large") {
    call.exchange->respond(200, type, pad(std::move(document), static_cast<std::size_t>(number)));
  } else if (kind == "html") {
    call.exchange->respond(500, "text/html", "<html><body><h1>Internal server error</h1></body></html>");
  } else if (kind == "truncate") {
    document.resize(document.size() / 2);
    call.exchange->respond(200, type, std::move(document));
  } else {
    for (std::size_t at = document.size() / 3; at < document.size(); at += 7) document[at] = '<';
    call.exchange->respond(200, type, std::move(document));
  }
}

}  // namespace xenha::sim
