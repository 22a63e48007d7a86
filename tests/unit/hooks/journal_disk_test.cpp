// The disk: what has been answered is synced, a full or failing disk is said and survived.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "tests/unit/hooks/journal_dir.h"
#include "tests/unit/hooks/scarce_disk.h"

namespace {
std::atomic<int> syncs = 0;
std::atomic<bool> syncs_fail = false;

bool sync_fails() {
  ++syncs;
  if (syncs_fail) errno = EIO;
  return syncs_fail;
}
}  // namespace

// SQLite calls these of the program, not those of the C library.
extern "C" int fdatasync(int fd) {
  return sync_fails() ? -1 : static_cast<int>(syscall(SYS_fdatasync, fd));
}
extern "C" int fsync(int fd) {
  return sync_fails() ? -1 : static_cast<int>(syscall(SYS_fsync, fd));
}

namespace xenha::hooks::journal::test {
namespace {

TEST_F(JournalTest, EveryWriteIsSyncedBeforeItReturns) {
  const auto synced = [](auto&& act) {
    const int before = syncs;
    act();
    return syncs - before;
  };
  EntryId alert = 0, id = 0;
  EXPECT_GE(synced([&] { alert = open_alert("cluster1"); }), 1);
  EXPECT_GE(synced([&] { open_alert("cluster1"); }), 1) << "a duplicate's receipt";
  EXPECT_GE(synced([&] { must(journal().decide(decision(alert, "cluster1", "act", "safe"), kNow)); }), 1);
  EXPECT_EQ(synced([&] { must(journal().decide(decision(alert, "cluster1", "act", "safe"), kNow)); }), 0);
  EXPECT_GE(synced([&] { id = must(journal().begin_attempt(attempt(alert, "cluster1"), kNow)); }), 1);
  EXPECT_GE(synced([&] { EXPECT_TRUE(journal().note(id, {"OpaqueRef:1"}, kNow)); }), 1);
  EXPECT_GE(synced([&] { EXPECT_TRUE(journal().finish(id, {AttemptResult::kSuccess}, kNow)); }), 1);
  EXPECT_GE(synced([&] { must(journal().give_up("cluster1", "flap", "", kNow)); }), 1);
  EXPECT_GE(synced([&] { EXPECT_TRUE(journal().pause_until("cluster1", kNow, "", "", kNow)); }), 1);
  EXPECT_EQ(synced([&] { must(journal().open_alerts("")); }), 0);
}

TEST_F(JournalTest, ADiskThatCannotSyncIsAnErrorAndNothingWasWritten) {
  receive(firing("a1", "cluster1"));
  syncs_fail = true;
  const auto failed = journal().receive({firing("a2", "cluster2")}, kNow);
  syncs_fail = false;
  ASSERT_EQ(word(failed), "IO");
  EXPECT_EQ(failed.error().code, ErrorCode::kUnreachable);
  EXPECT_EQ(must(journal().open_alerts("")).size(), 1U);
  EXPECT_EQ(receive(firing("a2", "cluster2")).result, ReceiptResult::kAccepted);  // Alertmanager sends again
  expect_sound();
  reopen();
  expect_sound();
}

TEST_F(JournalTest, AFullDiskIsSaidAndSurvivedAtEveryWrite) {
  const ScarceDisk disk;
  const EntryId alert = open_alert("cluster1");
  bool worked = false;
  int failures = 0;
  for (int left = 0; !worked && left < 200; ++left) {
    writes_left = left;
    const auto receipts = journal().receive({firing("a" + std::to_string(left), "cluster2")}, kNow);
    worked = static_cast<bool>(receipts);
    writes_left = -1;
    if (worked) break;
    ++failures;
    ASSERT_EQ(word(receipts), "FULL") << receipts.error().message;
    EXPECT_EQ(receipts.error().code, ErrorCode::kUnreachable);
    EXPECT_NE(receipts.error().message.find("free space"), std::string::npos) << receipts.error().message;
    EXPECT_EQ(must(journal().open_alerts("")).size(), 1U) << "reading goes on, and half a write is none";
    expect_sound();
  }
  EXPECT_TRUE(worked);
  EXPECT_GT(failures, 2);
  writes_left = 0;
  EXPECT_EQ(word(journal().begin_attempt(attempt(alert, "cluster1"), kNow)), "FULL");
  writes_left = -1;
  reopen();
  EXPECT_EQ(must(journal().open_alerts("")).size(), 2U);
  EXPECT_TRUE(must(journal().unfinished_attempts("")).empty());
  expect_sound();
}

TEST_F(JournalTest, AFullDiskAtTheFirstStartIsSaid) {
  const ScarceDisk disk;
  const StateDir empty;
  for (int left = 0; left < 60; left += 7) {
    writes_left = left;
    const auto opened = open_journal(empty.path());
    writes_left = -1;
    EXPECT_TRUE(opened || word(opened) == "FULL") << opened.error().message;
    EXPECT_FALSE(left == 0 && opened);
  }
  const auto opened = must(open_journal(empty.path()));
  ASSERT_NE(opened, nullptr);
  EXPECT_TRUE(must(opened->verify()).sound());
}

/// Fills the journal until it says that it is full. The exit code of the child; 0: it said so, and read on.
int fill(const StateDir& dir, rlim_t limit) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limits{limit, limit};
  if (setrlimit(RLIMIT_FSIZE, &limits) != 0) return 1;
  const auto journal = open_journal(dir.path());
  if (!journal) return word(journal) == "FULL" ? 0 : 2;
  for (std::size_t i = 0; i < 2000; ++i) {
    const auto receipts = (*journal)->receive({firing(std::to_string(i), "cluster1")}, kNow);
    if (receipts) continue;
    if (word(receipts) != "FULL") return fprintf(stderr, "%s\n", receipts.error().message.c_str()), 3;
    const auto open = (*journal)->open_alerts("");
    return open && open->size() == i ? 0 : 4;
  }
  return 5;
}

/// With the limit of the kernel instead of a fault that is only played: it strikes the file, the log or the
/// shared memory, as the size has it.
TEST(JournalDisk, ALimitOnTheFileSizeIsAFullDisk) {
  for (rlim_t limit = 0; limit <= 320 * 1024; limit += 20 * 1024) {
    const StateDir dir;
    const pid_t child = fork();
    if (child == 0) _exit(fill(dir, limit));
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status)) << limit;
    EXPECT_EQ(WEXITSTATUS(status), 0) << limit;
    const auto journal = must(open_journal(dir.path()));
    ASSERT_NE(journal, nullptr) << limit;
    EXPECT_TRUE(must(journal->verify()).sound()) << limit;
    EXPECT_TRUE(journal->receive({firing("new", "cluster1")}, kNow)) << limit;
  }
}

}  // namespace
}  // namespace xenha::hooks::journal::test
