#include "exporter/metrics/self.h"

#include "exporter/metrics/catalog.h"
#include "exporter/metrics/collect.h"
#include "lib/metrics/process.h"

namespace xenha::exporter {
namespace {

using metrics::Families;

#if defined(__clang__)
constexpr const char* kCompiler = "clang " __clang_version__;
#else
constexpr const char* kCompiler = "gcc " __VERSION__;
#endif

/// From counts per bucket to cumulative ones.
prometheus::ClientMetric::Histogram call_seconds(const PoolSelf& self) {
  prometheus::ClientMetric::Histogram histogram;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < self.call_seconds_buckets.size(); ++i) {
    below += self.call_seconds_buckets[i];
    if (i < kCallSecondsBuckets.size()) histogram.bucket.push_back({below, kCallSecondsBuckets[i]});
  }
  histogram.sample_count = below;
  histogram.sample_sum = self.call_seconds_sum;
  return histogram;
}

}  // namespace

std::vector<MetricFamily> collect_self(const PoolSnapshot& pool) {
  Families out;
  const metrics::Labels labels{{"pool", pool.name}};
  for (const auto& [method, count] : pool.self.calls)
    out.add(catalog::kXapiCalls, {{"pool", pool.name}, {"method", method}}, count);
  for (const auto& [error, count] : pool.self.errors)
    out.add(catalog::kXapiErrors, {{"pool", pool.name}, {"error", error}}, count);
  out.add(catalog::kXapiReceivedBytes, labels, pool.self.received_bytes);
  if (!pool.self.call_seconds_buckets.empty())
    out.add(catalog::kXapiCallSeconds, labels, call_seconds(pool.self));
  out.add(catalog::kSessions, labels, pool.self.sessions);
  out.add(catalog::kProbeInterval, labels, pool.self.probe_interval);
  return std::move(out).take();
}

void collect_exporter(Families& out, const ExporterSelf& self) {
  out.add(catalog::kIsolated, {}, self.isolated);
  out.add(catalog::kBuildInfo, {{"version", XENHA_VERSION}, {"compiler", kCompiler}}, 1);
  out.add(catalog::kConfigReloadSuccessful, {}, self.last_reload_successful);
  out.add(catalog::kConfigReloadSuccessTime, {}, self.last_reload_success);
}

std::vector<MetricFamily> own_families(const ExporterSelf& self) {
  Families out;
  collect_exporter(out, self);
  metrics::collect_process(out);
  return std::move(out).take();
}

}  // namespace xenha::exporter
