// The product releases that the simulator can be.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace xenha::sim {

/// In order of age: comparisons mean older and newer.
enum class Release : std::uint8_t { k62, k65, k70, k71, k76, k80, k82, k8 };

struct ReleaseInfo {
  Release release;
  std::string_view name;       ///< as one writes it: "6.2", "8.2", "8"
  std::string_view code_name;  ///< "clearwater"
  std::string_view product_version;
  std::string_view platform_version;
  std::string_view xapi_version;  ///< software_version["xapi"] style build version; "1.3" for the old ones
  int api_major = 2;
  int api_minor = 0;
};

const ReleaseInfo& release_info(Release release);
/// "6.2" ... "8.2", "8"; absent for anything else.
std::optional<Release> parse_release(std::string_view name);

}  // namespace xenha::sim
