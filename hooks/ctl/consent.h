// Before xenhactl changes anything: what would be done is shown, and somebody says yes.
#pragma once

#include <optional>
#include <string>

#include "hooks/ctl/command.h"

namespace xenha::ctl {

/// --plan and --yes, of every command that changes something.
struct Consent {
  bool plan = false;  ///< show what would be done, and do nothing
  bool yes = false;   ///< do it without asking

  void declare(config::FlagParser& parser);
  /// Asks after the plan was shown. Absent: go on. kUsage when nobody can be asked and --yes is missing;
  /// kRefused when the answer is no; kInterrupted. Says on `err` that nothing was changed.
  std::optional<ExitCode> ask(const Context& context, const std::string& question) const;
};

}  // namespace xenha::ctl
