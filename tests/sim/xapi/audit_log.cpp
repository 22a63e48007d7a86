#include "tests/sim/xapi/audit_log.h"

#include <algorithm>
#include <utility>

#include "tests/sim/xapi/api_call.h"
#include "tests/sim/xapi/http_session.h"
#include "tests/sim/xapi/methods.h"

namespace xenha::sim {
namespace {

constexpr std::size_t kKept = 20'000;

/// `since` and the lines' times are compared as text, without dashes and Z.
std::string comparable(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '-' || c == 'Z'; }),
             text.end());
  return text;
}

}  // namespace

void write_audit_line(const ApiCall& call, const std::string& outcome) {
  if (!call.def || !call.has_session || !is_write(*call.def)) return;
  const bool denied = outcome == "RBAC_PERMISSION_DENIED";
  const std::string user = call.superuser ? "LOCAL_SUPERUSER" : call.user;
  AuditLine line;
  line.time = call.world.now_text(call.host);
  line.text =
      "[" + line.time + "|audit|" + call.host.hostname + "|0 INET :::80|" + call.method +
      "|audit] ('trackid=" + call.session.substr(std::min<std::size_t>(call.session.size(), 10)) + "' '" +
      (call.superuser ? "" : "S-1-5-21-1000") + "' '" + user + "' '" + (denied ? "DENIED" : "ALLOWED") +
      "' '" + (outcome == "Success" ? "OK" : "ERROR:" + outcome) + "' 'API' '" + call.method +
      "' (('self' '" +
      (call.params.size() > 1 && call.params[1].is_string() ? call.params[1].get<std::string>() : "") +
      "')))";
  Host& logs = call.master ? *call.master : call.host;
  logs.audit.push_back(std::move(line));
  if (logs.audit.size() > kKept) logs.audit.erase(logs.audit.begin(), logs.audit.begin() + kKept / 4);
}

void serve_audit_log(World& world, Host& host, const std::shared_ptr<Exchange>& exchange) {
  authorize_http(world, host, exchange, [&host, exchange] {
    const std::string since = comparable(exchange->request().query("since").value_or(""));
    std::string text;
    for (const AuditLine& line : host.audit)
      if (since.empty() || comparable(line.time) >= since) text += line.text + "\n";
    exchange->respond_close_delimited("text/plain", std::move(text));
  });
}

}  // namespace xenha::sim
