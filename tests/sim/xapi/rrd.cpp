#include "tests/sim/xapi/rrd.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/sim/ha/host_records.h"
#include "tests/sim/world/world.h"
#include "tests/sim/xapi/data_sources.h"
#include "tests/sim/xapi/dispatch.h"
#include "tests/sim/xapi/http_session.h"

namespace xenha::sim {
namespace {

struct Column {
  std::string entry;
  double value;
};

struct Window {
  long start = 0, step = 5, end = 0;
  long rows = 0;
};

/// Archives: 5 s x 120, 60 s x 120, 3600 s x 168, 86400 s x 366.
long rows_of(long step) {
  return step == 5 || step == 60 ? 120 : step == 3600 ? 168 : 366;
}

Window window_of(const Request& request, long now, const Site& site) {
  Window window;
  long start = std::strtol(request.query("start").value_or("0").c_str(), nullptr, 10);
  if (start < 0 && site.release >= Release::k80) start += now;
  const long asked = std::strtol(request.query("interval").value_or("0").c_str(), nullptr, 10);
  for (const long step : {5L, 60L, 3600L, 86400L})
    if (asked <= step) {
      window.step = step;
      break;
    }
  if (asked == 0)
    for (const long step : {5L, 60L, 3600L, 86400L})
      if (start < now - step * rows_of(step)) window.step = step == 86400 ? 86400 : step * 12;
  window.end = now - now % window.step;
  const long first = start - start % window.step + window.step;
  window.rows = std::min(rows_of(window.step), std::max(0L, (window.end - first) / window.step + 1));
  window.start = window.end - (window.rows > 0 ? window.rows - 1 : 0) * window.step;
  return window;
}

std::vector<std::string> functions_of(const Request& request) {
  if (const auto cf = request.query("cf")) return {*cf};
  return {"AVERAGE", "MIN", "MAX", "LAST"};
}

std::vector<Column> columns_of(const Host& host, const Request& request) {
  std::vector<Column> out;
  for (const std::string& cf : functions_of(request)) {
    if (request.query("host").value_or("") == "true")
      for (const DataSource& source : data_sources(host))
        if (source.recorded) out.push_back({cf + ":host:" + host.uuid + ":" + source.name, source.value});
    const Host* master = reachable_master(const_cast<Host&>(host));
    if (!master || !master->db) continue;
    const Database& db = *master->db;
    const auto wanted = request.query("vm_uuid");
    for (const Json& vm : db.get("host", host.ref, "resident_VMs")) {
      const std::string uuid = db.text("VM", vm.get<std::string>(), "uuid");
      if (wanted && *wanted != uuid) continue;
      out.push_back({cf + ":vm:" + uuid + ":cpu0", 0.1});
      out.push_back({cf + ":vm:" + uuid + ":memory", 2147483648.0});
    }
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  char text[40];
  std::snprintf(text, sizeof text, "%.6f", value);
  return text;
}

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  return out;
}

std::string as_xml(const Window& window, const std::vector<Column>& columns) {
  std::string out = "<?xml version=\"1.0\"?><xport><meta><start>" + std::to_string(window.start) +
                    "</start><step>" + std::to_string(window.step) + "</step><end>" +
                    std::to_string(window.end) + "</end><rows>" + std::to_string(window.rows) +
                    "</rows><columns>" + std::to_string(columns.size()) + "</columns><legend>";
  for (const Column& column : columns) out += "<entry>" + escape(column.entry) + "</entry>";
  out += "</legend></meta><data>";
  for (long row = 0; row < window.rows; ++row) {  // newest first
    out += "<row><t>" + std::to_string(window.end - row * window.step) + "</t>";
    // The newest row is often not yet complete.
    for (const Column& column : columns) out += "<v>" + (row == 0 ? "NaN" : number(column.value)) + "</v>";
    out += "</row>";
  }
  return out + "</data></xport>";
}

/// Old: unquoted keys and bare NaN. New: every number is a string.
std::string as_json(const Window& window, const std::vector<Column>& columns, bool old) {
  const std::string q = old ? "" : "\"";
  const auto key = [&](const char* name) { return q + name + q + ":"; };
  const auto num = [&](const std::string& text) { return old ? text : "\"" + text + "\""; };
  std::string out = "{" + key("meta") + "{" + key("start") + num(std::to_string(window.start)) + "," +
                    key("step") + num(std::to_string(window.step)) + "," + key("end") +
                    num(std::to_string(window.end)) + "," + key("rows") + num(std::to_string(window.rows)) +
                    "," + key("columns") + num(std::to_string(columns.size())) + "," + key("legend") + "[";
  for (std::size_t at = 0; at < columns.size(); ++at) out += (at ? ",\"" : "\"") + columns[at].entry + "\"";
  out += "]}," + key("data") + "[";
  for (long row = 0; row < window.rows; ++row) {
    out += std::string(row ? "," : "") + "{" + key("t") +
           num(std::to_string(window.end - row * window.step)) + "," + key("values") + "[";
    for (std::size_t at = 0; at < columns.size(); ++at)
      out += (at ? "," : "") + num(row == 0 ? "NaN" : number(columns[at].value));
    out += "]}";
  }
  return out + "]}";
}

/// From 23.17 on the Accept header overrules json=.
bool wants_json(const Request& request, Release release) {
  const std::string_view accept = request.header("accept");
  if (release >= Release::k8 && !accept.empty()) return accept.find("text/xml") == std::string_view::npos;
  return request.query("json").value_or("") == "true";
}

}  // namespace

void serve_rrd_updates(World& world, Host& host, const std::shared_ptr<Exchange>& exchange) {
  authorize_http(world, host, exchange, [&world, &host, exchange] {
    const Request& request = exchange->request();
    if (!request.query("start"))
      return exchange->respond(400, "text/html", "<html><body><h1>Bad request</h1></body></html>");
    const long now = static_cast<long>(unix_seconds(world.wall(host)));
    const Window window = window_of(request, now, *host.site);
    const std::vector<Column> columns = columns_of(host, request);
    if (wants_json(request, host.site->release))
      return exchange->respond(200, "application/json",
                               as_json(window, columns, host.site->release < Release::k70));
    exchange->respond(200, "text/xml", as_xml(window, columns));
  });
}

}  // namespace xenha::sim
