#include "hooks/situation/open_sessions.h"

#include <algorithm>
#include <utility>

namespace xenha::hooks {

SteadyTime OpenSessions::last_moment() const {
  return std::max(until_, line_.clock.steady() + std::chrono::milliseconds(250));
}

void OpenSessions::give_back(std::shared_ptr<const http::Endpoint> endpoint, std::string session,
                             bool local) {
  if (session.empty()) return;
  // Any answer will do: whoever says SESSION_INVALID has no such session either.
  logouts_.emplace_back(line_.client)
      .call({.endpoint = std::move(endpoint),
             .method = local ? "session.local_logout" : "session.logout",
             .params = {std::move(session)},
             .deadline = last_moment()},
            [](const Result<xapi::Reply>&) {});
}

void OpenSessions::settle() {
  constexpr std::chrono::seconds kWhenStopped{2};
  SteadyTime last = last_moment();
  const auto busy = [this] {
    return std::any_of(logouts_.begin(), logouts_.end(), [](const auto& slot) { return slot.busy(); });
  };
  while (busy() && line_.clock.steady() < last) {
    if (stopped_) last = std::min(last, line_.clock.steady() + kWhenStopped);
    line_.transport.poll(last);
  }
  logouts_.clear();
}

}  // namespace xenha::hooks
