// Asks both daemons what they know of all pools, side by side; a few seconds at most, because they only add
// to what the pools say.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "hooks/ctl/command.h"
#include "hooks/ctl/status/pool_status.h"
#include "hooks/situation/observer.h"

namespace xenha::ctl {

struct DaemonWords {
  nlohmann::ordered_json exporter, failovers, hooks;  ///< as answered
  /// Why one did not answer, and what to do about it.
  struct Silence {
    std::string problem, fix;  ///< empty: it answered
  };
  Silence exporter_silence, hooks_silence;

  ExporterWord exporter_on(const std::string& pool) const;
  HooksWord hooks_on(const std::string& pool) const;
  hooks::Remembered remembered(const std::string& pool) const;
};

DaemonWords ask_daemons(const Context& context);

/// Does `work(i, transport)` for every i below `count`, many at once, each thread with a transport of its own
/// that is woken when the program is interrupted.
void for_each_at_once(const Context& context, std::size_t count,
                      const std::function<void(std::size_t, http::Transport&)>& work);

}  // namespace xenha::ctl
