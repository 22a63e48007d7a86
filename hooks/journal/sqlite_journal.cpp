#include "hooks/journal/sqlite_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "hooks/journal/sqlite_schema.h"
#include "hooks/journal/sqlite_store.h"

namespace xenha::hooks::journal {
namespace {

namespace fs = std::filesystem;

Status check_directory(const fs::path& directory, const std::string& advice) {
  std::error_code failed;
  if (fs::is_directory(directory, failed)) return Nothing{};
  const std::string why = failed && failed != std::errc::no_such_file_or_directory ? failed.message()
                          : fs::exists(directory, failed)                          ? "it is no directory"
                                                                                   : "it does not exist";
  return journal_refused("NO_DIRECTORY", "state_dir " + directory.string() + ": " + why + "; " + advice);
}

Error not_writable(const fs::path& file, const std::string& why) {
  return journal_refused(
      "NOT_WRITABLE", "journal " + file.string() + " cannot be written: " + why +
                          "; the directory and the files in it must belong to the user the daemon runs as");
}

/// There, ours alone. Before SQLite has it open: closing a descriptor of its file would drop its locks.
Status make_file(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    ::close(fd);
    const int directory = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
      ::fsync(directory);
      ::close(directory);
    }
    return Nothing{};
  }
  if (errno != EEXIST) return not_writable(file, std::strerror(errno));
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return not_writable(file, std::strerror(errno));
  if (!S_ISREG(facts.st_mode)) return not_writable(file, "it is no file");
  if ((facts.st_mode & 07777) != 0600 && ::chmod(file.c_str(), 0600) != 0)
    return not_writable(file, "its mode cannot be set to 0600: " + std::string(std::strerror(errno)));
  if (::access(file.c_str(), R_OK | W_OK) != 0) return not_writable(file, std::strerror(errno));
  return Nothing{};
}

/// What fails while opening is for the operator to mend, but for a full disk.
Error at_open(Error error) {
  if (error.remote_code == "CORRUPT") error.code = ErrorCode::kBadConfig;
  if (error.remote_code == "IO") error = {ErrorCode::kBadConfig, std::move(error.message), "NOT_WRITABLE"};
  return error;
}

/// Finds at start what would otherwise be found in the middle of an act. Takes seconds for 200 MB.
Status check_quickly(Database& database) {
  Query query(database, "PRAGMA quick_check(1)");
  const bool sound = query.next() && query.text(0) == "ok";
  const std::string says = sound || !query.status() ? "" : query.text(0);
  if (!query.status()) return query.status();
  if (!sound)
    return Error{ErrorCode::kBadConfig, database.error(SQLITE_CORRUPT).message + " (" + says + ")",
                 "CORRUPT"};
  return Nothing{};
}

Status prepare(Database& database, bool writer) {
  // A file that is not ours is refused before anything is changed in it.
  if (Status ours = make_or_check_schema(database, writer); !ours) return ours;
  if (writer) {
    // The log is cut back to 4 MB after a burst; otherwise it keeps its largest size.
    Status set = database.run(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        "PRAGMA journal_size_limit=4194304");
    if (!set) return set;
    Query mode(database, "PRAGMA journal_mode");
    if (mode.next() && mode.text(0) != "wal")
      return Error{ErrorCode::kBadConfig,
                   "no write-ahead log here: the file system of " + database.file() +
                       " cannot share memory; state_dir must be on a local disk",
                   "NOT_WRITABLE"};
    if (!mode.status()) return mode.status();
  }
  // A reader has verify(), and others who look at a damaged journal want to see what is left.
  return writer ? check_quickly(database) : Status(Nothing{});
}

Result<std::unique_ptr<SqliteJournal>> open(const fs::path& file, JournalLock lock, bool writer) {
  Result<Database> database = Database::open(file, writer ? Database::Mode::kWrite : Database::Mode::kRead);
  if (!database) return at_open(database.error());
  if (writer && sqlite3_db_readonly(database->handle(), "main") == 1)
    return not_writable(file, "it is read-only");
  if (const Status ready = prepare(*database, writer); !ready) return at_open(ready.error());
  auto journal = std::make_unique<SqliteJournal>(*std::move(database), std::move(lock),
                                                 file.parent_path() / "journal.lock", writer);
  if (const Status loaded = journal->load_sequence(); !loaded) return at_open(loaded.error());
  return journal;
}

}  // namespace

Result<std::unique_ptr<Journal>> open_journal(const fs::path& state_dir) {
  if (const Status there =
          check_directory(state_dir, "make it, mode 0700, owned by the user the daemon runs as");
      !there)
    return there.error();
  Result<JournalLock> lock = JournalLock::take(state_dir / "journal.lock");
  if (!lock) return lock.error();
  const fs::path file = state_dir / "journal.db";
  if (const Status made = make_file(file); !made) return made.error();
  Result<std::unique_ptr<SqliteJournal>> journal = open(file, *std::move(lock), true);
  if (!journal) return journal.error();
  return std::unique_ptr<Journal>(*std::move(journal));
}

Result<std::unique_ptr<JournalReader>> open_journal_reader(const fs::path& state_dir) {
  if (const Status there =
          check_directory(state_dir, "the journal is on the machine where xenha-hooks runs, look there");
      !there)
    return there.error();
  const fs::path file = state_dir / "journal.db";
  if (::access(file.c_str(), R_OK) != 0 && errno == EACCES)
    return journal_refused("NOT_READABLE", "journal " + file.string() +
                                               " may not be read by this user; root may, and the user the "
                                               "daemon runs as");
  std::error_code failed;
  if (!fs::exists(file, failed)) {
    const std::string why = failed ? failed.message() : "xenha-hooks has never run with this state_dir";
    return journal_refused("NO_JOURNAL", "there is no journal " + file.string() + ": " + why);
  }
  Result<std::unique_ptr<SqliteJournal>> journal = open(file, JournalLock(), false);
  if (!journal) return journal.error();
  return std::unique_ptr<JournalReader>(*std::move(journal));
}

}  // namespace xenha::hooks::journal
