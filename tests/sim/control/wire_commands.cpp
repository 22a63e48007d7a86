// Answers made bad, time made fast, data sources recorded.
#include "tests/sim/control/commands.h"
#include "tests/sim/xapi/data_sources.h"

namespace xenha::sim {
namespace {

Result<Json> answers(CommandArgs& args) {
  const std::string method = args.text("method", "*");
  const std::string fault = args.text("fault", "none");
  if (fault == "none")
    args.site->broken_answers.erase(method);
  else
    args.site->broken_answers[method] = fault;
  return done();
}

Result<Json> speed(CommandArgs& args) {
  const double factor = args.number("factor", 1);
  if (factor <= 0) return bad_command("factor must be more than 0");
  args.world.clock.set_speed(factor);
  return done();
}

Result<Json> advance(CommandArgs& args) {
  args.world.clock.advance(
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(args.number("seconds", 0))));
  return done();
}

Result<Json> record_sources(CommandArgs& args) {
  for (Host* host : args.hosts()) {
    host->recorded_sources.clear();
    if (args.flag("on", true))
      for (const DataSource& source : ha_data_sources(*host)) host->recorded_sources.insert(source.name);
  }
  return done();
}

Result<Json> set_latency(CommandArgs& args) {
  for (Host* host : args.hosts())
    host->latencies[args.text("source", "network/latency")] = args.number("seconds", 0);
  return done();
}

}  // namespace

void add_wire_commands(CommandMap& commands) {
  commands["answers"] = {false, answers};
  commands["speed"] = {false, speed};
  commands["advance"] = {false, advance};
  commands["record-sources"] = {false, record_sources};
  commands["set-latency"] = {false, set_latency};
}

}  // namespace xenha::sim
