#include "hooks/journal/sqlite_schema.h"

#include "hooks/journal/journal_lock.h"
#include "hooks/journal/schema_sql.h"  // generated from schema.sql

namespace xenha::hooks::journal {
namespace {

constexpr int kApplicationId = 0x786E6861;  ///< "xnha"; `file` and the check below know the journal by it

struct Marks {
  std::int64_t application = 0, version = 0, objects = 0;
};

Result<Marks> read_marks(Database& database) {
  Marks out;
  Query query(database,
              "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) "
              "FROM pragma_application_id, pragma_user_version");
  if (query.next()) out = {query.number(0), query.number(1), query.number(2)};
  if (!query.status()) return query.status().error();
  return out;
}

Status make_schema(Database& database) {
  // Marks and tables come together or not at all.
  Transaction transaction(database);
  if (!transaction.begun()) return transaction.begun();
  const std::string marks = "PRAGMA application_id=" + std::to_string(kApplicationId) +
                            "; PRAGMA user_version=" + std::to_string(kSchemaVersion) + ";";
  if (Status made = database.run(kSchemaSql); !made) return made;
  if (Status marked = database.run(marks.c_str()); !marked) return marked;
  return transaction.commit();
}

using Objects = std::map<std::string, std::string>;

Result<Objects> objects(Database& database) {
  Objects out;
  Query query(database, "SELECT type || ' ' || name, ifnull(sql, '') FROM sqlite_master");
  while (query.next()) out[query.text(0)] = query.text(1);
  if (!query.status()) return query.status().error();
  return out;
}

}  // namespace

Status make_or_check_schema(Database& database, bool writer) {
  const Result<Marks> marks = read_marks(database);
  if (!marks) return marks.error();
  if (marks->application == 0 && marks->version == 0 && marks->objects == 0 && writer)
    return make_schema(database);
  const std::string file = database.file();
  if (marks->application != kApplicationId)
    return journal_refused("CORRUPT", file + " is no journal of xenha-hooks, or an empty one; move it aside");
  if (marks->version > kSchemaVersion)
    return journal_refused("NEWER_SCHEMA", "journal " + file +
                                               " was written by a newer xenha-hooks (schema " +
                                               std::to_string(marks->version) + ", this one knows " +
                                               std::to_string(kSchemaVersion) +
                                               "); install that one again, or move the journal aside");
  if (marks->version != kSchemaVersion)
    return journal_refused("CORRUPT", "journal " + file + " has schema " + std::to_string(marks->version) +
                                          ", which never was; move it aside");
  return Nothing{};
}

Result<std::vector<std::string>> schema_differences(Database& database) {
  Result<Database> blank = Database::open(":memory:", Database::Mode::kWrite);
  if (!blank) return blank.error();
  if (const Status made = blank->run(kSchemaSql); !made) return made.error();
  const Result<Objects> right = objects(*blank);
  if (!right) return right.error();
  const Result<Objects> found = objects(database);
  if (!found) return found.error();
  std::vector<std::string> out;
  for (const auto& [name, sql] : *right) {
    const auto there = found->find(name);
    if (there == found->end())
      out.push_back(name + " is missing");
    else if (there->second != sql)
      out.push_back(name + " was changed");
  }
  for (const auto& [name, sql] : *found)
    if (!right->contains(name)) out.push_back(name + " was added");
  return out;
}

}  // namespace xenha::hooks::journal
