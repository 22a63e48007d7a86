#include "tests/sim/world/session_table.h"

#include <utility>

namespace xenha::sim {

template <class Same>
void SessionTable::evict(std::size_t cap, Same same) {
  std::size_t count = 0;
  for (const auto& [ref, session] : sessions_)
    if (same(session)) ++count;
  while (count >= cap) {
    const Session* oldest = nullptr;
    for (const auto& [ref, session] : sessions_)
      if (same(session) && session.running_calls == 0 &&
          (!oldest || session.last_active < oldest->last_active))
        oldest = &session;
    if (!oldest) return;
    close(std::string(oldest->ref));
    --count;
  }
}

Session& SessionTable::open(Session session, Release release) {
  if (session.originator.empty())
    evict(kAnonymous, [](const Session& other) { return other.originator.empty(); });
  if (release >= Release::k70) {
    evict(kPerUser, [&](const Session& other) { return other.user == session.user; });
    if (!session.originator.empty())
      evict(kPerOriginator, [&](const Session& other) { return other.originator == session.originator; });
  }
  const std::string ref = session.ref;
  return sessions_[ref] = std::move(session);
}

Session* SessionTable::find(const std::string& ref) {
  const auto found = sessions_.find(ref);
  return found == sessions_.end() ? nullptr : &found->second;
}

void SessionTable::close(const std::string& ref) {
  const auto found = sessions_.find(ref);
  if (found == sessions_.end()) return;
  const Session session = std::move(found->second);
  sessions_.erase(found);
  if (ended_) ended_(session);
}

void SessionTable::expire_idle(SimTime now, Duration limit) {
  std::vector<std::string> old;
  for (const auto& [ref, session] : sessions_)
    if (session.running_calls == 0 && now - session.last_active > limit) old.push_back(ref);
  for (const std::string& ref : old) close(ref);
}

void SessionTable::clear() {
  while (!sessions_.empty()) close(std::string(sessions_.begin()->first));
}

}  // namespace xenha::sim
