// Records made odd: other keys, names, dangling references, any field.
#include <utility>

#include "tests/sim/control/commands.h"

namespace xenha::sim {
namespace {

/// "class" with "ref", "uuid" or "name"; class pool needs none; class host takes "host".
std::string record_of(const CommandArgs& args, const Database& db, const std::string& cls) {
  if (cls == "pool") return db.pool_ref();
  if (cls == "host" && args.host) return args.host->ref;
  if (args.json.contains("ref")) return args.text("ref");
  if (args.json.contains("uuid")) return db.find_by_uuid(cls, args.text("uuid"));
  const std::vector<std::string> named = db.find_by_name(cls, args.text("name"));
  return named.empty() ? std::string() : named.front();
}

Result<Json> set_field(CommandArgs& args) {
  Database* db = args.db();
  const std::string cls = args.text("class", "pool");
  const std::string ref = record_of(args, *db, cls);
  const std::string field = args.text("field");
  if (!db->exists(cls, ref)) return bad_command("no such " + cls);
  if (!find_field(cls, field, db->release())) return bad_command("no such field: " + cls + "." + field);
  const Json before = db->get(cls, ref, field);
  Json value = args.json.value("value", Json());
  // Scenario files write every value as text.
  if (value.is_string() && !before.is_string()) value = Json::parse(value.get<std::string>(), nullptr, false);
  if (value.is_discarded() || value.type_name() != std::string(before.type_name()))
    return bad_command("the value is no " + std::string(before.type_name()));
  db->set(cls, ref, field, std::move(value));
  return done();
}

Result<Json> set_other_config(CommandArgs& args) {
  Database* db = args.db();
  const std::string cls = args.text("class", "pool");
  const std::string ref = record_of(args, *db, cls);
  if (!db->exists(cls, ref)) return bad_command("no such " + cls);
  Json other = db->get(cls, ref, "other_config");
  if (args.json.contains("value"))
    other[args.text("key")] = args.text("value");
  else
    other.erase(args.text("key"));
  db->set(cls, ref, "other_config", std::move(other));
  return done();
}

/// The key that XAPI forgets to escape: every answer with this class's records is no XML any more.
Result<Json> unescaped_key(CommandArgs& args) {
  args.json["key"] = args.text("key", "owner & co");
  args.json["value"] = args.text("value", "x");
  return set_other_config(args);
}

/// References that name nothing: a default SR, host metrics, the metrics of VMs.
Result<Json> dangle(CommandArgs& args) {
  Database* db = args.db();
  db->set("pool", db->pool_ref(), "default_SR", args.world.ids->ref());
  for (const Host* host : args.hosts()) db->set("host", host->ref, "metrics", args.world.ids->ref());
  for (const std::string& vm : db->refs("VM")) db->set("VM", vm, "guest_metrics", args.world.ids->ref());
  return done();
}

Result<Json> undangle(CommandArgs& args) {
  Database* db = args.db();
  const std::vector<std::string> metrics = db->refs("host_metrics");
  std::size_t at = 0;
  for (const Host* host : args.hosts())
    if (at < metrics.size()) db->set("host", host->ref, "metrics", metrics[at++]);
  return done();
}

Result<Json> rename(CommandArgs& args) {
  Database* db = args.db();
  const std::string cls = args.text("class", args.host ? "host" : "pool");
  const std::string ref = record_of(args, *db, cls);
  if (!db->exists(cls, ref)) return bad_command("no such " + cls);
  if (cls == "host" && args.host) args.host->name = args.text("to");
  db->set(cls, ref, "name_label", args.text("to"));
  return done();
}

}  // namespace

void add_record_commands(CommandMap& commands) {
  commands["set-field"] = {false, set_field};
  commands["set-other-config"] = {false, set_other_config};
  commands["unescaped-key"] = {false, unescaped_key};
  commands["dangle"] = {false, dangle};
  commands["undangle"] = {false, undangle};
  commands["rename"] = {false, rename};
}

}  // namespace xenha::sim
