#include "tests/sim/world/world.h"

#include <utility>

#include "tests/sim/cloud/cloud.h"
#include "tests/sim/xapi/dispatch.h"
#include "tests/sim/xapi/event_hub.h"

namespace xenha::sim {

Host::Host() = default;
Host::~Host() = default;

Host* Site::master() const {
  Host* found = nullptr;
  for (const auto& host : hosts)
    if (host->site == this && host->running() && !host->emergency && host->is_master() && host->db &&
        (!found || host->became_master > found->became_master))
      found = host.get();
  return found;
}

Host* Site::at(std::string_view address) const {
  for (const auto& host : hosts)
    if (host->address == address) return host.get();
  return nullptr;
}

Host* Site::by_uuid(std::string_view uuid) const {
  for (const auto& host : hosts)
    if (host->uuid == uuid) return host.get();
  return nullptr;
}

Host* Site::by_ref(std::string_view ref) const {
  for (const auto& host : hosts)
    if (host->ref == ref) return host.get();
  return nullptr;
}

World::World(Loop& loop_, SimulationOptions options_)
    : loop(loop_),
      options(std::move(options_)),
      clock(loop, options.speed),
      ids(std::make_shared<Ids>(20150101)) {}

World::~World() {
  for (const auto& site : sites)
    for (const auto& host : site->hosts) {
      abort_calls(*host);
      host->events.reset();
    }
  clock.clear();
}

void World::later(Host& host, Duration simulated, std::function<void()> task) {
  clock.after(simulated, [this, &host, incarnation = host.incarnation, task = std::move(task)] {
    if (host.incarnation != incarnation) return;
    task();
    changed();
  });
}

TimerId World::after_for_client(Duration span, Loop::Task task) {
  return clock.by_hand() ? clock.after(span, std::move(task)) : loop.after(span, std::move(task));
}

void World::cancel_for_client(TimerId id) {
  if (clock.by_hand())
    clock.cancel(id);
  else
    loop.cancel(id);
}

std::string World::now_text(const Host& host) const {
  return iso8601(wall(host));
}

void World::note(const char* what, const Host& host, std::string vm) {
  truth.add({clock.now(), now(), "xenserver", what, host.site->name, host.address, std::move(vm)});
}

void World::changed() {
  if (changed_) changed_();
}

Site* World::find_site(std::string_view text) const {
  for (const auto& site : sites)
    if (site->name == text || std::to_string(site->number) == text) return site.get();
  return nullptr;
}

Host* World::find_host(Site& site, std::string_view text) const {
  if (text == "master") return site.master();
  for (const auto& host : site.hosts)
    if (host->name == text || host->address == text || host->uuid == text ||
        std::to_string(host->number) == text)
      return host.get();
  return nullptr;
}

void create_message(Site& site, std::string_view name, int priority, std::string_view cls,
                    std::string_view obj_uuid, std::string_view body) {
  Host* master = site.master();
  if (!master) return;
  Message message;
  message.ref = site.world->ids->ref();
  message.uuid = site.world->ids->uuid();
  message.name = name;
  message.priority = priority;
  message.cls = cls;
  message.obj_uuid = obj_uuid;
  message.body = body;
  message.timestamp = site.world->wall(*master);
  master->messages.add(std::move(message));
  if (master->events) master->events->poke();
}

}  // namespace xenha::sim
