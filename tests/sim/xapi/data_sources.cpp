#include "tests/sim/xapi/data_sources.h"

#include <algorithm>
#include <limits>

#include "tests/sim/xapi/dispatch.h"

namespace xenha::sim {
namespace {

std::string statefile_uuid(const Host& host) {
  const Host* master = host.site->master();
  if (!master || !master->db) return {};
  const Database& db = *master->db;
  const Json files = db.get("pool", db.pool_ref(), "ha_statefiles");
  return files.empty() ? std::string() : db.text("VDI", files.front().get<std::string>(), "uuid");
}

bool recorded(const Host& host, const std::string& name) {
  if (host.recorded_sources.count(name)) return true;
  return name.rfind("statefile/", 0) == 0 && host.recorded_sources.count("statefile");
}

double latency(const Host& host, const std::string& name, const std::string& short_name, double usual) {
  for (const std::string& key : {name, short_name})
    if (const auto found = host.latencies.find(key); found != host.latencies.end()) return found->second;
  return usual;
}

DataSource make(const Host& host, std::string name, const char* short_name, const char* description,
                double usual) {
  DataSource source;
  source.value = latency(host, name, short_name, usual);
  source.recorded = recorded(host, name);
  source.name = std::move(name);
  source.description = description;
  source.units = "s";
  return source;
}

}  // namespace

std::vector<DataSource> ha_data_sources(const Host& host) {
  if (!host.xhad) return {};
  const std::string vdi = statefile_uuid(host);
  std::vector<DataSource> out;
  if (!vdi.empty())
    out.push_back(make(host, "statefile/" + vdi + "/latency", "statefile",
                       "Turn-around time of the latest State-File access from the local host", 0.012));
  // The nominal interval is taken off: just below zero is normal.
  out.push_back(
      make(host, "network/latency", "network",
           "Interval between the last two heartbeats transmitted from the local host to all Online hosts",
           -0.001));
  out.push_back(make(host, "xapi_healthcheck/latency", "xapi",
                     "Turn-around time of the latest xapi status monitoring call", 0.25));
  if (!host.statefile_access && !vdi.empty()) out.front().value = std::numeric_limits<double>::quiet_NaN();
  return out;
}

std::vector<DataSource> data_sources(const Host& host) {
  std::vector<DataSource> out = ha_data_sources(host);
  out.push_back({"memory_free_kib", "Amount of free memory", "KiB", 67108864, true, true});
  out.push_back({"memory_total_kib", "Total amount of memory", "KiB", 268435456, true, true});
  out.push_back({"cpu_avg", "Average physical cpu usage", "(fraction)", 0.07, true, true});
  out.push_back({"loadavg", "Domain0 loadavg", "(fraction)", 0.4, true, true});
  out.push_back({"xapi_open_fds", "Open file descriptors held by xapi", "file descriptors", 42, true, true});
  return out;
}

namespace {

Host* host_of(const ApiCallPtr& call) {
  Host* host = call->db->exists("host", call->text(1)) ? call->site().by_ref(call->text(1)) : nullptr;
  if (!host) call->fail(fail("HANDLE_INVALID", "host", call->text(1)));
  return host;
}

const DataSource* find(const std::vector<DataSource>& sources, const std::string& name) {
  const auto found = std::find_if(sources.begin(), sources.end(),
                                  [&](const DataSource& source) { return source.name == name; });
  return found == sources.end() ? nullptr : &*found;
}

void get_data_sources(const ApiCallPtr& call) {
  const Host* host = host_of(call);
  if (!host) return;
  Json out = Json::array();
  for (const DataSource& source : data_sources(*host))
    out.push_back({{"name_label", source.name},
                   {"name_description", source.description},
                   {"enabled", source.recorded},
                   {"standard", source.standard},
                   {"units", source.units},
                   {"min", -std::numeric_limits<double>::infinity()},
                   {"max", std::numeric_limits<double>::infinity()},
                   {"value", 0.0}});
  call->succeed(std::move(out));
}

void query_data_source(const ApiCallPtr& call) {
  const Host* host = host_of(call);
  if (!host) return;
  const std::vector<DataSource> sources = data_sources(*host);
  const DataSource* source = find(sources, call->text(2));
  if (!source || !source->recorded)
    return call->fail(
        fail("INTERNAL_ERROR", "Rrdd_interface.Invalid_data_source(\"" + call->text(2) + "\")"));
  call->succeed(source->value);
}

void record_data_source(const ApiCallPtr& call) {
  Host* host = host_of(call);
  if (!host) return;
  if (!find(data_sources(*host), call->text(2)))
    return call->fail(
        fail("INTERNAL_ERROR", "Rrdd_interface.Invalid_data_source(\"" + call->text(2) + "\")"));
  host->recorded_sources.insert(call->text(2));
  call->succeed();
}

void forget_data_source_archives(const ApiCallPtr& call) {
  Host* host = host_of(call);
  if (!host) return;
  host->recorded_sources.erase(call->text(2));
  if (call->text(2).rfind("statefile/", 0) == 0) host->recorded_sources.erase("statefile");
  call->succeed();
}

}  // namespace

void add_data_source_calls(HandlerMap& handlers) {
  handlers["host.get_data_sources"] = get_data_sources;
  handlers["host.query_data_source"] = query_data_source;
  handlers["host.record_data_source"] = record_data_source;
  handlers["host.forget_data_source_archives"] = forget_data_source_archives;
}

}  // namespace xenha::sim
