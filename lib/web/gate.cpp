#include "lib/web/gate.h"

#include <algorithm>

namespace xenha::web {

void Gate::close() {
  const std::lock_guard lock(mutex_);
  open_ = false;
  changed_.notify_all();
}

bool Gate::wait_until_empty(Duration patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return inside_ == 0; });
}

bool Gate::enter(Duration patience) {
  std::unique_lock lock(mutex_);
  const std::uint64_t ticket = ++last_ticket_;
  waiting_.push_back(ticket);
  const auto my_turn = [&] { return inside_ < most_ && waiting_.front() == ticket; };
  changed_.wait_for(lock, patience, [&] { return !open_ || my_turn(); });
  const bool entered = open_ && my_turn();
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), ticket));
  if (entered) ++inside_;
  changed_.notify_all();  // the next in the row may fit too
  return entered;
}

void Gate::leave() {
  const std::lock_guard lock(mutex_);
  --inside_;
  changed_.notify_all();
}

}  // namespace xenha::web
