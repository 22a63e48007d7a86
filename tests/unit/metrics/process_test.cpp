#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "lib/metrics/process.h"
#include "lib/metrics/exposition.h"
#include "tests/support/strict_exposition.h"

namespace xenha::metrics {
namespace {

namespace fs = std::filesystem;

test::StrictExposition read(const fs::path& proc) {
  Families families;
  collect_process(families, proc);
  return test::parse_strictly(to_text(std::move(families).take()));
}

class FakeProc : public testing::Test {
 protected:
  FakeProc() {
    std::string name = (fs::temp_directory_path() / "xenha-proc-XXXXXX").string();
    root_ = mkdtemp(name.data());
    fs::create_directories(root_ / "self/fd");
  }
  ~FakeProc() override { fs::remove_all(root_); }
  void write(const char* file, const std::string& text) { std::ofstream(root_ / file) << text; }
  fs::path root_;
};

TEST_F(FakeProc, IsReadAsTheKernelWritesIt) {
  const long ticks = sysconf(_SC_CLK_TCK);
  // The name may hold spaces and brackets.
  write("self/stat", "4711 (xenha) exp) S 1 2 3 4 5 6 7 8 9 10 " + std::to_string(3 * ticks) + " " +
                         std::to_string(ticks / 2) + " 0 0 20 0 17 0 " + std::to_string(100 * ticks) +
                         " 123456789 250 18446744073709551615 1 1\n");
  write("stat", "cpu  1 2 3\nbtime 1764000000\nprocesses 9\n");
  write("self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        "Max open files            1024                 524288               files     \n"
        "Max address space         unlimited            unlimited            bytes     \n");
  for (const char* fd : {"self/fd/0", "self/fd/1", "self/fd/2", "self/fd/3"}) write(fd, "");
  const test::StrictExposition exposition = read(root_);
  const auto value = [&](const char* name) {
    const test::StrictSample* sample = exposition.sample(name, {});
    return sample ? sample->value : -1;
  };
  EXPECT_EQ(value("process_cpu_seconds_total"), 3.5);
  EXPECT_EQ(value("process_threads"), 17);
  EXPECT_EQ(value("process_start_time_seconds"), 1764000100);
  EXPECT_EQ(value("process_virtual_memory_bytes"), 123456789);
  EXPECT_EQ(value("process_resident_memory_bytes"), 250.0 * static_cast<double>(sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(value("process_open_fds"), 3);
  EXPECT_EQ(value("process_max_fds"), 1024);
  EXPECT_FALSE(exposition.family("process_virtual_memory_max_bytes")) << "unlimited is no number";
}

TEST_F(FakeProc, WhatCannotBeReadIsLeftOut) {
  fs::remove_all(root_ / "self");
  EXPECT_TRUE(read(root_).families.empty());
  fs::create_directories(root_ / "self");
  write("self/stat", "4711 (short) S 1\n");
  EXPECT_TRUE(read(root_).families.empty());
}

TEST(Process, OwnValuesAreLikely) {
  const test::StrictExposition exposition = read("/proc");
  for (const char* name : {"process_threads", "process_open_fds", "process_resident_memory_bytes",
                           "process_virtual_memory_bytes", "process_start_time_seconds"}) {
    ASSERT_TRUE(exposition.sample(name, {})) << name;
    EXPECT_GE(exposition.sample(name, {})->value, 1) << name;
  }
}

TEST(Process, OpenFilesAreCounted) {
  const auto open_files = [] { return read("/proc").sample("process_open_fds", {})->value; };
  const double before = open_files();
  const std::vector<std::ifstream> held = [] {
    std::vector<std::ifstream> files(5);
    for (std::ifstream& file : files) file.open("/proc/self/stat");
    return files;
  }();
  EXPECT_EQ(open_files(), before + 5);
}

}  // namespace
}  // namespace xenha::metrics
