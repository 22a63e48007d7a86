// The sessions of one master, with their caps and idle limit; and the local sessions of one host.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/sim/wire/datamodel.h"
#include "tests/sim/world/scheduler.h"

namespace xenha::sim {

struct Session {
  enum class Kind { kPool, kLocal };
  Kind kind = Kind::kPool;
  std::string ref;
  std::string user;
  std::string originator;
  std::string client;
  Role role = Role::kPoolAdmin;
  bool superuser = true;  ///< root: no RBAC
  SimTime opened{}, last_active{};
  int running_calls = 0;  ///< calls and tasks under way: such a session is never evicted
  // Legacy events: event.register and event.next.
  bool registered = false;
  std::vector<std::string> classes;
  std::uint64_t next_from = 0;    ///< database generation
  std::uint64_t from_serial = 0;  ///< 6.2: the newest event.from owns the session's only subscription
};

class SessionTable {
 public:
  static constexpr std::size_t kPerUser = 500;        ///< from 7.0 on
  static constexpr std::size_t kPerOriginator = 500;  ///< from 7.0 on
  static constexpr std::size_t kAnonymous = 400;      ///< sessions without originator, in every release

  /// Called with each session that ends, however it ends.
  void on_end(std::function<void(const Session&)> callback) { ended_ = std::move(callback); }
  /// Evicts the longest unused ones when a cap is exceeded.
  Session& open(Session session, Release release);
  Session* find(const std::string& ref);
  void close(const std::string& ref);
  void expire_idle(SimTime now, Duration limit);
  void clear();
  const std::map<std::string, Session>& all() const { return sessions_; }

 private:
  template <class Same>
  void evict(std::size_t cap, Same same);

  std::map<std::string, Session> sessions_;
  std::function<void(const Session&)> ended_;
};

}  // namespace xenha::sim
