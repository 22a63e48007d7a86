// Class message: its objects are files, not records of the database.
#include "tests/sim/wire/filter.h"
#include "tests/sim/xapi/dispatch.h"
#include "tests/sim/xapi/event_batch.h"
#include "tests/sim/xapi/event_hub.h"

namespace xenha::sim {
namespace {

const MessageStore& store(const ApiCallPtr& call) {
  return call->master->messages;
}

template <class Fits>
void answer_records(const ApiCallPtr& call, Fits fits) {
  Json out = Json::object();
  for (const Message& message : store(call).all())
    if (fits(message)) out[message.ref] = message_record(message);
  call->succeed(std::move(out));
}

void get_since(const ApiCallPtr& call) {
  const std::optional<WallTime> since = parse_iso8601(call->text(1));
  answer_records(call, [&](const Message& message) { return !since || message.timestamp >= *since; });
}

void get_of_object(const ApiCallPtr& call) {
  const std::string cls = call->text(1);
  const std::string uuid = call->text(2);
  const std::optional<WallTime> since = parse_iso8601(call->text(3));
  answer_records(call, [&](const Message& message) {
    return message.cls == cls && message.obj_uuid == uuid && (!since || message.timestamp >= *since);
  });
}

void get_all_records(const ApiCallPtr& call) {
  answer_records(call, [](const Message&) { return true; });
}

void get_all_records_where(const ApiCallPtr& call) {
  const Result<Filter> filter = Filter::parse(call->text(1));
  if (!filter) return call->fail(fail("INTERNAL_ERROR", filter.error().message));
  answer_records(call, [&](const Message& message) {
    const Result<bool> fits = filter->matches("message", call->release(), message_record(message));
    return fits && *fits;
  });
}

void get_all(const ApiCallPtr& call) {
  Json out = Json::array();
  for (const Message& message : store(call).all()) out.push_back(message.ref);
  call->succeed(std::move(out));
}

void get_record(const ApiCallPtr& call) {
  const Message* message = store(call).find(call->text(1));
  if (!message) return call->fail(fail("HANDLE_INVALID", "message", call->text(1)));
  call->succeed(message_record(*message));
}

void get_by_uuid(const ApiCallPtr& call) {
  for (const Message& message : store(call).all())
    if (message.uuid == call->text(1)) return call->succeed(message.ref);
  call->fail(fail("UUID_INVALID", "message", call->text(1)));
}

void create(const ApiCallPtr& call) {
  Message message;
  message.ref = call->world.ids->ref();
  message.uuid = call->world.ids->uuid();
  message.name = call->text(1);
  message.priority = call->params[2].get<int>();
  message.cls = call->text(3);
  message.obj_uuid = call->text(4);
  message.body = call->text(5);
  message.timestamp = call->world.wall(call->host);
  const std::string ref = message.ref;
  call->master->messages.add(std::move(message));
  call->master->events->poke();
  call->succeed(ref);
}

void destroy(const ApiCallPtr& call) {
  if (!call->master->messages.remove(call->text(1)))
    return call->fail(fail("HANDLE_INVALID", "message", call->text(1)));
  call->master->events->poke();
  call->succeed();
}

}  // namespace

void add_message_calls(HandlerMap& handlers) {
  handlers["message.get_since"] = get_since;
  handlers["message.get"] = get_of_object;
  handlers["message.get_all_records"] = get_all_records;
  handlers["message.get_all_records_where"] = get_all_records_where;
  handlers["message.get_all"] = get_all;
  handlers["message.get_record"] = get_record;
  handlers["message.get_by_uuid"] = get_by_uuid;
  handlers["message.create"] = create;
  handlers["message.destroy"] = destroy;
}

}  // namespace xenha::sim
