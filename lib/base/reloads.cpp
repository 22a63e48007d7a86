#include "lib/base/reloads.h"

#include "lib/base/log.h"

namespace xenha {

Status Reloads::run(const std::function<Status()>& reload) {
  const std::lock_guard one_at_a_time(running_);
  Status done = reload();
  {
    const std::lock_guard lock(mutex_);
    last_.successful = static_cast<bool>(done);
    if (done) last_.success = clock_.wall();
  }
  if (done)
    log::info("configuration reloaded", {{"file", file_}});
  else
    log::error("configuration not reloaded, the running one stays",
               {{"file", file_}, {"problem", done.error().message}});
  return done;
}

Reloads::Last Reloads::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace xenha
