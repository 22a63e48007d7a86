// How xenhactl ends. Scripts rely on these numbers.
#pragma once

namespace xenha::ctl {

enum class ExitCode {
  kDone = 0,
  kNotMet = 1,       ///< it was read, and it is not as it should be
  kUsage = 2,        ///< the command line or the config file; nothing was done
  kUnreachable = 3,  ///< nobody who could have told answered
  kRefused = 4,      ///< somebody who may say no said it: a guard, a daemon, a pool, the person asked
  kInterrupted = 5,  ///< by a signal; host resume goes on from there, everything else is typed again
};

}  // namespace xenha::ctl
