// pause and resume on the pool itself: the mark xenha:paused, which every xenha-hooks obeys, running now or
// started later. Writing it needs calls that the commands of this directory are not linked with, so main.cpp
// hands it in (hooks/ctl/run/hold_on_pool.h).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "hooks/ctl/command.h"
#include "hooks/ctl/consent.h"

namespace xenha::ctl {

struct PoolHold {
  std::string reason;
  Duration span{};
};

struct OnPoolOrder {
  std::string pool;
  std::optional<PoolHold> hold;  ///< absent: the mark is to be removed
  Consent consent;
};

using OnPool = std::function<ExitCode(Context&, const OnPoolOrder&)>;

}  // namespace xenha::ctl
