// Decodes XML-RPC answers of XAPI, streaming, over expat. Bytes from the network: every limit is ours.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "lib/xapi/value.h"

namespace xenha::xapi {

struct Limits {
  std::size_t text_bytes = 64u << 20;   ///< of the whole document
  std::size_t string_bytes = 4u << 20;  ///< of one scalar or name
  std::size_t values = 2u << 20;  ///< built ones; what Keep leaves out costs no memory and does not count
  int depth = 64;                 ///< of nested values, the envelope's two included
};

/// The fields that somebody will read of one class's records.
struct RecordFilter {
  std::string_view class_name;  ///< as in events: lower case
  std::span<const std::string_view> fields;
};

/// What to build of a result; the rest is checked while parsing and takes no memory. The field names must
/// outlive the decoding. Only members of the record itself are left out: a field that is kept is kept whole.
struct Keep {
  enum class Shape {
    kEverything,
    kRecords,  ///< {ref: record}, as of get_all_records; `classes` holds one filter
    kRecord,   ///< one record, as of get_record; `classes` holds one filter
    kEvents,   ///< {events: [{class, operation, ref, snapshot: record}], valid_ref_counts, token}, as of
               ///< event.from
  };
  Shape shape = Shape::kEverything;
  std::vector<RecordFilter> classes = {};

  static Keep records(RecordFilter filter) { return {Shape::kRecords, {filter}}; }
  static Keep record(RecordFilter filter) { return {Shape::kRecord, {filter}}; }
  /// The `id` and `timestamp` of events go too. The snapshot of a class without a filter becomes an empty
  /// struct.
  static Keep events(std::vector<RecordFilter> filters) { return {Shape::kEvents, std::move(filters)}; }
};

/// One answer. Feed the pieces as they come, then finish once.
class AnswerDecoder {
 public:
  explicit AnswerDecoder(Limits limits = {}, Keep keep = {});
  ~AnswerDecoder();
  AnswerDecoder(const AnswerDecoder&) = delete;
  AnswerDecoder& operator=(const AnswerDecoder&) = delete;
  /// False once the document is refused; `finish` then says why.
  bool feed(std::string_view piece);
  /// True once `feed` has refused the document.
  bool refused() const;
  /// Fed so far.
  std::size_t bytes() const;
  /// The Value of a Status=Success envelope, or a bare value that is no struct (system.listMethods).
  /// Errors: kRemoteFault with remote_code and remote_args for Status=Failure and for <fault> (remote_code
  /// "FAULT", remote_args code and text); kBadReply for bytes that are no XML-RPC answer; kTooLarge for a
  /// limit. Messages hold the failure's code, never its arguments: those may be session references.
  Result<Answer> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The whole text at once: tests, fuzzing.
Result<Answer> decode_answer(std::string_view text, Limits limits = {}, Keep keep = {});

}  // namespace xenha::xapi
