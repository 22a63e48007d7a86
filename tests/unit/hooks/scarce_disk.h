// A disk that is full when a test says so: SQLite's writes of the whole process go through this.
#pragma once

#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <stdexcept>

namespace xenha::hooks::journal::test {

inline std::atomic<int> writes_left = -1;  ///< then the disk is full; below zero: never

inline ssize_t scarce_pwrite(int fd, const void* bytes, size_t size, off_t at) {
  if (writes_left == 0) {
    errno = ENOSPC;
    return -1;
  }
  if (writes_left > 0) --writes_left;
  return pwrite(fd, bytes, size, at);
}

/// Until the end of its life SQLite's writes go through the above.
class ScarceDisk {
 public:
  ScarceDisk() { use(reinterpret_cast<sqlite3_syscall_ptr>(scarce_pwrite)); }
  ScarceDisk(const ScarceDisk&) = delete;
  ScarceDisk& operator=(const ScarceDisk&) = delete;
  ~ScarceDisk() noexcept(false) {
    writes_left = -1;
    use(nullptr);
  }

 private:
  static void use(sqlite3_syscall_ptr call) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    for (const char* name : {"pwrite", "pwrite64"})
      if (vfs->xSetSystemCall(vfs, name, call) != SQLITE_OK)
        throw std::runtime_error("SQLite keeps its writes");
  }
};

}  // namespace xenha::hooks::journal::test
