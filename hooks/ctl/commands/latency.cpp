// latency enable|disable POOL: whether the hosts record their three heartbeat latencies. The one command of
// this directory that writes: to every host's RRD, and nothing else.
#include <algorithm>
#include <array>

#include "hooks/ctl/allowed_methods.h"
#include "hooks/ctl/commands/arguments.h"
#include "hooks/ctl/commands/make.h"
#include "hooks/ctl/consent.h"
#include "hooks/ctl/render/json.h"
#include "hooks/ctl/status/read_pool.h"
#include "lib/xapi/ask.h"

namespace xenha::ctl {
namespace {

/// One source of one host, and what became of it.
struct Source {
  std::string host;  ///< label
  model::Ref host_ref;
  std::string name;
  bool recorded = false;
  std::string problem = {};
};

/// As the label `datasource` of the metrics has it; empty: it is another source.
std::string short_name(const std::string& name) {
  if (name == "network/latency") return "network";
  if (name == "xapi_healthcheck/latency") return "xapi";
  return name.starts_with("statefile/") && name.ends_with("/latency") ? "statefile" : "";
}

/// The hosts in their order, each with what `words` says of its sources.
template <class Words>
Table by_host(const std::vector<Source>& sources, std::vector<std::string> heads, Words words) {
  Table table(std::move(heads));
  for (auto at = sources.begin(); at != sources.end();) {
    const auto end =
        std::find_if(at, sources.end(), [&](const Source& other) { return other.host != at->host; });
    std::vector<Cell> row{{at->host}};
    for (Cell& cell : words(std::vector<Source>(at, end))) row.push_back(std::move(cell));
    if (row.size() > 1) table.add(std::move(row));
    at = end;
  }
  return table;
}

class Latency final : public Command {
 public:
  explicit Latency(bool enable) : enable_(enable) {}
  std::string path() const override { return enable_ ? "latency enable" : "latency disable"; }
  config::FlagParser::Text text() const override {
    if (enable_)
      return {
          "Have the hosts record their heartbeat latencies",
          "Has every host of the pool record three sources in its own statistics: the delay of the heartbeat "
          "disk, of the heartbeat network, and of the toolstack's health check. Without it nobody sees a "
          "host "
          "come near its own fencing. WRITES to the hosts, with the pool's actor; shows what and asks first. "
          "Needs HA to be on. Once HA was put on another disk, do it again.",
          "xenhactl latency enable cluster1"};
    return {"Have the hosts forget them again",
            "Has every host of the pool stop recording its heartbeat latencies, and drop what was recorded. "
            "WRITES "
            "to the hosts, with the pool's actor; shows what and asks first.",
            "xenhactl latency disable cluster1"};
  }
  void declare(config::FlagParser& parser) override {
    parser.argument("POOL", "Name of the pool in the config file.", pool_);
    consent_.declare(parser);
  }
  Needs needs() const override { return {.pools = true, .actors = true, .only_pool = pool_}; }

  ExitCode run(Context& context) override {
    const CtlPool& pool = context.config.pools.front();
    if (!pool.actor)
      return fail(
          context, ExitCode::kUsage,
          pool_ +
              " has no actor in the config file, and this writes to the hosts: add actor with username and "
              "password_file of an account with the role pool-operator");
    const hooks::Look look =
        look_at(context.config, pool, {}, {}, context.transport, context.clock, context.interrupted);
    if (context.interrupted.stop_requested()) return ExitCode::kInterrupted;
    if (look.master_address.empty())
      return fail(context, ExitCode::kUnreachable,
                  pool_ + ": no master answers; see xenhactl status " + pool_);
    if (enable_ && look.situation.ha_enabled != true)
      return fail(context, ExitCode::kNotMet,
                  pool_ +
                      ": HA is off, and the sources exist only while it is on; first xenhactl ha enable " +
                      pool_);

    xapi::Client client(context.transport, context.clock, kLatencyMethods, "xenhactl/" XENHA_VERSION, {});
    Result<xapi::Session> session = xapi::Session::log_in(
        {context.transport, client, context.clock}, config::endpoint_of(pool.reach, look.master_address),
        pool.actor->username, pool.actor->password, "xenhactl", deadline(context));
    if (!session)
      return fail(context,
                  session.error().code == ErrorCode::kAuth ? ExitCode::kRefused : ExitCode::kUnreachable,
                  "the actor " + pool.actor->username + " could not log in: " + session.error().message);
    std::vector<Source> sources = read(context, *session, look);
    std::vector<Source*> wrong;
    for (Source& source : sources)
      if (source.problem.empty() && source.recorded != enable_) wrong.push_back(&source);
    if (!wrong.empty()) {
      tell_plan(context, sources);
      if (consent_.plan) return ExitCode::kDone;
      if (const std::optional<ExitCode> stop = consent_.ask(context, "Go on?")) return *stop;
      write(context, *session, wrong);
    }
    return conclude(context, sources, wrong.empty());
  }

 private:
  SteadyTime deadline(const Context& context) const {
    return context.clock.steady() + context.config.request_timeout;
  }

  std::vector<Source> read(const Context& context, xapi::Session& session, const hooks::Look& look) const {
    std::vector<Source> out;
    for (const model::Identity& member : look.members) {
      const Result<xapi::Reply> reply =
          session.call("host.get_data_sources", {member.ref}, deadline(context));
      if (!reply) {
        out.push_back(
            {.host = member.label, .host_ref = member.ref, .name = "all", .problem = reply.error().message});
        continue;
      }
      for (const xapi::Value& item : reply->answer.value->items) {
        const xapi::Value* name = item.find("name_label");
        const xapi::Value* enabled = item.find("enabled");
        const std::string text(name == nullptr ? "" : name->text().value_or(""));
        if (short_name(text).empty()) continue;
        out.push_back({member.label, member.ref, text, enabled != nullptr && enabled->boolean() == true});
      }
    }
    return out;
  }

  void tell_plan(const Context& context, const std::vector<Source>& sources) const {
    const Table table = by_host(sources, {}, [this](const std::vector<Source>& of_host) {
      std::string names;
      for (const Source& source : of_host)
        if (source.problem.empty() && source.recorded != enable_)
          names += (names.empty() ? "" : ", ") + short_name(source.name);
      return names.empty() ? std::vector<Cell>{} : std::vector<Cell>{{names}};
    });
    std::string text = enable_ ? "This WRITES: these hosts begin to record these heartbeat latencies.\n"
                               : "This WRITES: these hosts stop recording these latencies, and drop them.\n";
    text += table.text(style_of(context.screen), 2);
    if (enable_)
      text += wrapped(
          "Then every program that turns the names of XenServer's statistics into metric names as they stand "
          "meets "
          "names with a slash in them, and may break: xen-exporter among them. xenhactl latency disable " +
              pool_ + " takes it back, and drops what was recorded.",
          0, context.screen.width);
    (consent_.plan ? context.screen.out : context.screen.err) << text;
  }

  void write(const Context& context, xapi::Session& session, const std::vector<Source*>& wrong) const {
    for (Source* source : wrong) {
      if (context.interrupted.stop_requested()) {
        source->problem = "interrupted before";
        continue;
      }
      const Result<xapi::Reply> done =
          session.call(enable_ ? "host.record_data_source" : "host.forget_data_source_archives",
                       {source->host_ref, source->name}, deadline(context), false);
      if (done)
        source->recorded = enable_;
      else
        source->problem = done.error().message;
    }
  }

  ExitCode conclude(const Context& context, const std::vector<Source>& sources, bool nothing_to_do) const {
    const auto bad = std::count_if(sources.begin(), sources.end(), [&](const Source& source) {
      return !source.problem.empty() || source.recorded != enable_;
    });
    if (context.output == Output::kJson) {
      Json list = Json::array();
      for (const Source& source : sources)
        list.push_back({{"host", source.host},
                        {"source", source.name},
                        {"recorded", source.recorded},
                        {"problem", source.problem.empty() ? Json(nullptr) : Json(source.problem)}});
      print(context.screen.out, {{"pool", pool_}, {"sources", list}});
    } else {
      const Table table =
          by_host(sources, {"HOST", "STATEFILE", "NETWORK", "XAPI"}, [](const std::vector<Source>& of_host) {
            std::vector<Cell> row;
            for (const char* name : {"statefile", "network", "xapi"}) {
              Cell cell{"?", Tone::kWarn};
              for (const Source& source : of_host) {
                if (!source.problem.empty())
                  cell = {source.problem, Tone::kBad};
                else if (short_name(source.name) == name)
                  cell = {source.recorded ? "recorded" : "not recorded"};
              }
              row.push_back(std::move(cell));
            }
            return row;
          });
      context.screen.out << (nothing_to_do && bad == 0 ? "Nothing was to be done.\n" : "")
                         << (table.empty() ? "" : table.text(style_of(context.screen)));
    }
    if (context.interrupted.stop_requested()) return ExitCode::kInterrupted;
    return bad == 0 ? ExitCode::kDone : ExitCode::kNotMet;
  }

  const bool enable_;
  std::string pool_;
  Consent consent_;
};

}  // namespace

std::unique_ptr<Command> make_latency(bool enable) {
  return std::make_unique<Latency>(enable);
}

}  // namespace xenha::ctl
