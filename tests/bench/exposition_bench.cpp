// What a changed pool costs its own thread, and what a scrape costs. Budgets are ratios of lines printed by
// one run:
//   Rerender_* at most 0.3 x PrometheusCpp_Serializer (same families); Memcpy_Page shows how far away copying
//   is.
#include <benchmark/benchmark.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "exporter/metrics/collect.h"
#include "exporter/metrics/self.h"
#include "exporter/snapshot/snapshot_store.h"
#include "lib/metrics/exposition.h"
#include "lib/metrics/text_writer.h"
#include "tests/support/pool_builder.h"

namespace xenha {
namespace {

using exporter::collect;
using exporter::PoolSnapshot;
using exporter::SnapshotStore;
using metrics::Format;
using Families = std::vector<prometheus::MetricFamily>;

constexpr int kLargePool = 64;

std::size_t series_in(const std::string& text) {
  std::size_t series = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) series += text[at] != '#';
  return series;
}

/// The same pool a moment later, as a probe round that found one host gone leaves it.
PoolSnapshot one_host_lost(PoolSnapshot pool) {
  test::make_unreachable(pool, "xs9");
  pool.last_success = *pool.last_success + std::chrono::seconds(5);
  pool.self.calls["pool.get_all"] += 64;
  return pool;
}

/// Every number of the page is another one.
PoolSnapshot everything_changed(PoolSnapshot pool) {
  for (exporter::HostSnapshot& host : pool.hosts) host.label += "x";
  pool.name += "x";
  return pool;
}

void PrometheusCpp_Serializer(benchmark::State& state) {
  const Families families = collect(test::healthy_pool(kLargePool));
  const prometheus::TextSerializer serializer;
  for (auto _ : state) benchmark::DoNotOptimize(serializer.Serialize(families));
  state.counters["series"] = static_cast<double>(series_in(metrics::to_text(families)));
}
BENCHMARK(PrometheusCpp_Serializer)->Unit(benchmark::kMicrosecond);

void rerender(benchmark::State& state, const PoolSnapshot& a, const PoolSnapshot& b) {
  const Families families[2] = {collect(a), collect(b)};
  auto page = metrics::render(families[0]);
  int turn = 0;
  for (auto _ : state) page = metrics::render(families[turn ^= 1], page.get());
}
void Rerender_NothingChanged(benchmark::State& state) {
  const PoolSnapshot pool = test::healthy_pool(kLargePool);
  rerender(state, pool, pool);
}
BENCHMARK(Rerender_NothingChanged)->Unit(benchmark::kMicrosecond);
void Rerender_OneHostLost(benchmark::State& state) {
  const PoolSnapshot pool = test::healthy_pool(kLargePool);
  rerender(state, pool, one_host_lost(pool));
}
BENCHMARK(Rerender_OneHostLost)->Unit(benchmark::kMicrosecond);
void Rerender_EverySampleChanged(benchmark::State& state) {
  const PoolSnapshot pool = test::healthy_pool(kLargePool);
  rerender(state, pool, everything_changed(pool));
}
BENCHMARK(Rerender_EverySampleChanged)->Unit(benchmark::kMicrosecond);

void TextOnly(benchmark::State& state) {
  const Families families = collect(test::healthy_pool(kLargePool));
  std::string text;
  for (auto _ : state) {
    text.clear();
    for (const auto& family : families) metrics::append_samples(text, family);
    benchmark::DoNotOptimize(text.data());
  }
}
BENCHMARK(TextOnly)->Unit(benchmark::kMicrosecond);

void Memcpy_Page(benchmark::State& state) {
  const std::string text = metrics::to_text(collect(test::healthy_pool(kLargePool)));
  std::string copy(text.size(), ' ');
  for (auto _ : state) {
    std::memcpy(copy.data(), text.data(), text.size());
    benchmark::ClobberMemory();
  }
  state.counters["bytes"] = static_cast<double>(text.size());
}
BENCHMARK(Memcpy_Page)->Unit(benchmark::kMicrosecond);

void Collect(benchmark::State& state) {
  const PoolSnapshot pool = test::healthy_pool(kLargePool);
  for (auto _ : state) benchmark::DoNotOptimize(collect(pool));
}
BENCHMARK(Collect)->Unit(benchmark::kMicrosecond);

/// Snapshot in, page out: what an event costs the pool's thread after it was decoded.
void Publish(benchmark::State& state) {
  const PoolSnapshot pools[2] = {test::healthy_pool(kLargePool),
                                 one_host_lost(test::healthy_pool(kLargePool))};
  SnapshotStore store({"cluster1"}, [] { return Families{}; });
  int turn = 0;
  for (auto _ : state) store.publish(pools[turn ^= 1]);
}
BENCHMARK(Publish)->Unit(benchmark::kMicrosecond);

constexpr int kPools = 200, kHosts = 16;

struct Fleet {
  std::vector<std::string> names;
  std::unique_ptr<SnapshotStore> store;
  Fleet() {
    for (int i = 0; i < kPools; ++i) names.push_back("cluster" + std::to_string(i));
    store = std::make_unique<SnapshotStore>(names, [] { return exporter::own_families({}); });
    for (const std::string& name : names) publish(name, true);
  }
  void publish(const std::string& name, bool up) const {
    PoolSnapshot pool = test::healthy_pool(kHosts);
    pool.name = name;
    pool.up = up;
    store->publish(pool);
  }
};
const Fleet& fleet() {
  static const Fleet one;
  return one;
}

std::size_t size_of(const SnapshotStore::Exposition& exposition) {
  std::size_t size = 0;
  for (const auto& piece : exposition.body) size += piece->size();
  return size;
}

/// The first scrape after a change: all 200 pools are joined.
void scrape_after_change(benchmark::State& state, Format format, bool gzip) {
  bool up = false;
  std::size_t size = 0;
  for (auto _ : state) {
    state.PauseTiming();
    fleet().publish("cluster7", up = !up);
    state.ResumeTiming();
    size = size_of(fleet().store->all(format, gzip));
  }
  state.counters["bytes"] = static_cast<double>(size);
}
BENCHMARK_CAPTURE(scrape_after_change, text, Format::kText, false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(scrape_after_change, gzip, Format::kOpenMetrics, true)->Unit(benchmark::kMicrosecond);

/// Any further scrape: only the exporter's own part is made.
void scrape_again(benchmark::State& state, Format format, bool gzip) {
  std::size_t size = 0;
  for (auto _ : state) size = size_of(fleet().store->all(format, gzip));
  state.counters["bytes"] = static_cast<double>(size);
}
BENCHMARK_CAPTURE(scrape_again, text, Format::kText, false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(scrape_again, gzip, Format::kOpenMetrics, true)->Unit(benchmark::kMicrosecond);

void Memcpy_Fleet(benchmark::State& state) {
  const auto exposition = fleet().store->all(Format::kText, false);
  const std::string& text = *exposition.body[0];
  for (auto _ : state) {
    std::string copy(text);
    benchmark::DoNotOptimize(copy.data());
  }
  state.counters["bytes"] = static_cast<double>(text.size());
  state.counters["series"] = static_cast<double>(series_in(text));
}
BENCHMARK(Memcpy_Fleet)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace xenha

BENCHMARK_MAIN();
