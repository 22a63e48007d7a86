// Where the threads of pools and clouds publish and the web server's threads read. Rendering happens in
// publish, on the publisher's own thread; a scrape is a memory read, joined anew only when something was
// published since the last one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "exporter/snapshot/cloud_snapshot.h"
#include "exporter/snapshot/pool_snapshot.h"
#include "lib/metrics/exposition.h"

namespace xenha::exporter {

class SnapshotStore {
 public:
  /// `own_families` gives the exporter-wide families (build info, config, isolated, process) at each scrape,
  /// on the scraper's thread. It must not call the store's all() or some(). None of its names may be a
  /// pool's.
  SnapshotStore(std::vector<std::string> pool_names,
                std::function<std::vector<prometheus::MetricFamily>()> own_families);
  ~SnapshotStore();
  SnapshotStore(const SnapshotStore&) = delete;
  SnapshotStore& operator=(const SnapshotStore&) = delete;

  /// Replaces what is known of the pool `snapshot.name`. Any thread, one at a time for one pool; unknown
  /// names are ignored (a pool that a reload has just removed).
  void publish(PoolSnapshot snapshot);
  /// Replaces what is known of the CloudStack `snapshot->name`. As publish(); not null.
  void publish_cloud(std::shared_ptr<const CloudSnapshot> snapshot);
  /// After a reload: keeps what is known of pools that stay, forgets the others.
  void set_pools(std::vector<std::string> pool_names);
  /// The same for the configured CloudStacks; there are none until this is called.
  void set_clouds(std::vector<std::string> cloud_names);

  std::vector<std::string> pool_names() const;  ///< in config order
  std::shared_ptr<const PoolSnapshot> pool(
      const std::string& name) const;  ///< null before the first publish or when unknown
  std::vector<std::shared_ptr<const PoolSnapshot>> pools() const;  ///< published ones, config order
  std::vector<std::string> cloud_names() const;                    ///< in config order
  std::shared_ptr<const CloudSnapshot> cloud(const std::string& name) const;  ///< null as for pool()
  std::vector<std::shared_ptr<const CloudSnapshot>> clouds() const;  ///< published ones, config order
  /// True once every pool and cloud has published a snapshot, that is, after the first attempt on every
  /// source.
  bool ready() const;

  struct Exposition {
    /// To be sent one after the other: the pools' part, kept until the next publish, then the exporter's own.
    std::vector<std::shared_ptr<const std::string>> body;
    const char* content_type = metrics::kTextContentType;
  };
  /// Everything, as of this call or later. One composition serves all scrapers until the next publish; while
  /// one scraper makes it, publishers are not held up and other scrapers wait for it.
  Exposition all(metrics::Format format, bool gzip);
  /// Those pools' series, their clouds' that carry them, and the exporter's own, in config order. Names that
  /// are not known are left out.
  Exposition some(std::span<const std::string> names, metrics::Format format, bool gzip);
  /// /probe: the series of one pool, those of its cloud too, without any xenha_exporter_* family, plus
  /// probe_success and probe_duration_seconds. Absent for an unknown name; probe_success 0 alone before the
  /// first publish.
  std::optional<Exposition> probe(const std::string& name, metrics::Format format, bool gzip);

 private:
  struct Entry;
  struct CloudEntry;
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace xenha::exporter
