// The XML of GET /rrd_updates, for the three heartbeat latencies that one host measures. XAPI records none of
// them unless somebody asked for it (host.record_data_source), so "not recorded" is a fact of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace xenha::xapi {

enum class HaSource {
  kStatefile,  ///< statefile/<vdi uuid>/latency: last access to the state file
  kNetwork,    ///< network/latency: delay of the last heartbeat; 0 and negative values are normal
  kXapi,       ///< xapi_healthcheck/latency: last health check of xapi
};

/// One column of the legend that is wanted.
struct HaColumn {
  HaSource source{};
  std::string statefile_vdi;      ///< uuid, for kStatefile
  std::optional<double> seconds;  ///< newest finite value; absent when every row says NaN
  std::optional<WallTime> at;     ///< of that value, by the host's clock
};

struct HaLatencies {
  std::vector<HaColumn> columns;  ///< in the legend's order

  bool recorded(HaSource source) const;
  /// The newest value; of columns equally new (several state files) the worst.
  std::optional<double> seconds(HaSource source) const;
};

struct RrdLimits {
  std::size_t text_bytes = 8u << 20;
  std::size_t entry_bytes = 1024;  ///< of one legend entry or number
  std::size_t columns = 20000;     ///< of the legend
};

/// Feed the pieces as they come, then finish once.
class RrdDecoder {
 public:
  /// Only AVERAGE columns of this host are looked at.
  explicit RrdDecoder(std::string host_uuid, RrdLimits limits = {});
  ~RrdDecoder();
  RrdDecoder(const RrdDecoder&) = delete;
  RrdDecoder& operator=(const RrdDecoder&) = delete;
  /// False once the document is refused.
  bool feed(std::string_view piece);
  /// True once `feed` has refused the document.
  bool refused() const;
  /// Errors: kBadReply for bytes that are no such document, JSON among them; kTooLarge for a limit.
  Result<HaLatencies> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The whole text at once: tests, fuzzing.
Result<HaLatencies> decode_rrd(std::string_view text, std::string host_uuid, RrdLimits limits = {});

}  // namespace xenha::xapi
