#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include "exporter/metrics/catalog.h"
#include "exporter/metrics/self.h"

namespace xenha::exporter {
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

std::optional<int> entries(const fs::path& directory) {
  std::error_code error;
  int count = 0;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) ++count;
  if (error) return std::nullopt;
  return count;
}

}  // namespace

void collect_process(metrics::Families& out, const fs::path& proc) {
  const std::vector<std::string> fields = stat_fields(read_all(proc / "self/stat"));
  const auto field = [&](std::size_t number_in_proc5) {
    const std::size_t i = number_in_proc5 - 3;
    return i < fields.size() ? number(fields[i]) : std::nullopt;
  };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));

  const std::optional<double> user = field(14), system = field(15);
  if (user && system) out.add(catalog::kProcessCpu, {}, (*user + *system) / ticks);
  out.add(catalog::kProcessThreads, {}, field(20));
  const std::optional<double> started = field(22), booted = number_after(read_all(proc / "stat"), "btime");
  if (started && booted) out.add(catalog::kProcessStartTime, {}, *booted + *started / ticks);
  out.add(catalog::kProcessVirtualMemory, {}, field(23));
  if (const std::optional<double> resident = field(24))
    out.add(catalog::kProcessResidentMemory, {}, *resident * page);

  // The directory that is being read is open too.
  if (const std::optional<int> fds = entries(proc / "self/fd"))
    out.add(catalog::kProcessOpenFds, {}, *fds - 1);
  const std::string limits = read_all(proc / "self/limits");
  out.add(catalog::kProcessMaxFds, {}, number_after(limits, "Max open files"));
  out.add(catalog::kProcessVirtualMemoryMax, {}, number_after(limits, "Max address space"));
}

}  // namespace xenha::exporter
