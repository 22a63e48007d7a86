#include "tests/sim/xapi/event_hub.h"

#include <utility>

#include "tests/sim/world/world.h"
#include "tests/sim/xapi/api_call.h"
#include "tests/sim/xapi/dispatch.h"
#include "tests/sim/xapi/event_batch.h"

namespace xenha::sim {

struct EventHub::Waiter {
  std::shared_ptr<ApiCall> call;
  std::vector<std::string> classes;
  EventToken since;
  std::uint64_t serial = 0;
  bool legacy = false;  // event.next
  bool deaf = false;    // 6.2: another event.from took over the session's subscription
  TimerId timeout = 0;
};

EventHub::EventHub(World& world, Host& master) : world_(world), master_(master) {
  master_.db->on_change([this] { poke(); });
}

EventHub::~EventHub() {
  world_.cancel_for_client(flush_timer_);
  for (const auto& waiter : waiters_) world_.cancel_for_client(waiter->timeout);
  if (master_.db) master_.db->on_change(nullptr);
}

void EventHub::poke() {
  if (flush_timer_ || waiters_.empty()) return;
  const bool batches = master_.site->release >= Release::k8;
  flush_timer_ =
      world_.after_for_client(batches ? std::chrono::milliseconds(50) : std::chrono::milliseconds(0), [this] {
        flush_timer_ = 0;
        flush();
      });
}

void EventHub::flush() {
  for (auto at = waiters_.begin(); at != waiters_.end();) {
    const std::shared_ptr<Waiter> waiter = *at;
    if (waiter->call->abandoned() || try_answer(*waiter)) {
      world_.cancel_for_client(waiter->timeout);
      at = waiters_.erase(at);
    } else {
      ++at;
    }
  }
}

bool EventHub::try_answer(Waiter& waiter) {
  if (waiter.deaf) return false;
  EventBatch batch = collect_events(*master_.db, master_.messages, waiter.classes, waiter.since);
  if (batch.events.empty()) return false;
  if (!waiter.legacy) {
    waiter.call->succeed({{"events", std::move(batch.events)},
                          {"valid_ref_counts", std::move(batch.counts)},
                          {"token", format_token(batch.token)}});
    return true;
  }
  Session* session = master_.sessions.find(waiter.call->session);
  if (!session) {
    waiter.call->fail(fail("SESSION_INVALID", waiter.call->session));
    return true;
  }
  session->next_from = batch.token.database;
  if (batch.events.size() > 500)
    waiter.call->fail(fail("EVENTS_LOST"));
  else
    waiter.call->succeed(std::move(batch.events));
  return true;
}

void EventHub::from(const std::shared_ptr<ApiCall>& call) {
  const std::optional<EventToken> since = parse_token(call->text(2));
  if (!since) return call->fail(fail("EVENT_FROM_TOKEN_PARSE_FAILURE", call->text(2)));
  auto waiter = std::make_shared<Waiter>();
  waiter->call = call;
  waiter->classes = call->params[1].get<std::vector<std::string>>();
  waiter->since = *since;
  waiter->serial = ++serial_;
  if (call->release() == Release::k62)
    for (const auto& other : waiters_)
      if (other->call->session == call->session) other->deaf = true;
  if (try_answer(*waiter)) return;
  const auto timeout =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(call->params[3].get<double>()));
  waiter->timeout = world_.after_for_client(timeout, [this, weak = std::weak_ptr<Waiter>(waiter)] {
    const std::shared_ptr<Waiter> due = weak.lock();
    if (!due) return;
    EventBatch batch = collect_events(*master_.db, master_.messages, due->classes, due->since);
    due->call->succeed({{"events", due->deaf ? Json::array() : std::move(batch.events)},
                        {"valid_ref_counts", std::move(batch.counts)},
                        {"token", format_token(batch.token)}});
    waiters_.remove(due);
  });
  waiters_.push_back(std::move(waiter));
}

void EventHub::next(const std::shared_ptr<ApiCall>& call) {
  Session* session = master_.sessions.find(call->session);
  if (!session || !session->registered) return call->fail(fail("SESSION_NOT_REGISTERED", call->session));
  auto waiter = std::make_shared<Waiter>();
  waiter->call = call;
  waiter->classes = session->classes;
  waiter->since = {session->next_from, master_.messages.generation()};
  waiter->legacy = true;
  if (!try_answer(*waiter)) waiters_.push_back(std::move(waiter));
}

void EventHub::drop_session(const std::string& ref) {
  for (auto at = waiters_.begin(); at != waiters_.end();) {
    const std::shared_ptr<Waiter> waiter = *at;
    if (waiter->call->session != ref) {
      ++at;
      continue;
    }
    world_.cancel_for_client(waiter->timeout);
    at = waiters_.erase(at);
    waiter->call->fail(fail("SESSION_INVALID", ref));
  }
}

namespace {

void event_from(const ApiCallPtr& call) {
  call->master->events->from(call);
}

void event_next(const ApiCallPtr& call) {
  call->master->events->next(call);
}

void event_register(const ApiCallPtr& call) {
  Session* session = call->master->sessions.find(call->session);
  if (!session) return call->fail(fail("SESSION_INVALID", call->session));
  session->registered = true;
  for (const Json& name : call->params[1]) session->classes.push_back(name.get<std::string>());
  session->next_from = call->db->generation();
  call->succeed();
}

void event_unregister(const ApiCallPtr& call) {
  Session* session = call->master->sessions.find(call->session);
  if (!session) return call->fail(fail("SESSION_INVALID", call->session));
  session->registered = false;
  session->classes.clear();
  call->succeed();
}

void event_inject(const ApiCallPtr& call) {
  const ClassDef* cls = find_class_any_case(call->text(1), call->release());
  if (!cls || !call->db->exists(cls->name, call->text(2)))
    return call->fail(fail("HANDLE_INVALID", call->text(1), call->text(2)));
  call->db->touch(cls->name, call->text(2));
  call->succeed(format_token({call->db->generation(), 0}));
}

void event_get_current_id(const ApiCallPtr& call) {
  call->succeed(call->db->generation());
}

}  // namespace

void add_event_calls(HandlerMap& handlers) {
  handlers["event.from"] = event_from;
  handlers["event.next"] = event_next;
  handlers["event.register"] = event_register;
  handlers["event.unregister"] = event_unregister;
  handlers["event.inject"] = event_inject;
  handlers["event.get_current_id"] = event_get_current_id;
}

}  // namespace xenha::sim
