// The journal in SQLite: state_dir/journal.db. For hooks_app, xenhactl and tests.
// The files named sqlite_* are the only ones that know SQLite.
#pragma once

#include <filesystem>
#include <memory>

#include "hooks/journal/journal.h"

namespace xenha::hooks::journal {

/// Opens the journal of a daemon; makes it (mode 0600) when there is none. WAL, synchronous=FULL.
/// Until it is destroyed no other daemon can open it: a lock on journal.lock beside it, which dies with the
/// process. Errors: kBadConfig with the words of journal.h; the message says what to do.
Result<std::unique_ptr<Journal>> open_journal(const std::filesystem::path& state_dir);

/// Opens it for reading, also while a daemon writes. Errors: as above, NO_JOURNAL: there is none;
/// NOT_READABLE.
Result<std::unique_ptr<JournalReader>> open_journal_reader(const std::filesystem::path& state_dir);

}  // namespace xenha::hooks::journal
