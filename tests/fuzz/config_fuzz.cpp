// The config file's parser over any bytes. Seeds: tests/fixtures/config/{good,broken}/*.yml.
// Nothing is opened: files and variables are named, not read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/config/config_file.h"

namespace xenha::fuzz {

int fuzz_config(const std::uint8_t* data, std::size_t size) {
  config::Problems problems("fuzz.yml");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const config::ConfigFile file = config::parse_config(text, "/nonexistent", problems);
  // A usable file has what every program builds on; an unusable one says why, a line a problem.
  if (problems.ok() && (file.pools.empty() || file.pools[0].name.empty() || file.pools[0].hosts.empty()))
    std::abort();
  if (!problems.ok() && problems.text().empty()) std::abort();
  return 0;
}

}  // namespace xenha::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return xenha::fuzz::fuzz_config(data, size);
}
