#include "exporter/snapshot/snapshot_store.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "exporter/metrics/collect.h"

namespace xenha::exporter {
namespace {

using metrics::Format;
using metrics::Opening;
using metrics::Page;
using Pages = std::vector<std::shared_ptr<const Page>>;

/// One of the four forms in which everything is asked for.
struct Form {
  std::shared_ptr<const Opening> opening;
  std::uint64_t version = 0;  ///< of the store, when `opening` was begun
  bool under_way = false;
};

std::size_t index_of(Format format, bool gzip) {
  return (format == Format::kOpenMetrics ? 2u : 0u) + (gzip ? 1u : 0u);
}

SnapshotStore::Exposition finish(const Opening& opening, std::span<const std::shared_ptr<const Page>> last) {
  return {{opening.bytes, std::make_shared<const std::string>(metrics::close(opening, last))},
          metrics::content_type(opening.format)};
}

}  // namespace

struct SnapshotStore::Entry {
  std::shared_ptr<const PoolSnapshot> snapshot;
  std::shared_ptr<const Page> facts;      ///< what is known of the pool
  std::shared_ptr<const Page> failovers;  ///< of its stop-watch
  std::shared_ptr<const Page> self;       ///< what it costs to know it

  /// What /probe has of it.
  void append_facts_to(Pages& pages) const {
    if (!snapshot) return;
    pages.push_back(facts);
    pages.push_back(failovers);
  }
  void append_to(Pages& pages) const {
    append_facts_to(pages);
    if (snapshot) pages.push_back(self);
  }
};

struct SnapshotStore::CloudEntry {
  std::shared_ptr<const CloudSnapshot> snapshot;
  std::shared_ptr<const Page> of_no_pool;
  std::map<std::string, std::shared_ptr<const Page>> of_pool;

  const Page* page_of(const std::string& pool) const {
    const auto page = of_pool.find(pool);
    return page == of_pool.end() ? nullptr : page->second.get();
  }
};

struct SnapshotStore::Shared {
  std::function<std::vector<prometheus::MetricFamily>()> own_families;

  mutable std::mutex mutex;
  std::condition_variable composed;
  std::vector<std::string> names;
  std::map<std::string, Entry> entries;  ///< of every name
  std::vector<std::string> cloud_names;
  std::map<std::string, CloudEntry> clouds;  ///< of every name
  std::uint64_t version = 1;                 ///< counts changes
  std::array<Form, 4> forms;

  std::shared_ptr<const Page> own_page() const { return metrics::render(own_families()); }

  Pages all_pages() const {  // under the mutex
    Pages pages;
    pages.reserve(3 * names.size() + clouds.size() * (names.size() + 1));
    for (const std::string& name : names) {
      entries.at(name).append_to(pages);
      append_cloud_pages(pages, name);
    }
    for (const std::string& name : cloud_names)
      if (const CloudEntry& cloud = clouds.at(name); cloud.snapshot) pages.push_back(cloud.of_no_pool);
    return pages;
  }

  /// What clouds say of one pool. A pool that a reload has removed is asked for by nobody, so a cloud that
  /// has not heard of that yet shows nothing of it.
  void append_cloud_pages(Pages& pages, const std::string& pool) const {  // under the mutex
    for (const std::string& name : cloud_names) {
      const CloudEntry& cloud = clouds.at(name);
      if (const auto page = cloud.of_pool.find(pool); page != cloud.of_pool.end())
        pages.push_back(page->second);
    }
  }

  /// `names` and `entries` belong together, as the clouds' do.
  template <class EntryOfName>
  void set_names(std::vector<std::string>& names_kept, std::map<std::string, EntryOfName>& kept,
                 std::vector<std::string> wanted) {  // under the mutex
    std::map<std::string, EntryOfName> stay;
    for (const std::string& name : wanted) {
      const auto known = kept.find(name);
      stay.emplace(name, known == kept.end() ? EntryOfName{} : std::move(known->second));
    }
    kept = std::move(stay);
    names_kept = std::move(wanted);
    ++version;
  }

  template <class EntryOfName>
  auto published(const std::map<std::string, EntryOfName>& kept, const std::string& name) {
    const std::lock_guard lock(mutex);
    const auto known = kept.find(name);
    return known == kept.end() ? nullptr : known->second.snapshot;
  }
  template <class EntryOfName>
  auto all_published(const std::vector<std::string>& names_kept,
                     const std::map<std::string, EntryOfName>& kept) {
    const std::lock_guard lock(mutex);
    std::vector<decltype(EntryOfName::snapshot)> all;
    for (const std::string& name : names_kept)
      if (const auto& snapshot = kept.at(name).snapshot) all.push_back(snapshot);
    return all;
  }

  std::shared_ptr<const Opening> opening(Format format, bool gzip);
};

/// The pools' part of an exposition of everything. What was begun before the call is not good enough: a
/// scrape after a publish shows it.
std::shared_ptr<const Opening> SnapshotStore::Shared::opening(Format format, bool gzip) {
  std::unique_lock lock(mutex);
  Form& form = forms[index_of(format, gzip)];
  const std::uint64_t wanted = version;
  for (;;) {
    if (form.opening && form.version >= wanted) return form.opening;
    if (!form.under_way) break;
    composed.wait(lock);
  }
  form.under_way = true;
  const std::uint64_t begun = version;
  std::shared_ptr<const Opening> made;
  try {
    const Pages pages = all_pages();
    lock.unlock();
    made = std::make_shared<const Opening>(metrics::open(pages, format, gzip));
  } catch (...) {  // out of memory: the next scraper tries again
    if (!lock) lock.lock();
    form.under_way = false;
    composed.notify_all();
    throw;
  }
  lock.lock();
  form.under_way = false;
  form.version = begun;
  const std::shared_ptr<const Opening> replaced = std::exchange(form.opening, made);
  lock.unlock();  // the old one may be large: it is freed outside
  composed.notify_all();
  return made;
}

SnapshotStore::SnapshotStore(std::vector<std::string> pool_names,
                             std::function<std::vector<prometheus::MetricFamily>()> own_families)
    : shared_(std::make_unique<Shared>()) {
  shared_->own_families = std::move(own_families);
  shared_->set_names(shared_->names, shared_->entries, std::move(pool_names));
}

SnapshotStore::~SnapshotStore() = default;

void SnapshotStore::publish(PoolSnapshot snapshot) {
  Shared& shared = *shared_;
  const std::string name = snapshot.name;
  Entry before;
  {
    const std::lock_guard lock(shared.mutex);
    const auto known = shared.entries.find(name);
    if (known == shared.entries.end()) return;
    before = known->second;
  }
  Entry after;
  after.facts = metrics::render(collect_pool(snapshot), before.facts.get());
  const bool same_book = before.failovers && before.snapshot->failovers.get() == snapshot.failovers.get();
  after.failovers =
      same_book ? before.failovers : metrics::render(collect_failovers(snapshot), before.failovers.get());
  after.self = metrics::render(collect_self(snapshot), before.self.get());
  after.snapshot = std::make_shared<const PoolSnapshot>(std::move(snapshot));

  const std::lock_guard lock(shared.mutex);
  const auto known = shared.entries.find(name);
  if (known == shared.entries.end()) return;
  known->second = std::move(after);  // `before` keeps the old one alive until the mutex is free again
  ++shared.version;
}

void SnapshotStore::publish_cloud(std::shared_ptr<const CloudSnapshot> snapshot) {
  Shared& shared = *shared_;
  const std::string name = snapshot->name;
  CloudEntry before;
  {
    const std::lock_guard lock(shared.mutex);
    const auto known = shared.clouds.find(name);
    if (known == shared.clouds.end()) return;
    before = known->second;
  }
  CloudEntry after;
  const CloudFamilies families = collect_cloud(*snapshot);
  after.of_no_pool = metrics::render(families.of_no_pool, before.of_no_pool.get());
  for (const auto& [pool, of_it] : families.of_pool)
    after.of_pool.emplace(pool, metrics::render(of_it, before.page_of(pool)));
  after.snapshot = std::move(snapshot);

  const std::lock_guard lock(shared.mutex);
  const auto known = shared.clouds.find(name);
  if (known == shared.clouds.end()) return;
  std::swap(known->second, after);  // the old one, which may be large, is freed after the mutex
  ++shared.version;
}

void SnapshotStore::set_pools(std::vector<std::string> pool_names) {
  const std::lock_guard lock(shared_->mutex);
  shared_->set_names(shared_->names, shared_->entries, std::move(pool_names));
}

void SnapshotStore::set_clouds(std::vector<std::string> cloud_names) {
  const std::lock_guard lock(shared_->mutex);
  shared_->set_names(shared_->cloud_names, shared_->clouds, std::move(cloud_names));
}

std::vector<std::string> SnapshotStore::pool_names() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->names;
}

std::shared_ptr<const PoolSnapshot> SnapshotStore::pool(const std::string& name) const {
  return shared_->published(shared_->entries, name);
}

std::vector<std::shared_ptr<const PoolSnapshot>> SnapshotStore::pools() const {
  return shared_->all_published(shared_->names, shared_->entries);
}

std::vector<std::string> SnapshotStore::cloud_names() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->cloud_names;
}

std::shared_ptr<const CloudSnapshot> SnapshotStore::cloud(const std::string& name) const {
  return shared_->published(shared_->clouds, name);
}

std::vector<std::shared_ptr<const CloudSnapshot>> SnapshotStore::clouds() const {
  return shared_->all_published(shared_->cloud_names, shared_->clouds);
}

bool SnapshotStore::ready() const {
  const auto published = [](const auto& entry) { return entry.second.snapshot != nullptr; };
  const std::lock_guard lock(shared_->mutex);
  return std::all_of(shared_->entries.begin(), shared_->entries.end(), published) &&
         std::all_of(shared_->clouds.begin(), shared_->clouds.end(), published);
}

SnapshotStore::Exposition SnapshotStore::all(Format format, bool gzip) {
  const std::shared_ptr<const Opening> opening = shared_->opening(format, gzip);
  const std::shared_ptr<const Page> own = shared_->own_page();
  return finish(*opening, {&own, 1});
}

SnapshotStore::Exposition SnapshotStore::some(std::span<const std::string> names, Format format, bool gzip) {
  Pages pages;
  {
    const std::lock_guard lock(shared_->mutex);
    for (const std::string& name : shared_->names)
      if (std::find(names.begin(), names.end(), name) != names.end()) {
        shared_->entries.at(name).append_to(pages);
        shared_->append_cloud_pages(pages, name);
      }
  }
  const std::shared_ptr<const Page> own = shared_->own_page();
  return finish(metrics::open(pages, format, gzip), {&own, 1});
}

std::optional<SnapshotStore::Exposition> SnapshotStore::probe(const std::string& name, Format format,
                                                              bool gzip) {
  Pages pages;
  std::shared_ptr<const PoolSnapshot> snapshot;
  {
    const std::lock_guard lock(shared_->mutex);
    const auto known = shared_->entries.find(name);
    if (known == shared_->entries.end()) return std::nullopt;
    known->second.append_facts_to(pages);
    if (known->second.snapshot) shared_->append_cloud_pages(pages, name);
    snapshot = known->second.snapshot;
  }
  const std::shared_ptr<const Page> result = metrics::render(collect_probe(snapshot.get()));
  return finish(metrics::open(pages, format, gzip), {&result, 1});
}

}  // namespace xenha::exporter
