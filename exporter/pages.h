// What the exporter answers over HTTP, as design and API.md fix it.
#pragma once

#include <functional>
#include <string>

#include "exporter/snapshot/snapshot_store.h"
#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/web/router.h"

namespace xenha::exporter {

struct PagesContext {
  std::string telemetry_path = "/metrics";
  /// POST /-/reload. An error's sentence becomes the answer, with status 500.
  std::function<Status()> reload = nullptr;
  /// For ages on the pages; null: the system's. Must outlive the router.
  const Clock* clock = nullptr;
};

/// Adds all of the exporter's pages. `store` must outlive the router.
void add_pages(web::Router& router, SnapshotStore& store, PagesContext context);

}  // namespace xenha::exporter
