#include "hooks/ctl/run/commands.h"

#include <deque>
#include <map>
#include <utility>

#include "hooks/ctl/run/runner.h"

namespace xenha::ctl {
namespace {

struct About {
  Procedure procedure;
  config::FlagParser::Text text;
};

/// ha enable and ha disable.
class OfPool final : public Command {
 public:
  explicit OfPool(About about) : about_(std::move(about)) {}
  std::string path() const override { return command_of(about_.procedure); }
  config::FlagParser::Text text() const override { return about_.text; }
  void declare(config::FlagParser& parser) override {
    parser.argument("POOL", "Name of the pool in the config file.", request_.pool);
    request_.consent.declare(parser);
    for (const RiskFlag& flag : risk_flags(about_.procedure))
      parser.flag(std::string(flag.flag), std::string(flag.help), risks_[std::string(flag.flag)]);
    parser.flag("override-mark", "Go on although planned work is marked on the pool.",
                request_.override_mark);
    if (about_.procedure == Procedure::kHaEnable)
      parser.flag("heartbeat-sr-changed", "Another SR than the last time is to carry the heartbeat.",
                  request_.sr_changed);
  }
  Needs needs() const override {
    return {.pools = true, .actors = true, .clouds = true, .only_pool = request_.pool};
  }
  ExitCode run(Context& context) override {
    Request request = request_;
    request.procedure = about_.procedure;
    for (const auto& [flag, given] : risks_)
      if (given) request.risks.insert(flag);
    if (const std::string missing = Runner::unconfigured(context.config, request); !missing.empty())
      return fail(context, ExitCode::kUsage, missing);
    return Runner(context, std::move(request)).run();
  }

 private:
  About about_;
  Request request_;
  std::map<std::string, bool> risks_;
};

/// host recover, restart, shutdown, return, and resume, which has no procedure of its own.
class OfHost final : public Command {
 public:
  OfHost(std::optional<Procedure> procedure, std::string path, config::FlagParser::Text text)
      : procedure_(procedure), path_(std::move(path)), text_(std::move(text)) {}
  std::string path() const override { return path_; }
  config::FlagParser::Text text() const override { return text_; }
  void declare(config::FlagParser& parser) override {
    parser.argument("POOL", "Name of the pool in the config file.", request_.pool);
    parser.argument("HOST", "Name-label, address or uuid of the host.", request_.host);
    request_.consent.declare(parser);
    parser.no_flag("cloudstack", "Leave CloudStack out: nothing is written to it.", request_.with_cloud);
    // What was begun may be any of them.
    for (const RiskFlag& flag : risk_flags(procedure_.value_or(Procedure::kRestart)))
      if (procedure_ || flag.flag != "without-ha")
        parser.flag(std::string(flag.flag), std::string(flag.help), risks_[std::string(flag.flag)]);
    if (procedure_)
      parser.flag("override-mark", "Go on although planned work is marked on the pool.",
                  request_.override_mark);
    if (procedure_ == Procedure::kRestart || procedure_ == Procedure::kShutdown)
      parser.text("new-master", "HOST", "Who becomes master when HOST is; chosen otherwise.",
                  request_.new_master);
  }
  Needs needs() const override {
    return {.pools = true,
            .actors = true,
            .clouds = true,
            .cloud_actors = request_.with_cloud,
            .only_pool = request_.pool};
  }
  ExitCode run(Context& context) override {
    Request request = request_;
    request.procedure = procedure_;
    for (const auto& [flag, given] : risks_)
      if (given) request.risks.insert(flag);
    if (const std::string missing = Runner::unconfigured(context.config, request); !missing.empty())
      return fail(context, ExitCode::kUsage, missing);
    return Runner(context, std::move(request)).run();
  }

 private:
  std::optional<Procedure> procedure_;
  std::string path_;
  config::FlagParser::Text text_;
  Request request_;
  std::map<std::string, bool> risks_;
};

void add(Commands& commands, Procedure procedure, config::FlagParser::Text text) {
  if (procedure == Procedure::kHaEnable || procedure == Procedure::kHaDisable)
    commands.push_back(std::make_unique<OfPool>(About{procedure, std::move(text)}));
  else
    commands.push_back(std::make_unique<OfHost>(procedure, command_of(procedure), std::move(text)));
}

}  // namespace

Commands acting_commands() {
  Commands out;
  add(out, Procedure::kHaEnable,
      {"Switch pool HA on",
       "Switches HA on with the heartbeat SR and the timeout of the last time, or those of the config file, "
       "after "
       "the same guards as xenha-hooks. Takes minutes, and says when every host is armed.",
       "xenhactl ha enable cluster1"});
  add(out, Procedure::kHaDisable,
      {"Switch pool HA off, and say that it is meant",
       "Switches HA off and marks that on the pool, so that xenha-hooks does not switch it on again for 8 "
       "hours. "
       "Until HA is on again no other host takes over when the master fails.",
       "xenhactl ha disable cluster1"});
  add(out, Procedure::kRestart,
      {"Restart a host in order",
       "CloudStack maintenance, evacuation, restart, and everything back as it was; a master gives its role "
       "away "
       "first. Shows the plan, checks before and after each step, and can be interrupted and resumed.",
       "xenhactl host restart cluster1 xs2"});
  add(out, Procedure::kShutdown,
      {"Shut a host down for longer",
       "As restart, but the host stays off, and in maintenance in CloudStack. HA stays on meanwhile; it "
       "cannot be "
       "switched on while a host is off. Bring it back with: xenhactl host return.",
       "xenhactl host shutdown cluster1 xs2"});
  add(out, Procedure::kReturn,
      {"Bring a host back that was shut down",
       "Waits until the host is powered on and back in the pool, sees that it is enabled and HA on, and ends "
       "its "
       "maintenance in CloudStack. Also the way out of a restart or shutdown that is not to go on.",
       "xenhactl host return cluster1 xs2"});
  add(out, Procedure::kRecover,
      {"Bring a failed host back into the pool",
       "For a host that does not rejoin after a failure. Switches HA off, disarms the host as its own root "
       "where "
       "its HA keeps it out, or says what to type at its console; waits until it is back, and switches HA "
       "on.",
       "xenhactl host recover cluster1 xs1"});
  out.push_back(std::make_unique<OfHost>(
      std::nullopt, "host resume",
      config::FlagParser::Text{"Go on with what was interrupted",
                               "Goes on with a procedure that was interrupted or stopped, by this machine's "
                               "journal and the facts; on "
                               "another machine by the mark on the pool and the facts.",
                               "xenhactl host resume cluster1 xs2"}));
  return out;
}

}  // namespace xenha::ctl
