// A state_dir of its own for each test, builders of what goes into a journal, and a second connection that
// knows nothing of the journal's code.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hooks/journal/sqlite_journal.h"
#include "lib/base/handle.h"

namespace xenha::hooks::journal::test {

using namespace std::chrono_literals;

/// 2026-11-27 02:00:00 UTC.
inline const WallTime kNow{std::chrono::seconds(1'795'744'800)};

class StateDir {
 public:
  StateDir() {
    std::string name = (std::filesystem::temp_directory_path() / "xenha-journal-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
    path_ = name;
  }
  StateDir(const StateDir&) = delete;
  StateDir& operator=(const StateDir&) = delete;
  ~StateDir() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file() const { return path_ / "journal.db"; }

 private:
  std::filesystem::path path_;
};

/// SQLite as anybody has it who gets at the file.
class Raw {
 public:
  explicit Raw(const std::filesystem::path& file) {
    sqlite3* connection = nullptr;
    EXPECT_EQ(sqlite3_open(file.c_str(), &connection), SQLITE_OK) << file;
    connection_.reset(connection);
    sqlite3_busy_timeout(connection, 5000);
  }
  /// Empty when it worked, else what SQLite says.
  std::string run(const std::string& sql) {
    const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? std::string() : sqlite3_errmsg(connection_.get());
  }
  std::string value(const std::string& sql) {
    std::string out;
    const auto keep = [](void* to, int, char** columns, char**) {
      *static_cast<std::string*>(to) = columns[0] != nullptr ? columns[0] : "NULL";
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(connection_.get(), sql.c_str(), keep, &out, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(connection_.get());
    return out;
  }
  /// How SQLite would go about it.
  std::string plan(const std::string& sql) {
    std::string out;
    const auto keep = [](void* to, int, char** columns, char**) {
      *static_cast<std::string*>(to) += std::string(columns[3]) + "\n";
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(connection_.get(), ("EXPLAIN QUERY PLAN " + sql).c_str(), keep, &out, nullptr),
              SQLITE_OK);
    return out;
  }
  int count(const std::string& table) { return std::stoi(value("SELECT count(*) FROM " + table)); }

 private:
  Handle<sqlite3, sqlite3_close> connection_;
};

inline IncomingAlert firing(const std::string& fingerprint, const std::string& pool,
                            WallTime starts_at = kNow - 5min) {
  return {.fingerprint = fingerprint,
          .starts_at = starts_at,
          .pool = pool,
          .alertname = "XenHAPoolHADisabled",
          .action = "enable-pool-ha",
          .labels = {{"alertname", "XenHAPoolHADisabled"}, {"pool", pool}},
          .annotations = {{"summary", "HA of " + pool + " is off."}},
          .sender = "http://alertmanager.example:9093"};
}

inline IncomingAlert resolved(IncomingAlert alert, WallTime ends_at) {
  alert.status = AlertStatus::kResolved;
  alert.ends_at = ends_at;
  return alert;
}

inline NewDecision decision(EntryId alert, const std::string& pool, const std::string& verdict,
                            const std::string& reason) {
  return {alert,           pool,   "enable-pool-ha",
          verdict,         reason, R"([{"name":"kill_switch","state":"pass"}])",
          R"({"hosts":4})"};
}

inline NewAttempt attempt(EntryId alert, const std::string& pool) {
  return {alert, 0, pool, "enable-pool-ha", "5d3c2a10-0000-4000-8000-000000000001", "MGMT-HA", 90s};
}

/// The value, or a failed test.
template <class Value>
Value must(Result<Value> result) {
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  if (!result) return Value{};
  return *std::move(result);
}

inline std::string word(const Status& status) {
  return status ? "" : status.error().remote_code;
}
template <class Value>
std::string word(const Result<Value>& result) {
  return result ? "" : result.error().remote_code;
}

class JournalTest : public testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    journal_.reset();
    journal_ = must(open_journal(dir_.path()));
    ASSERT_NE(journal_, nullptr);
  }
  Journal& journal() { return *journal_; }
  Raw raw() { return Raw(dir_.file()); }
  Receipt receive(const IncomingAlert& alert, WallTime now = kNow) {
    const std::vector<Receipt> receipts = must(journal_->receive({alert}, now));
    return receipts.size() == 1 ? receipts.front() : Receipt{};
  }
  /// An alert that is open.
  EntryId open_alert(const std::string& pool, WallTime now = kNow) {
    return receive(firing("fp-" + pool, pool, now - 5min), now).alert.value_or(0);
  }
  void expect_sound() {
    const Verification found = must(journal_->verify());
    EXPECT_EQ(found.problems, std::vector<std::string>());
  }

  StateDir dir_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace xenha::hooks::journal::test
