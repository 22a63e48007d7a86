// The calls that every class of the data model has: getters, setters, map and set changes.
#include <algorithm>

#include "tests/sim/wire/filter.h"
#include "tests/sim/xapi/dispatch.h"

namespace xenha::sim {
namespace {

void get_all_records(ApiCall& call, const std::string& cls, const Filter* filter) {
  Json out = Json::object();
  for (const std::string& ref : call.db->refs(cls)) {
    Json record = call.db->record(cls, ref);
    if (filter) {
      const Result<bool> fits = filter->matches(cls, call.release(), record);
      if (!fits) return call.fail(fail("INTERNAL_ERROR", fits.error().message));
      if (!*fits) continue;
    }
    out[ref] = std::move(record);
  }
  call.succeed(std::move(out));
}

void get_all_records_where(ApiCall& call, const std::string& cls) {
  const Result<Filter> filter = Filter::parse(call.text(1));
  if (!filter) return call.fail(fail("INTERNAL_ERROR", filter.error().message));
  get_all_records(call, cls, &*filter);
}

void get_by_uuid(ApiCall& call, const std::string& cls) {
  const std::string ref = call.db->find_by_uuid(cls, call.text(1));
  if (ref.empty()) return call.fail(fail("UUID_INVALID", cls, call.text(1)));
  call.succeed(ref);
}

/// Database calls of slaves are idempotent: the same value again is no duplicate.
bool idempotent(const ApiCall& call) {
  return !call.host.is_master() && call.release() >= Release::k76;
}

void add_to_map(ApiCall& call, const std::string& cls, const std::string& field) {
  const std::string key = call.text(2);
  Json map = call.db->get(cls, call.text(1), field);
  if (key.empty()) return call.fail(fail("INVALID_VALUE", "key", key));
  if (map.contains(key) && !(idempotent(call) && map[key] == call.params[3]))
    return call.fail(fail("MAP_DUPLICATE_KEY", cls, field, call.text(1), key));
  map[key] = call.params[3];
  call.db->set(cls, call.text(1), field, std::move(map));
  call.succeed();
}

void remove_from_map(ApiCall& call, const std::string& cls, const std::string& field) {
  Json map = call.db->get(cls, call.text(1), field);
  map.erase(call.text(2));
  call.db->set(cls, call.text(1), field, std::move(map));
  call.succeed();
}

void change_set(ApiCall& call, const std::string& cls, const std::string& field, bool add) {
  Json set = call.db->get(cls, call.text(1), field);
  const auto at = std::find(set.begin(), set.end(), call.params[2]);
  if (add && at == set.end()) set.push_back(call.params[2]);
  if (!add && at != set.end()) set.erase(at);
  call.db->set(cls, call.text(1), field, std::move(set));
  call.succeed();
}

bool starts_with(const std::string& text, std::string_view prefix) {
  return text.rfind(prefix, 0) == 0;
}

bool run_field_call(ApiCall& call, const std::string& cls, const std::string& name) {
  struct Form {
    std::string_view prefix;
    Type::Kind kind;
    bool any_kind;
  };
  static constexpr Form kForms[] = {
      {"add_to_", Type::Kind::kMap, false}, {"remove_from_", Type::Kind::kMap, false},
      {"add_", Type::Kind::kSet, false},    {"remove_", Type::Kind::kSet, false},
      {"get_", Type::Kind::kVoid, true},    {"set_", Type::Kind::kVoid, true}};
  for (const Form& form : kForms) {
    if (!starts_with(name, form.prefix)) continue;
    const std::string field = name.substr(form.prefix.size());
    const FieldDef* def = find_field(cls, field, call.release());
    if (!def || (!form.any_kind && def->type->kind != form.kind)) continue;
    const std::string ref = call.text(1);
    if (!call.db->exists(cls, ref)) {
      call.fail(fail("HANDLE_INVALID", cls, ref));
      return true;
    }
    if (form.prefix == "add_to_")
      add_to_map(call, cls, field);
    else if (form.prefix == "remove_from_")
      remove_from_map(call, cls, field);
    else if (form.prefix == "add_" || form.prefix == "remove_")
      change_set(call, cls, field, form.prefix == "add_");
    else if (form.prefix == "get_")
      call.succeed(call.db->get(cls, ref, field));
    else {
      call.db->set(cls, ref, field, call.params[2]);
      call.succeed();
    }
    return true;
  }
  return false;
}

}  // namespace

bool run_generic(const ApiCallPtr& call) {
  if (!call->db) return false;
  const std::string& cls = call->def->class_name;
  const std::string& name = call->def->short_name;
  if (name == "get_all") {
    call->succeed(call->db->refs(cls));
  } else if (name == "get_all_records") {
    get_all_records(*call, cls, nullptr);
  } else if (name == "get_all_records_where") {
    get_all_records_where(*call, cls);
  } else if (name == "get_by_uuid") {
    get_by_uuid(*call, cls);
  } else if (name == "get_by_name_label") {
    call->succeed(call->db->find_by_name(cls, call->text(1)));
  } else if (name == "get_record") {
    if (!call->db->exists(cls, call->text(1)))
      call->fail(fail("HANDLE_INVALID", cls, call->text(1)));
    else
      call->succeed(call->db->record(cls, call->text(1)));
  } else {
    return run_field_call(*call, cls, name);
  }
  return true;
}

}  // namespace xenha::sim
