#include "lib/metrics/exposition.h"

#include <zlib.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "lib/metrics/deflate.h"
#include "lib/metrics/deflater.h"
#include "lib/metrics/text_writer.h"

namespace xenha::metrics {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

/// The sample lines of one family of one source.
struct Block {
  std::string text;
  std::string deflated;
  Checksum checksum;
  CrcShift shift;
};

std::shared_ptr<const Block> make_block(const std::string& text, Deflater& deflater) {
  auto block = std::make_shared<Block>();
  block->text = text;
  block->deflated = deflater.piece(text);
  block->checksum = Checksum::of(text);
  block->shift = CrcShift(text.size());
  return block;
}

}  // namespace

class Page {
 public:
  struct Family {
    std::string name;
    MetricType type;
    std::string help;
    std::shared_ptr<const Block> samples;
  };
  std::vector<Family> families;  ///< sorted by name, each name once

  std::shared_ptr<const Block> samples_of(std::string_view name) const {
    const auto at =
        std::lower_bound(families.begin(), families.end(), name,
                         [](const Family& family, std::string_view key) { return family.name < key; });
    return at != families.end() && at->name == name ? at->samples : nullptr;
  }
};

namespace {

/// Collects the parts of an exposition, plain or as parts of one gzip member.
class Joiner {
 public:
  Joiner(Format format, bool gzip) : format_(format), gzip_(gzip) {}

  void begin() {
    if (gzip_) append_gzip_header(out_);
  }
  void go_on(const Checksum& before) { whole_ = before; }

  void reserve(std::span<const std::shared_ptr<const Page>> pages) {
    constexpr std::size_t kForHeaders = std::size_t{64} * 1024;
    std::size_t size = kForHeaders;
    for (const auto& page : pages)
      for (const Page::Family& family : page->families)
        size += gzip_ ? family.samples->deflated.size() : family.samples->text.size();
    out_.reserve(size);
  }

  void header(const Page::Family& family) {
    scratch_.clear();
    append_header(scratch_, family.name, family.type, family.help, format_);
    plain(scratch_);
  }

  void samples(const Block& block) {
    if (!gzip_) {
      out_ += block.text;
      return;
    }
    out_ += block.deflated;
    whole_ = block.shift.join(whole_, block.checksum);
  }

  void end() {
    if (format_ == Format::kOpenMetrics) plain("# EOF\n");
    if (gzip_) append_gzip_trailer(out_, whole_);
  }

  const Checksum& checksum() const { return whole_; }
  std::string take() && { return std::move(out_); }

 private:
  void plain(std::string_view text) {
    if (!gzip_) {
      out_ += text;
      return;
    }
    append_stored(out_, text);
    whole_ = {static_cast<std::uint32_t>(
                  crc32_z(whole_.crc, reinterpret_cast<const Bytef*>(text.data()), text.size())),
              whole_.length + text.size()};
  }

  Format format_;
  bool gzip_;
  std::string out_;
  std::string scratch_;
  Checksum whole_;
};

/// Merges the pages, which are sorted by name, family by family.
void join_pages(Joiner& joiner, std::span<const std::shared_ptr<const Page>> pages) {
  std::vector<std::size_t> next(pages.size(), 0);
  for (;;) {
    const Page::Family* first = nullptr;
    for (std::size_t i = 0; i < pages.size(); ++i) {
      if (next[i] == pages[i]->families.size()) continue;
      const Page::Family& candidate = pages[i]->families[next[i]];
      if (!first || candidate.name < first->name) first = &candidate;
    }
    if (!first) return;
    joiner.header(*first);
    for (std::size_t i = 0; i < pages.size(); ++i) {
      if (next[i] == pages[i]->families.size()) continue;
      const Page::Family& family = pages[i]->families[next[i]];
      if (family.name != first->name) continue;
      joiner.samples(*family.samples);
      ++next[i];
    }
  }
}

}  // namespace

std::shared_ptr<const Page> render(const std::vector<MetricFamily>& families, const Page* previous) {
  std::vector<const MetricFamily*> sorted;
  sorted.reserve(families.size());
  for (const MetricFamily& family : families)
    if (!family.metric.empty()) sorted.push_back(&family);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const MetricFamily* a, const MetricFamily* b) { return a->name < b->name; });

  auto page = std::make_shared<Page>();
  page->families.reserve(sorted.size());
  Deflater deflater;
  std::string text;
  for (auto at = sorted.begin(); at != sorted.end();) {
    const MetricFamily& family = **at;
    text.clear();
    for (; at != sorted.end() && (*at)->name == family.name; ++at) append_samples(text, **at);
    std::shared_ptr<const Block> block = previous ? previous->samples_of(family.name) : nullptr;
    if (!block || block->text != text) block = make_block(text, deflater);
    page->families.push_back({family.name, family.type, family.help, std::move(block)});
  }
  return page;
}

Opening open(std::span<const std::shared_ptr<const Page>> pages, Format format, bool gzip) {
  Joiner joiner(format, gzip);
  joiner.reserve(pages);
  joiner.begin();
  join_pages(joiner, pages);
  const Checksum sum = joiner.checksum();
  return {format, gzip, std::make_shared<const std::string>(std::move(joiner).take()), sum.crc, sum.length};
}

std::string close(const Opening& opening, std::span<const std::shared_ptr<const Page>> pages) {
  Joiner joiner(opening.format, opening.gzip);
  joiner.go_on({opening.crc, opening.length});
  join_pages(joiner, pages);
  joiner.end();
  return std::move(joiner).take();
}

std::string compose(std::span<const std::shared_ptr<const Page>> pages, Format format, bool gzip) {
  Joiner joiner(format, gzip);
  joiner.reserve(pages);
  joiner.begin();
  join_pages(joiner, pages);
  joiner.end();
  return std::move(joiner).take();
}

std::string to_text(const std::vector<MetricFamily>& families, Format format) {
  const std::shared_ptr<const Page> page = render(families);
  return compose({&page, 1}, format, false);
}

}  // namespace xenha::metrics
