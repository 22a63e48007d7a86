// What xenha-hooks answers over HTTP, as design 8 fixes it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hooks/board.h"
#include "hooks/doorkeeper.h"
#include "hooks/inbox.h"
#include "hooks/journal/journal.h"
#include "hooks/metrics/collect.h"
#include "lib/base/clock.h"
#include "lib/web/router.h"

namespace xenha::hooks {

struct PagesContext {
  Inbox& inbox;
  journal::Journal& journal;
  Board& board;
  Doorkeeper& doorkeeper;
  const Clock& clock;
  std::function<HooksSelf()> self;
  std::function<std::vector<std::string>()> pools;  ///< configured names
  /// Looks at the pool now. Errors: why it could not be decided.
  std::function<Result<Decision>(const std::string& pool)> explain;
  std::function<void(const std::string& pool)> wake;  ///< a pause, a resume or a clear
  std::function<std::string()> unready;               ///< empty: every worker has begun
  std::function<Status()> reload;
};

/// Adds all pages. What the context refers to must outlive the router.
void add_pages(web::Router& router, PagesContext context);

/// Paths that look at Authorization themselves.
bool has_own_authentication(std::string_view path);
/// For ServerOptions::before_body: only who may do what he asks for gets his body received, and only where
/// there is a use for it.
std::optional<web::Reply> refuse_before_body(Doorkeeper& doorkeeper, const web::Request& request);

}  // namespace xenha::hooks
