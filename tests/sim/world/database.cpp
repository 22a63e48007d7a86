#include "tests/sim/world/database.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "tests/sim/world/relations.h"

namespace xenha::sim {
namespace {

constexpr std::size_t kRememberedDeletions = 512;

struct Row {
  std::uint64_t serial = 0;  // order of creation
  std::uint64_t created = 0;
  std::uint64_t modified = 0;
  std::vector<std::pair<std::uint16_t, Json>> own;  // sorted by field number
};

/// What all databases of a release share.
struct Schema {
  std::string name;
  std::vector<std::string> fields;
  std::unordered_map<std::string, std::uint16_t> index;
  std::vector<Json> defaults;
  int find(std::string_view field) const {
    const auto found = index.find(std::string(field));
    return found == index.end() ? -1 : found->second;
  }
};

Schema make_schema(const ClassDef& cls, Release release) {
  Schema schema;
  schema.name = cls.name;
  for (const FieldDef* field : fields_of(cls.name, release)) {
    schema.index[field->name] = static_cast<std::uint16_t>(schema.fields.size());
    schema.fields.push_back(field->name);
    schema.defaults.push_back(default_value(*field));
  }
  return schema;
}

using Schemas = std::map<std::string, Schema, std::less<>>;

const Schemas& schemas_of(Release release) {
  static std::mutex mutex;
  static std::map<Release, Schemas> all;
  const std::lock_guard lock(mutex);
  Schemas& schemas = all[release];
  if (schemas.empty())
    for (const ClassDef* cls : classes_of(release)) schemas.emplace(cls->name, make_schema(*cls, release));
  return schemas;
}

struct Table {
  const Schema* schema = nullptr;
  std::unordered_map<std::string, Row> rows;
  std::map<std::uint64_t, std::string> order;            // serial -> ref
  std::unordered_map<std::string, std::string> by_uuid;  // uuid -> ref
  std::map<std::uint64_t, std::string> by_modified;      // generation -> ref
  std::deque<Database::Change> deleted;
};

}  // namespace

struct Database::Impl {
  Release release{};
  std::shared_ptr<Ids> ids;
  std::uint64_t generation = 1;
  std::uint64_t serial = 0;
  std::map<std::string, Table, std::less<>> tables;
  std::function<void()> changed;

  Table* table(std::string_view cls) {
    const auto found = tables.find(cls);
    return found == tables.end() ? nullptr : &found->second;
  }
  Row* row(std::string_view cls, const std::string& ref) {
    Table* in = table(cls);
    if (!in) return nullptr;
    const auto found = in->rows.find(ref);
    return found == in->rows.end() ? nullptr : &found->second;
  }
  void stamp(Table& table, const std::string& ref, Row& row) {
    table.by_modified.erase(row.modified);
    row.modified = ++generation;
    table.by_modified[row.modified] = ref;
  }
  void notify() {
    if (changed) changed();
  }
  static const Json& value(const Table& table, const Row& row, std::uint16_t field) {
    const auto at =
        std::lower_bound(row.own.begin(), row.own.end(), field,
                         [](const auto& entry, std::uint16_t wanted) { return entry.first < wanted; });
    if (at != row.own.end() && at->first == field) return at->second;
    return table.schema->defaults[field];
  }
  static void put(const Table& table, Row& row, std::uint16_t field, Json value) {
    const auto at =
        std::lower_bound(row.own.begin(), row.own.end(), field,
                         [](const auto& entry, std::uint16_t wanted) { return entry.first < wanted; });
    const bool there = at != row.own.end() && at->first == field;
    if (value == table.schema->defaults[field]) {
      if (there) row.own.erase(at);
      return;
    }
    if (there)
      at->second = std::move(value);
    else
      row.own.emplace(at, field, std::move(value));
  }
  /// Keeps the parent's set of `child` right when the child's reference moves from `before` to `after`.
  void relate(std::string_view cls, std::string_view field, const std::string& child,
              const std::string& before, const std::string& after) {
    for (const Relation& relation : kRelations) {
      if (relation.child != cls || relation.child_field != field) continue;
      change_set(relation, before, child, false);
      change_set(relation, after, child, true);
    }
  }
  void change_set(const Relation& relation, const std::string& parent, const std::string& child, bool add) {
    Table* in = table(relation.parent);
    Row* row_of_parent = row(relation.parent, parent);
    const int field = in ? in->schema->find(relation.parent_field) : -1;
    if (!row_of_parent || field < 0) return;
    Json members = value(*in, *row_of_parent, static_cast<std::uint16_t>(field));
    const auto at = std::find(members.begin(), members.end(), child);
    if (add == (at != members.end())) return;
    if (add)
      members.push_back(child);
    else
      members.erase(at);
    put(*in, *row_of_parent, static_cast<std::uint16_t>(field), std::move(members));
    stamp(*in, parent, *row_of_parent);
  }
};

Database::Database() : impl_(std::make_unique<Impl>()) {}

Database::Database(Release release, std::shared_ptr<Ids> ids) : Database() {
  impl_->release = release;
  impl_->ids = std::move(ids);
  for (const auto& [name, schema] : schemas_of(release)) impl_->tables[name].schema = &schema;
}

Database::~Database() = default;

std::unique_ptr<Database> Database::clone(std::uint64_t behind) const {
  std::unique_ptr<Database> copy(new Database());
  *copy->impl_ = *impl_;
  Impl& to = *copy->impl_;
  to.changed = nullptr;
  if (to.generation <= behind) behind = to.generation - 1;
  to.generation -= behind;
  // No record may be newer than the counter: those that would be are set to it one by one from below.
  for (auto& [name, table] : to.tables) {
    table.deleted.clear();
    table.by_modified.clear();
    for (auto& [ref, row] : table.rows) {
      row.created = row.created > behind ? row.created - behind : 0;
      row.modified = row.modified > behind ? row.modified - behind : 0;
    }
  }
  std::uint64_t low = 0;
  for (auto& [name, table] : to.tables)
    for (auto& [ref, row] : table.rows) {
      if (row.modified == 0 || table.by_modified.count(row.modified)) row.modified = ++low;
      while (table.by_modified.count(row.modified)) ++row.modified;
      table.by_modified[row.modified] = ref;
      to.generation = std::max(to.generation, row.modified);
    }
  return copy;
}

Release Database::release() const {
  return impl_->release;
}
std::uint64_t Database::generation() const {
  return impl_->generation;
}
void Database::on_change(std::function<void()> callback) {
  impl_->changed = std::move(callback);
}

std::string Database::create(std::string_view cls, const Json& fields) {
  std::string ref = impl_->ids->ref();
  create_at(cls, ref, fields);
  return ref;
}

void Database::create_at(std::string_view cls, const std::string& ref, const Json& fields) {
  Table* table = impl_->table(cls);
  if (!table) return;
  Row& row = table->rows[ref];
  row.serial = ++impl_->serial;
  table->order[row.serial] = ref;
  for (const auto& [name, value] : fields.items()) {
    const int field = table->schema->find(name);
    if (field >= 0) Impl::put(*table, row, static_cast<std::uint16_t>(field), value);
  }
  if (const int uuid = table->schema->find("uuid"); uuid >= 0) {
    const auto number = static_cast<std::uint16_t>(uuid);
    if (Impl::value(*table, row, number).get_ref<const std::string&>().empty())
      Impl::put(*table, row, number, impl_->ids->uuid());
    table->by_uuid[Impl::value(*table, row, number).get<std::string>()] = ref;
  }
  impl_->stamp(*table, ref, row);
  row.created = row.modified;
  for (const Relation& relation : kRelations)
    if (relation.child == cls) {
      const Json parent = get(cls, ref, relation.child_field);
      if (parent.is_string()) impl_->change_set(relation, parent.get<std::string>(), ref, true);
    }
  impl_->notify();
}

void Database::destroy(std::string_view cls, const std::string& ref) {
  Table* table = impl_->table(cls);
  Row* row = impl_->row(cls, ref);
  if (!row) return;
  for (const Relation& relation : kRelations)
    if (relation.child == cls) impl_->change_set(relation, text(cls, ref, relation.child_field), ref, false);
  table->by_uuid.erase(text(cls, ref, "uuid"));
  table->by_modified.erase(row->modified);
  table->order.erase(row->serial);
  table->deleted.push_back({ref, row->created, ++impl_->generation});
  if (table->deleted.size() > kRememberedDeletions) table->deleted.pop_front();
  table->rows.erase(ref);
  impl_->notify();
}

bool Database::exists(std::string_view cls, const std::string& ref) const {
  return impl_->row(cls, ref) != nullptr;
}

std::size_t Database::count(std::string_view cls) const {
  const Table* table = impl_->table(cls);
  return table ? table->rows.size() : 0;
}

std::vector<std::string> Database::refs(std::string_view cls) const {
  std::vector<std::string> out;
  if (const Table* table = impl_->table(cls))
    for (const auto& [serial, ref] : table->order) out.push_back(ref);
  return out;
}

Json Database::get(std::string_view cls, const std::string& ref, std::string_view field) const {
  const Table* table = impl_->table(cls);
  const Row* row = impl_->row(cls, ref);
  const int number = table ? table->schema->find(field) : -1;
  if (!row || number < 0) return nullptr;
  return Impl::value(*table, *row, static_cast<std::uint16_t>(number));
}

std::string Database::text(std::string_view cls, const std::string& ref, std::string_view field) const {
  const Json value = get(cls, ref, field);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool Database::flag(std::string_view cls, const std::string& ref, std::string_view field) const {
  const Json value = get(cls, ref, field);
  return value.is_boolean() && value.get<bool>();
}

void Database::set(std::string_view cls, const std::string& ref, std::string_view field, Json value) {
  Table* table = impl_->table(cls);
  Row* row = impl_->row(cls, ref);
  const int number = table ? table->schema->find(field) : -1;
  if (!row || number < 0) return;
  const Json before = Impl::value(*table, *row, static_cast<std::uint16_t>(number));
  if (before == value) return;
  if (before.is_string() && value.is_string())
    impl_->relate(cls, field, ref, before.get<std::string>(), value.get<std::string>());
  if (field == "uuid") {
    table->by_uuid.erase(before.get<std::string>());
    table->by_uuid[value.get<std::string>()] = ref;
  }
  Impl::put(*table, *row, static_cast<std::uint16_t>(number), std::move(value));
  impl_->stamp(*table, ref, *row);
  impl_->notify();
}

void Database::set_quietly(std::string_view cls, const std::string& ref, std::string_view field, Json value) {
  Table* table = impl_->table(cls);
  Row* row = impl_->row(cls, ref);
  const int number = table ? table->schema->find(field) : -1;
  if (row && number >= 0) Impl::put(*table, *row, static_cast<std::uint16_t>(number), std::move(value));
}

void Database::touch(std::string_view cls, const std::string& ref) {
  Row* row = impl_->row(cls, ref);
  if (!row) return;
  impl_->stamp(*impl_->table(cls), ref, *row);
  impl_->notify();
}

Json Database::record(std::string_view cls, const std::string& ref) const {
  const Table* table = impl_->table(cls);
  const Row* row = impl_->row(cls, ref);
  if (!row) return nullptr;
  Json out = Json::object();
  for (std::uint16_t field = 0; field < table->schema->fields.size(); ++field)
    out[table->schema->fields[field]] = Impl::value(*table, *row, field);
  return out;
}

std::string Database::find_by_uuid(std::string_view cls, std::string_view uuid) const {
  const Table* table = impl_->table(cls);
  if (!table) return {};
  const auto found = table->by_uuid.find(std::string(uuid));
  return found == table->by_uuid.end() ? std::string() : found->second;
}

std::vector<std::string> Database::find_by_name(std::string_view cls, std::string_view name_label) const {
  std::vector<std::string> out;
  for (const std::string& ref : refs(cls))
    if (text(cls, ref, "name_label") == name_label) out.push_back(ref);
  return out;
}

std::string Database::pool_ref() const {
  const std::vector<std::string> all = refs("pool");
  return all.empty() ? std::string(kNullRef) : all.front();
}

std::vector<Database::Change> Database::changes(std::string_view cls, std::uint64_t since) const {
  std::vector<Change> out;
  const Table* table = impl_->table(cls);
  if (!table) return out;
  for (auto at = table->by_modified.upper_bound(since); at != table->by_modified.end(); ++at)
    out.push_back({at->second, table->rows.at(at->second).created, at->first});
  return out;
}

std::vector<Database::Change> Database::deletions(std::string_view cls, std::uint64_t since) const {
  std::vector<Change> out;
  const Table* table = impl_->table(cls);
  if (!table) return out;
  for (const Change& change : table->deleted)
    if (change.modified > since) out.push_back(change);
  return out;
}

void Database::forget_deletions() {
  for (auto& [name, table] : impl_->tables) table.deleted.clear();
}

}  // namespace xenha::sim
