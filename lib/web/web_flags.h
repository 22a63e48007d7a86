// The flags of every daemon that say how it is reached.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/common_flags.h"
#include "lib/web/listen_address.h"

namespace xenha::web {

class WebFlags {
 public:
  std::vector<ListenAddress> listen;  ///< at least one, after take()
  std::filesystem::path config_file;  ///< empty = as the config file says

  explicit WebFlags(std::string default_address) : texts_{std::move(default_address)} {}
  /// `more`: a further sentence about the address, for --help.
  void declare(config::FlagParser& parser, const std::string& more = {});
  /// After parse(): the addresses, or what is wrong with them.
  std::optional<config::EarlyExit> take(const config::FlagParser& parser);

 private:
  std::vector<std::string> texts_;
  std::string file_;
};

}  // namespace xenha::web
