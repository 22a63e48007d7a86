// event.from, and event.register/next for old clients, over one master's database and messages.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/wire/loop.h"

namespace xenha::sim {

class ApiCall;
class World;
struct Host;

class EventHub {
 public:
  EventHub(World& world, Host& master);
  ~EventHub();
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  /// Answers now, at the first change, or empty after the call's timeout.
  void from(const std::shared_ptr<ApiCall>& call);
  /// Answers at the first change since the session's last next.
  void next(const std::shared_ptr<ApiCall>& call);
  /// Something changed: the waiting calls look again, in one batch.
  void poke();
  /// Waiting calls of a session that ended get SESSION_INVALID.
  void drop_session(const std::string& ref);
  std::size_t waiting() const { return waiters_.size(); }

 private:
  struct Waiter;
  void flush();
  bool try_answer(Waiter& waiter);

  World& world_;
  Host& master_;
  std::list<std::shared_ptr<Waiter>> waiters_;
  TimerId flush_timer_ = 0;
  std::uint64_t serial_ = 0;
};

}  // namespace xenha::sim
