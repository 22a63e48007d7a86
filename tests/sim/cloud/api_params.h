// What the server checks of a command's parameters before it runs, and how it cuts lists into pages.
#pragma once

#include <optional>

#include "tests/sim/cloud/api_call.h"

namespace xenha::sim::cloud {

struct Page {
  std::size_t from = 0;
  std::optional<std::size_t> size;  ///< absent: unlimited
};

/// Types, enumerations, ids that must exist, page and pagesize. Unknown parameters are ignored.
std::optional<ApiFailure> check_params(const Call& call, Page& page);
/// {"count":N,"<object>":[...]}: no count and no array for an empty result, no array for a page past the end.
Json cut_page(const Call& call, const Page& page, Json rows);

}  // namespace xenha::sim::cloud
