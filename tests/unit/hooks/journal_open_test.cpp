// Opening: what is there, what is refused, and with which words.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/unit/hooks/journal_dir.h"

namespace xenha::hooks::journal::test {
namespace {

namespace fs = std::filesystem;

/// Exit code of `body` in a process of its own; it must not use what this process has open.
template <class Body>
int in_child(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

mode_t mode_of(const fs::path& file) {
  struct stat facts {};
  EXPECT_EQ(stat(file.c_str(), &facts), 0) << file;
  return facts.st_mode & 07777;
}

void overwrite(const fs::path& file, std::streamoff at, const std::string& bytes) {
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(at);
  out << bytes;
  ASSERT_TRUE(out.flush().good());
}

TEST_F(JournalTest, IsSafeAndOursAlone) {
  const mode_t before = umask(0);
  receive(firing("a1", "cluster1"));
  umask(before);
  for (const char* name : {"journal.db", "journal.db-wal", "journal.db-shm", "journal.lock"})
    EXPECT_EQ(mode_of(dir_.path() / name), 0600) << name;
  Raw sql = raw();
  EXPECT_EQ(sql.value("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(sql.value("PRAGMA user_version"), "1");
}

TEST_F(JournalTest, AModeThatIsTooWideIsMended) {
  journal_.reset();
  chmod(dir_.file().c_str(), 0644);
  reopen();
  EXPECT_EQ(mode_of(dir_.file()), 0600);
}

TEST_F(JournalTest, ASecondDaemonIsRefusedUntilTheFirstIsGone) {
  const auto again = open_journal(dir_.path());  // within one process
  ASSERT_EQ(word(again), "LOCKED");
  EXPECT_EQ(again.error().code, ErrorCode::kBadConfig);
  EXPECT_NE(again.error().message.find("process " + std::to_string(getpid())), std::string::npos)
      << again.error().message;
  EXPECT_EQ(in_child([&] { return word(open_journal(dir_.path())) == "LOCKED" ? 0 : 1; }), 0);
  receive(firing("a1", "cluster1"));  // the first is none the worse for it
  journal_.reset();
  EXPECT_EQ(in_child([&] { return word(open_journal(dir_.path())).empty() ? 0 : 1; }), 0);
  reopen();  // the child is gone, and its lock with it
}

TEST_F(JournalTest, AReaderReadsBesideTheDaemonAndAfterIt) {
  const EntryId alert = open_alert("cluster1");
  const auto reader = must(open_journal_reader(dir_.path()));
  ASSERT_NE(reader, nullptr);
  EXPECT_EQ(must(reader->open_alerts("")).size(), 1U);
  open_alert("cluster2");
  EXPECT_EQ(must(reader->open_alerts("")).size(), 2U);

  const EntryId id = must(journal().begin_attempt(attempt(alert, "cluster1"), kNow));
  EXPECT_EQ(must(reader->verify()).problems, std::vector<std::string>());
  EXPECT_EQ(must(reader->verify()).in_progress, id);
  journal_.reset();  // the daemon is gone, and nobody is at that attempt any more
  const Verification found = must(reader->verify());
  EXPECT_EQ(found.in_progress, std::nullopt);
  ASSERT_EQ(found.problems.size(), 1U);
  EXPECT_EQ(found.problems[0],
            "attempt " + std::to_string(id) +
                " for pool cluster1, begun 2026-11-27T02:00:00Z, has no outcome; xenha-hooks finds "
                "out when it starts");
}

TEST_F(JournalTest, OnlyTheNewestAttemptMayBeInProgress) {
  const EntryId first = must(journal().begin_attempt(attempt(open_alert("cluster1"), "cluster1"), kNow));
  const EntryId second = must(journal().begin_attempt(attempt(open_alert("cluster2"), "cluster2"), kNow));
  const Verification found = must(journal().verify());
  EXPECT_EQ(found.in_progress, second);
  ASSERT_EQ(found.problems.size(), 1U);
  EXPECT_EQ(found.problems[0].find("attempt " + std::to_string(first) + " "), 0U);
  EXPECT_EQ(found.last_id, second);
}

TEST_F(JournalTest, AReaderOpensAfterACrash) {
  ASSERT_EQ(in_child([this] {
              journal_.release();  // the parent's, whose locks a child does not have
              StateDir* gone = new StateDir();
              auto theirs = open_journal(gone->path());
              if (!theirs || !(*theirs)->receive({firing("a1", "cluster1")}, kNow)) return 1;
              fs::create_directory(dir_.path() / "left");
              for (const auto& entry :
                   fs::directory_iterator(gone->path()))       // as a crash leaves it: the log is not
                fs::copy(entry.path(), dir_.path() / "left");  // in the file yet
              fs::remove_all(gone->path());
              return 0;
            }),
            0);
  ASSERT_TRUE(fs::exists(dir_.path() / "left" / "journal.db-wal"));
  const auto reader = must(open_journal_reader(dir_.path() / "left"));
  ASSERT_NE(reader, nullptr);
  EXPECT_EQ(must(reader->open_alerts("")).size(), 1U);
}

TEST(JournalOpen, MissingDirectoryOrJournal) {
  const StateDir dir;
  for (const char* name : {"nowhere", "file"}) {
    if (std::string(name) == "file") std::ofstream(dir.path() / name) << "x";
    const auto opened = open_journal(dir.path() / name);
    ASSERT_EQ(word(opened), "NO_DIRECTORY") << name;
    EXPECT_EQ(opened.error().code, ErrorCode::kBadConfig);
    EXPECT_NE(opened.error().message.find((dir.path() / name).string()), std::string::npos);
    EXPECT_THAT(opened.error().message, testing::HasSubstr("make it, mode 0700"));
    // Whoever only looks is not to make one: on a machine without the daemon there is none.
    const auto read = open_journal_reader(dir.path() / name);
    ASSERT_EQ(word(read), "NO_DIRECTORY") << name;
    EXPECT_THAT(read.error().message, testing::HasSubstr("on the machine where xenha-hooks runs"));
    EXPECT_THAT(read.error().message, testing::Not(testing::HasSubstr("make it")));
  }
  EXPECT_EQ(word(open_journal_reader(dir.path())), "NO_JOURNAL");
  EXPECT_FALSE(fs::exists(dir.path() / "journal.db"));
}

/// Root may write everywhere, so another user tries.
template <class Body>
int as_nobody(Body body) {
  return in_child([&] {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return 99;
    return body();
  });
}

TEST(JournalOpen, WhoMayNotReadIsToldSoWhetherTheDirectoryIsOpenOrNot) {
  const StateDir dir;
  must(open_journal(dir.path()));
  for (const mode_t mode : {0755, 0700}) {
    chmod(dir.path().c_str(), mode);
    const int told =
        as_nobody([&] { return word(open_journal_reader(dir.path())) == "NOT_READABLE" ? 0 : 1; });
    EXPECT_TRUE(geteuid() != 0 || told == 0) << mode;  // files of root's, mode 0600
  }
}

TEST(JournalOpen, UnwritableDirectoryOrFile) {
  const StateDir dir;
  const auto refused = [&] {
    return as_nobody([&] { return word(open_journal(dir.path())) == "NOT_WRITABLE" ? 0 : 1; });
  };
  chmod(dir.path().c_str(), 0555);
  EXPECT_EQ(refused(), 0);
  chmod(dir.path().c_str(), 0777);
  must(open_journal(dir.path()));
  EXPECT_TRUE(geteuid() != 0 || refused() == 0);  // files of root's, mode 0600
  chmod(dir.path().c_str(), 0555);
  EXPECT_EQ(refused(), 0);
  chmod(dir.path().c_str(), 0700);
  fs::remove(dir.path() / "journal.db");
  fs::create_directory(dir.path() / "journal.db");
  const auto opened = open_journal(dir.path());
  EXPECT_EQ(word(opened), "NOT_WRITABLE");
}

TEST_F(JournalTest, ANewerSchemaIsRefusedAndLeftAlone) {
  journal_.reset();
  ASSERT_EQ(raw().run("PRAGMA user_version = 7"), "");
  const auto opened = open_journal(dir_.path());
  ASSERT_EQ(word(opened), "NEWER_SCHEMA");
  EXPECT_NE(opened.error().message.find("schema 7, this one knows 1"), std::string::npos)
      << opened.error().message;
  EXPECT_EQ(word(open_journal_reader(dir_.path())), "NEWER_SCHEMA");
  EXPECT_EQ(raw().value("PRAGMA user_version"), "7");
}

TEST_F(JournalTest, SomebodyElsesFileIsRefusedAndLeftAlone) {
  journal_.reset();
  fs::remove(dir_.file());
  ASSERT_EQ(raw().run("CREATE TABLE t (x); INSERT INTO t VALUES (1)"), "");
  EXPECT_EQ(word(open_journal(dir_.path())), "CORRUPT");
  EXPECT_EQ(raw().value("PRAGMA journal_mode"), "delete");
  EXPECT_EQ(raw().count("t"), 1);
}

TEST_F(JournalTest, ADamagedFileIsRefused) {
  for (int i = 0; i < 200; ++i) receive(firing("a" + std::to_string(i), "cluster1"));
  journal_.reset();
  const auto size = static_cast<std::streamoff>(fs::file_size(dir_.file()));
  const fs::path good = dir_.path() / "good.db";
  fs::copy(dir_.file(), good);
  const std::string garbage(4096, '\x5A');
  for (const std::streamoff at : {std::streamoff(0), std::streamoff(4096), size / 2 / 4096 * 4096}) {
    fs::copy(good, dir_.file(), fs::copy_options::overwrite_existing);
    overwrite(dir_.file(), at, garbage);
    const auto opened = open_journal(dir_.path());
    ASSERT_EQ(word(opened), "CORRUPT") << at;
    EXPECT_EQ(opened.error().code, ErrorCode::kBadConfig);
    EXPECT_NE(opened.error().message.find("move the file"), std::string::npos) << opened.error().message;
  }
  fs::copy(good, dir_.file(), fs::copy_options::overwrite_existing);
  fs::resize_file(dir_.file(), fs::file_size(good) / 2);
  EXPECT_EQ(word(open_journal(dir_.path())), "CORRUPT");
  fs::copy(good, dir_.file(), fs::copy_options::overwrite_existing);
  reopen();
  expect_sound();
}

TEST_F(JournalTest, DamageThatCameAfterOpeningIsFoundByVerification) {
  for (int i = 0; i < 200; ++i) receive(firing("a" + std::to_string(i), "cluster1"));
  journal_.reset();
  reopen();  // everything is in the file, nothing in the log
  const int page = std::stoi(raw().value("SELECT rootpage FROM sqlite_master WHERE name = 'receipt_month'"));
  overwrite(dir_.file(), (page - 1) * 4096, std::string(4096, '\x5A'));
  EXPECT_FALSE(must(journal().verify()).sound());
}

TEST(JournalOpen, AnEmptyFileIsANewJournal) {  // as a crash between making the file and its tables leaves it
  const StateDir dir;
  std::ofstream(dir.file()).flush();
  const auto journal = must(open_journal(dir.path()));
  ASSERT_NE(journal, nullptr);
  EXPECT_TRUE(must(journal->verify()).sound());
}

}  // namespace
}  // namespace xenha::hooks::journal::test
