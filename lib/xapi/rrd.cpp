#include "lib/xapi/rrd.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include "lib/xapi/xml_stream.h"

namespace xenha::xapi {
namespace {

/// Where in the document we are; kOther is everything nobody reads.
enum class Place : std::uint8_t { kOther, kXport, kMeta, kLegend, kEntry, kData, kRow, kTime, kValue };

constexpr std::size_t kMaxDepth = 16;

Place place_of(Place parent, std::string_view element) {
  struct Step {
    Place parent;
    std::string_view element;
    Place place;
  };
  static constexpr Step kSteps[] = {
      {Place::kXport, "meta", Place::kMeta},    {Place::kXport, "data", Place::kData},
      {Place::kMeta, "legend", Place::kLegend}, {Place::kLegend, "entry", Place::kEntry},
      {Place::kData, "row", Place::kRow},       {Place::kRow, "t", Place::kTime},
      {Place::kRow, "v", Place::kValue},
  };
  for (const Step& step : kSteps) {
    if (step.parent == parent && step.element == element) return step.place;
  }
  return Place::kOther;
}

/// Cuts `text` at the next colon.
std::string_view next_part(std::string_view& text) {
  const std::size_t colon = text.find(':');
  const std::string_view part = text.substr(0, colon);
  text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
  return part;
}

/// `<CF>:<host|vm|sr>:<uuid>:<data source>`, where the data source may have colons of its own.
std::optional<HaColumn> wanted_column(std::string_view entry, std::string_view host_uuid) {
  if (next_part(entry) != "AVERAGE" || next_part(entry) != "host" || next_part(entry) != host_uuid) {
    return std::nullopt;
  }
  constexpr std::string_view kBefore = "statefile/";
  constexpr std::string_view kAfter = "/latency";
  if (entry == "network/latency") return HaColumn{HaSource::kNetwork, {}, {}, {}};
  if (entry == "xapi_healthcheck/latency") return HaColumn{HaSource::kXapi, {}, {}, {}};
  if (!entry.starts_with(kBefore) || !entry.ends_with(kAfter)) return std::nullopt;
  if (entry.size() <= kBefore.size() + kAfter.size()) return std::nullopt;
  const std::string_view vdi = entry.substr(kBefore.size(), entry.size() - kBefore.size() - kAfter.size());
  return HaColumn{HaSource::kStatefile, std::string(vdi), {}, {}};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.substr(0, 1))) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.substr(text.size() - 1))) text.remove_suffix(1);
  return text;
}

std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double read = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), read);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return read;
}

}  // namespace

struct RrdDecoder::Impl final : XmlStream {
  Impl(std::string host_uuid, RrdLimits limits)
      : XmlStream(limits.text_bytes), host_uuid_(std::move(host_uuid)), limits_(limits) {}

  bool check_start(std::string_view piece);
  Result<HaLatencies> finish();

 private:
  struct Wanted {
    std::size_t index;  ///< in a row
    HaColumn column;
  };

  void open(std::string_view element) override;
  void close() override;
  void text(std::string_view characters) override;
  void close_entry();
  void close_time();
  void close_value();
  void bad(std::string_view why) {
    refuse(ErrorCode::kBadReply, "the answer is no RRD export: " + std::string(why));
  }

  const std::string host_uuid_;
  const RrdLimits limits_;
  std::vector<Place> stack_;
  std::string text_;
  bool started_ = false;  ///< the first byte that is no white space has come
  bool has_legend_ = false;
  bool has_data_ = false;
  std::size_t legend_size_ = 0;
  std::vector<Wanted> wanted_;  ///< by rising index
  // Of the row that is open.
  std::optional<WallTime> row_time_;
  std::size_t row_index_ = 0;
  std::size_t next_wanted_ = 0;
};

/// New XAPI answers JSON unless the Accept header is right: say so instead of reporting broken XML.
bool RrdDecoder::Impl::check_start(std::string_view piece) {
  if (started_ || refused()) return !refused();
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (piece.starts_with(kByteOrderMark)) piece.remove_prefix(kByteOrderMark.size());
  const std::size_t first = piece.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return true;
  started_ = true;
  if (piece[first] == '<' || static_cast<unsigned char>(piece[first]) >= 0x80) return true;
  bad(piece[first] == '{' ? "the host answered JSON, it did not heed the Accept header"
                          : "it begins with no '<'");
  return false;
}

void RrdDecoder::Impl::open(std::string_view element) {
  if (stack_.size() >= kMaxDepth) return bad("nested too deep");
  if (stack_.empty()) {
    if (element != "xport") return bad("its root is not <xport>");
    stack_.push_back(Place::kXport);
    return;
  }
  const Place place = place_of(stack_.back(), element);
  stack_.push_back(place);
  text_.clear();
  if (place == Place::kLegend) {
    if (has_legend_ || has_data_) return bad("the legend does not stand before the data");
    has_legend_ = true;
  }
  if (place == Place::kData) {
    if (!has_legend_) return bad("the data has no legend before it");
    has_data_ = true;
  }
  if (place == Place::kRow) {
    row_time_.reset();
    row_index_ = next_wanted_ = 0;
  }
}

void RrdDecoder::Impl::text(std::string_view characters) {
  const Place place = stack_.back();
  if (place != Place::kEntry && place != Place::kTime && place != Place::kValue) return;
  if (characters.size() > limits_.entry_bytes - text_.size()) {
    return refuse(ErrorCode::kTooLarge,
                  "the RRD export has a text of more than " + std::to_string(limits_.entry_bytes) + " bytes");
  }
  text_.append(characters);
}

void RrdDecoder::Impl::close() {
  const Place place = stack_.back();
  stack_.pop_back();
  if (place == Place::kEntry) return close_entry();
  if (place == Place::kTime) return close_time();
  if (place == Place::kValue) return close_value();
  if (place == Place::kRow && row_index_ != legend_size_)
    bad("a row with more or fewer values than the legend");
}

void RrdDecoder::Impl::close_entry() {
  if (legend_size_ == limits_.columns) {
    return refuse(ErrorCode::kTooLarge,
                  "the RRD export has more than " + std::to_string(limits_.columns) + " columns");
  }
  if (std::optional<HaColumn> column = wanted_column(trimmed(text_), host_uuid_)) {
    wanted_.push_back({legend_size_, *std::move(column)});
  }
  ++legend_size_;
}

void RrdDecoder::Impl::close_time() {
  const std::optional<double> epoch = number(text_);
  constexpr double kLast = 9.0e9;  // the year 2255; the clock ends soon after
  if (!epoch || !(*epoch >= 0 && *epoch <= kLast)) return bad("a row without a proper time");
  row_time_ = WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(*epoch)));
}

void RrdDecoder::Impl::close_value() {
  if (!row_time_) return bad("a row whose time does not come first");
  const std::size_t index = row_index_++;
  if (next_wanted_ == wanted_.size() || wanted_[next_wanted_].index != index) return;
  HaColumn& column = wanted_[next_wanted_++].column;
  const std::optional<double> value = number(text_);
  if (!value) return bad("a value that is no number");
  if (!std::isfinite(*value) || (column.at && *column.at >= *row_time_)) return;
  column.seconds = value;
  column.at = row_time_;
}

Result<HaLatencies> RrdDecoder::Impl::finish() {
  if (std::optional<Error> error = end()) return *std::move(error);
  if (!has_legend_) return Error{ErrorCode::kBadReply, "the answer is no RRD export: it has no legend"};
  HaLatencies found;
  for (Wanted& wanted : wanted_) found.columns.push_back(std::move(wanted.column));
  return found;
}

bool HaLatencies::recorded(HaSource source) const {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const HaColumn& column) { return column.source == source; });
}

std::optional<double> HaLatencies::seconds(HaSource source) const {
  const HaColumn* best = nullptr;
  for (const HaColumn& column : columns) {
    if (column.source != source || !column.seconds) continue;
    if (best == nullptr || std::pair(*column.at, *column.seconds) > std::pair(*best->at, *best->seconds)) {
      best = &column;
    }
  }
  return best == nullptr ? std::nullopt : best->seconds;
}

RrdDecoder::RrdDecoder(std::string host_uuid, RrdLimits limits)
    : impl_(std::make_unique<Impl>(std::move(host_uuid), limits)) {}
RrdDecoder::~RrdDecoder() = default;
bool RrdDecoder::feed(std::string_view piece) {
  return impl_->check_start(piece) && impl_->feed(piece);
}
bool RrdDecoder::refused() const {
  return impl_->refused();
}
Result<HaLatencies> RrdDecoder::finish() {
  return impl_->finish();
}

Result<HaLatencies> decode_rrd(std::string_view text, std::string host_uuid, RrdLimits limits) {
  RrdDecoder decoder(std::move(host_uuid), limits);
  decoder.feed(text);
  return decoder.finish();
}

}  // namespace xenha::xapi
