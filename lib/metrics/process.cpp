#include "lib/metrics/process.h"

#include <dirent.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include "lib/base/handle.h"

namespace xenha::metrics {
namespace {

namespace fs = std::filesystem;

std::string read_all(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Fields of /proc/self/stat after the program's name, which may hold anything; [0] is field 3 of proc(5).
std::vector<std::string> stat_fields(const std::string& stat) {
  std::vector<std::string> fields;
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return fields;
  std::istringstream rest(stat.substr(name_end + 1));
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

/// The word after the first line's beginning `key`.
std::optional<double> number_after(const std::string& text, std::string_view key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    std::istringstream words(line.substr(key.size()));
    std::string word;
    words >> word;
    return number(word);  // "unlimited" is none
  }
  return std::nullopt;
}

/// Since Linux 6.2 the size of /proc/self/fd is the number of open files. Listing them costs a fleet of
/// thousands of connections more than all the rest of a scrape.
std::optional<int> open_files_by_size(const fs::path& directory) {
  struct statfs filesystem {};
  struct stat status {};
  if (::statfs(directory.c_str(), &filesystem) != 0 || filesystem.f_type != PROC_SUPER_MAGIC)
    return std::nullopt;
  if (::stat(directory.c_str(), &status) != 0 || status.st_size <= 0) return std::nullopt;
  return static_cast<int>(status.st_size);
}

std::optional<int> open_files_by_list(const fs::path& directory) {
  const Handle<DIR, ::closedir> list(::opendir(directory.c_str()));
  if (!list) return std::nullopt;
  int count = 0;
  while (const dirent* entry = ::readdir(list.get())) count += entry->d_name[0] != '.';
  return count - 1;  // the directory that is being read is open too
}

std::optional<int> open_files(const fs::path& directory) {
  const std::optional<int> count = open_files_by_size(directory);
  return count ? count : open_files_by_list(directory);
}

}  // namespace

void collect_process(Families& out, const fs::path& proc) {
  const std::vector<std::string> fields = stat_fields(read_all(proc / "self/stat"));
  const auto field = [&](std::size_t number_in_proc5) {
    const std::size_t i = number_in_proc5 - 3;
    return i < fields.size() ? number(fields[i]) : std::nullopt;
  };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));

  const std::optional<double> user = field(14), system = field(15);
  if (user && system) out.add(kProcessCpu, {}, (*user + *system) / ticks);
  out.add(kProcessThreads, {}, field(20));
  const std::optional<double> started = field(22), booted = number_after(read_all(proc / "stat"), "btime");
  if (started && booted) out.add(kProcessStartTime, {}, *booted + *started / ticks);
  out.add(kProcessVirtualMemory, {}, field(23));
  if (const std::optional<double> resident = field(24)) out.add(kProcessResidentMemory, {}, *resident * page);

  out.add(kProcessOpenFds, {}, open_files(proc / "self/fd"));
  const std::string limits = read_all(proc / "self/limits");
  out.add(kProcessMaxFds, {}, number_after(limits, "Max open files"));
  out.add(kProcessVirtualMemoryMax, {}, number_after(limits, "Max address space"));
}

}  // namespace xenha::metrics
