// The schema as compiled in, and whether a file has it.
#pragma once

#include <string>
#include <vector>

#include "hooks/journal/sqlite_database.h"

namespace xenha::hooks::journal {

inline constexpr int kSchemaVersion = 1;

/// Makes the tables in an empty database. Errors: kBadConfig NEWER_SCHEMA; CORRUPT when it is somebody
/// else's.
Status make_or_check_schema(Database& database, bool writer);
/// What differs from the schema as compiled in, for people: an object that is missing, changed or added.
Result<std::vector<std::string>> schema_differences(Database& database);

}  // namespace xenha::hooks::journal
