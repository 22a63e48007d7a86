// The web config file's parser over any bytes. Nothing is opened: certificates are named, not read.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lib/web/auth.h"
#include "lib/web/web_config.h"

using namespace xenha;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

void check_usable(const web::WebConfig& config) {
  if (config.tls) expect(!config.tls->cert_file.empty() && !config.tls->key_file.empty());
  for (const auto& [name, hash] : config.users) {
    expect(!name.empty() && name.find(':') == name.npos);
    expect(web::bcrypt_problem(hash.reveal()).empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  config::Problems problems("web.yml");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = web::parse_web_config(text, "/nonexistent", problems);
  expect(config.has_value() == problems.ok());
  if (config) {
    check_usable(*config);
  } else {  // every problem is one line of the whole
    const std::string said = problems.text();
    const auto lines = std::count(said.begin(), said.end(), '\n');
    expect(lines > 0 &&
           static_cast<std::size_t>(lines) == problems.errors().size() + problems.warnings().size());
  }
  return 0;
}
