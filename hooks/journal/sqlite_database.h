// SQLite, as much of it as the journal needs: a connection, cached statements, a transaction, errors.
// One thread at a time.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/handle.h"
#include "lib/base/result.h"

namespace xenha::hooks::journal {

using SqliteConnection = Handle<sqlite3, sqlite3_close_v2>;
using SqliteStatement = Handle<sqlite3_stmt, sqlite3_finalize>;

class Database {
 public:
  enum class Mode { kWrite, kRead };
  /// The file must be there. Opens lazily: what is wrong with it shows at the first query.
  static Result<Database> open(const std::filesystem::path& file, Mode mode);

  /// Statements without results, separated by semicolons.
  Status run(const char* script);
  /// What the last call that failed with `code` means for the journal's callers.
  Error error(int code) const;
  sqlite3* handle() const { return connection_.get(); }
  const std::string& file() const { return file_; }

 private:
  friend class Query;
  std::string file_;
  SqliteConnection connection_;
  /// By the address of the literal. Declared after the connection: they go first.
  std::map<const char*, SqliteStatement> statements_;
};

std::int64_t nanoseconds(WallTime when);
WallTime from_nanoseconds(std::int64_t count);

/// One execution of a statement. `sql` is a literal; its statement is prepared once and kept, so of each
/// literal only one may be under way.
class Query {
 public:
  template <std::size_t kSize, class... Values>
  Query(Database& database, const char (&sql)[kSize], const Values&... values)
      : Query(database, Literal{sql}) {
    int index = 0;
    (bind(++index, values), ...);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  /// To the next row; false at the end, or at a failure, which status() tells.
  bool next();
  Status status() const;
  /// For statements without results.
  Status run();
  /// Rows that run() wrote.
  int changes() const { return sqlite3_changes(database_.handle()); }

  bool absent(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  double real(int column) const { return sqlite3_column_double(statement_, column); }
  std::string text(int column) const;
  WallTime time(int column) const { return from_nanoseconds(number(column)); }

 private:
  struct Literal {
    const char* address;
  };
  Query(Database& database, Literal sql);
  void bind(int index, std::int64_t value);
  void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, bool value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, double value);
  void bind(int index, std::string_view value);
  void bind(int index, const char* value) { bind(index, std::string_view(value)); }
  void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
  void bind(int index, WallTime value) { bind(index, nanoseconds(value)); }
  void bind(int index, std::chrono::seconds value) { bind(index, static_cast<std::int64_t>(value.count())); }
  template <class Value>
  void bind(int index, const std::optional<Value>& value) {
    if (value) bind(index, *value);  // statements come without values: what is not bound is NULL
  }
  void take(int code);

  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  std::optional<Error> error_;  ///< the first, taken at once: later calls change what SQLite says
};

/// Takes the write lock at once; undone unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  const Status& begun() const { return begun_; }
  Status commit();

 private:
  Database& database_;
  Status begun_;
};

}  // namespace xenha::hooks::journal
