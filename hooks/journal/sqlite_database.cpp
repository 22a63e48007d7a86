#include "hooks/journal/sqlite_database.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace xenha::hooks::journal {
namespace {

bool no_room(int system_error) {
  return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

}  // namespace

Result<Database> Database::open(const std::filesystem::path& file, Mode mode) {
  Database out;
  out.file_ = file.string();
  sqlite3* connection = nullptr;
  const int flags = (mode == Mode::kWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  errno = 0;
  const int code = sqlite3_open_v2(out.file_.c_str(), &connection, flags, nullptr);
  out.connection_.reset(connection);
  if (code != SQLITE_OK) return out.error(code);
  sqlite3_busy_timeout(connection,
                       1000);  // ms; a reader is in the way only for moments, when it recovers the log
  return out;
}

Status Database::run(const char* script) {
  errno = 0;
  const int code = sqlite3_exec(handle(), script, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return Nothing{};
}

Error Database::error(int code) const {
  // SQLite keeps the system's reason for some failures only, of a commit not; errno is that of the call just
  // made.
  const bool by_system = (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN;
  const int system_error = by_system ? errno : 0;
  const std::string says = connection_ ? sqlite3_errmsg(handle()) : sqlite3_errstr(code);
  const std::string why = system_error == 0 ? says : says + ": " + std::strerror(system_error);
  const std::string journal = "journal " + file_;
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return {ErrorCode::kBadReply, journal + ": refused: " + says, "CONFLICT"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {
          ErrorCode::kUnreachable,
          journal + " is corrupt: " + says +
              "; stop the daemon, move the file with its -wal and -shm aside and start again: the past of "
              "all pools is then unknown, so look at them first",
          "CORRUPT"};
    case SQLITE_FULL:
      return {ErrorCode::kUnreachable, journal + " cannot be written: the disk is full; free space there",
              "FULL"};
    case SQLITE_IOERR:
      if (no_room(system_error))
        return {ErrorCode::kUnreachable,
                journal + " cannot be written, the disk is full: " + why + "; free space there", "FULL"};
      [[fallthrough]];
    default:
      return {ErrorCode::kUnreachable, journal + " cannot be read or written: " + why, "IO"};
  }
}

std::int64_t nanoseconds(WallTime when) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count();
}

WallTime from_nanoseconds(std::int64_t count) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(count)));
}

Query::Query(Database& database, Literal sql) : database_(database) {
  SqliteStatement& kept = database.statements_[sql.address];
  if (!kept) {
    sqlite3_stmt* statement = nullptr;
    take(sqlite3_prepare_v3(database.handle(), sql.address, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                            nullptr));
    kept.reset(statement);
  }
  statement_ = kept.get();
}

Query::~Query() {
  sqlite3_reset(statement_);  // a null statement is harmless in both
  if (statement_ != nullptr) sqlite3_clear_bindings(statement_);
}

void Query::take(int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE || error_) return;
  error_ = database_.error(code);
}

bool Query::next() {
  if (error_) return false;
  errno = 0;
  const int code = sqlite3_step(statement_);
  take(code);
  return code == SQLITE_ROW;
}

Status Query::status() const {
  if (error_) return *error_;
  return Nothing{};
}

Status Query::run() {
  while (next()) {
  }
  return status();
}

std::string Query::text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Query::bind(int index, std::int64_t value) {
  if (!error_) take(sqlite3_bind_int64(statement_, index, value));
}

void Query::bind(int index, double value) {
  if (!error_) take(sqlite3_bind_double(statement_, index, value));
}

void Query::bind(int index, std::string_view value) {
  if (error_) return;
  // A null pointer would be NULL, and an empty text is not.
  const char* data = value.empty() ? "" : value.data();
  take(sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Transaction::Transaction(Database& database)
    : database_(database), begun_(Query(database, "BEGIN IMMEDIATE").run()) {}

Transaction::~Transaction() {
  // SQLite has undone it by itself after some failures, and there is nothing to undo after a commit.
  const auto open = [&] { return sqlite3_get_autocommit(database_.handle()) == 0; };
  if (!begun_ || !open()) return;
  if (!Query(database_, "ROLLBACK").run() && open()) std::abort();  // or the next one would be part of this
}

Status Transaction::commit() {
  return Query(database_, "COMMIT").run();
}

}  // namespace xenha::hooks::journal
