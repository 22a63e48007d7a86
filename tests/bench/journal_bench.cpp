// What a receipt costs, fsync included, against the least that any journal costs on the same disk: a write of
// one page and fdatasync. Run it with TMPDIR on the disk in question; in memory it says nothing.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hooks/journal/sqlite_journal.h"

namespace xenha::hooks::journal {
namespace {

class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "xenha-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

IncomingAlert alert(int number) {
  return {.fingerprint = "fp-" + std::to_string(number),
          .starts_at = WallTime(std::chrono::seconds(1'795'744'800)),
          .pool = "cluster" + std::to_string(number % 200),
          .alertname = "XenHAPoolHADisabled",
          .action = "enable-pool-ha",
          .labels = {{"alertname", "XenHAPoolHADisabled"}, {"severity", "critical"}, {"pool", "cluster1"}},
          .annotations = {{"summary", std::string(120, 's')}, {"description", std::string(600, 'd')}},
          .sender = "http://alertmanager.example:9093"};
}

void PageAndSync(benchmark::State& state) {
  const Scratch scratch;
  const int fd = open((scratch.path / "page").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const std::string page(4096, 'x');
  off_t at = 0;
  for (auto _ : state) {
    if (pwrite(fd, page.data(), page.size(), at) < 0 || fdatasync(fd) != 0) state.SkipWithError("write");
    at += static_cast<off_t>(page.size());
  }
  close(fd);
}
BENCHMARK(PageAndSync)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond)
    ->Repetitions(5)
    ->ReportAggregatesOnly(true);

/// A webhook of so many alerts; `again`: repeats of known ones.
void Receive(benchmark::State& state, bool again) {
  const Scratch scratch;
  auto journal = open_journal(scratch.path);
  if (!journal) return state.SkipWithError(journal.error().message.c_str());
  int number = 0;
  std::vector<IncomingAlert> group(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    state.PauseTiming();
    for (IncomingAlert& one : group) one = alert(again ? ++number % 200 : ++number);
    state.ResumeTiming();
    if (!(*journal)->receive(group, WallTime(std::chrono::seconds(1'795'744'800))))
      state.SkipWithError("receive");
  }
}
void NewAlerts(benchmark::State& state) {
  Receive(state, false);
}
void Repeats(benchmark::State& state) {
  Receive(state, true);
}
BENCHMARK(NewAlerts)
    ->Arg(1)
    ->Arg(100)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond)
    ->Repetitions(5)
    ->ReportAggregatesOnly(true);
BENCHMARK(Repeats)
    ->Arg(1)
    ->Arg(100)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond)
    ->Repetitions(5)
    ->ReportAggregatesOnly(true);

}  // namespace
}  // namespace xenha::hooks::journal

BENCHMARK_MAIN();
