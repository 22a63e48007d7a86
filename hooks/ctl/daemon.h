// Asks one of our daemons over HTTP: xenha-hooks with the operator's token, else as a user of its web config.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "hooks/ctl/command.h"
#include "lib/base/result.h"

namespace xenha::ctl {

enum class Daemon { kHooks, kExporter };

/// How a daemon is asked. A command's own line is made of its context.
struct DaemonLine {
  DaemonLine(const Context& of) : context(of), transport(of.transport) {}  // NOLINT: as good as the context
  DaemonLine(const Context& of, http::Transport& by, Duration patient)
      : context(of), transport(by), patience(patient) {}
  const Context& context;
  http::Transport& transport;
  Duration patience = std::chrono::seconds(60);  ///< a look at a pool takes its time
};

/// One exchange: a look at a pool takes its time. Gives the JSON of a 200 answer. Errors:
/// kUnreachable, kTimeout, kTls, kBadReply as of the transport; kAuth for 401 and 403; kRemoteFault with the
/// status as remote_code and the daemon's own sentence. Every message names the daemon's address.
Result<nlohmann::ordered_json> get(const DaemonLine& line, Daemon daemon, const std::string& target);
Result<nlohmann::ordered_json> post(const DaemonLine& line, Daemon daemon, const std::string& target,
                                    const nlohmann::ordered_json& body);

/// For a path's query.
std::string percent_encoded(const std::string& text);

/// Something runs there, and the message names the key of the config file that is not right.
bool says_what_to_correct(const Error& error);
/// What to do about a daemon that nothing came from: "Start xenha-hooks, or correct ctl.hooks_url."
std::string how_to_reach(Daemon daemon);

/// Says the error, and what to look at; how the program ends.
ExitCode fail(const Context& context, Daemon daemon, const Error& error);

}  // namespace xenha::ctl
