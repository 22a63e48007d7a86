// A journal in a directory that goes with it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "hooks/journal/sqlite_journal.h"

namespace xenha::hooks::test {

class TemporaryJournal {
 public:
  TemporaryJournal() {
    std::string name = (std::filesystem::temp_directory_path() / "xenha-journal-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    Result<std::unique_ptr<journal::Journal>> opened = journal::open_journal(directory_);
    EXPECT_TRUE(opened) << opened.error().message;
    journal_ = *std::move(opened);
  }
  ~TemporaryJournal() {
    journal_.reset();
    std::filesystem::remove_all(directory_);
  }
  TemporaryJournal(const TemporaryJournal&) = delete;
  TemporaryJournal& operator=(const TemporaryJournal&) = delete;
  journal::Journal& operator*() { return *journal_; }
  journal::Journal* operator->() { return journal_.get(); }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<journal::Journal> journal_;
};

/// An alert that is about a pool, as the inbox writes it down.
inline journal::IncomingAlert firing(const std::string& pool, const std::string& fingerprint, WallTime starts_at) {
  return {.fingerprint = fingerprint,
          .starts_at = starts_at,
          .pool = pool,
          .alertname = "XenHAPoolHADisabled",
          .action = "enable-pool-ha"};
}

}  // namespace xenha::hooks::test
