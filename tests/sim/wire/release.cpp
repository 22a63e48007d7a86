#include "tests/sim/wire/release.h"

#include <array>

namespace xenha::sim {
namespace {

// Source of the API versions: xapi's release tags. "8" stands for XenServer 8 / XCP-ng 8.3 with xapi 24.10,
// where the data model at hand ends.
constexpr std::array<ReleaseInfo, 8> kReleases{{
    {Release::k62, "6.2", "clearwater", "6.2.0", "1.8.0", "1.3", 2, 0},
    {Release::k65, "6.5", "creedence", "6.5.0", "1.9.0", "1.3", 2, 3},
    {Release::k70, "7.0", "dundee", "7.0.0", "2.1.0", "1.3", 2, 5},
    {Release::k71, "7.1", "ely", "7.1.0", "2.2.0", "1.14", 2, 6},
    {Release::k76, "7.6", "lima", "7.6.0", "2.7.0", "1.110", 2, 11},
    {Release::k80, "8.0", "naples", "8.0.0", "3.0.0", "1.160", 2, 12},
    {Release::k82, "8.2", "stockholm", "8.2.0", "3.2.0", "1.249", 2, 15},
    {Release::k8, "8", "nile", "8.4.0", "3.4.0", "24.10", 2, 21},
}};

}  // namespace

const ReleaseInfo& release_info(Release release) {
  return kReleases[static_cast<std::size_t>(release)];
}

std::optional<Release> parse_release(std::string_view name) {
  for (const ReleaseInfo& info : kReleases)
    if (info.name == name) return info.release;
  return std::nullopt;
}

}  // namespace xenha::sim
