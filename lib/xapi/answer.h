// Decodes XML-RPC answers of XAPI, streaming, over expat. Bytes from the network: every limit is ours.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/xapi/value.h"

namespace xenha::xapi {

struct Limits {
  std::size_t text_bytes = 64u << 20;    ///< of the whole document
  std::size_t string_bytes = 4u << 20;   ///< of one scalar
  std::size_t values = 8u << 20;
  int depth = 64;                        ///< of XML elements... of nested values
};

/// Which members to keep, by the name of the struct member at the record level; an empty list keeps all.
/// A record is any struct that has at least `min_level` enclosing values; see answer.cpp for how it is applied.
struct Keep {
  std::vector<std::string_view> fields = {};  ///< must outlive the decoding (string literals)
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
  /// The Value of a Status=Success envelope, or a bare value (system.listMethods).
  /// Errors: kRemoteFault with remote_code and remote_args for Status=Failure and for <fault> (remote_code
  /// "FAULT"); kBadReply for bytes that are no XML-RPC answer; kTooLarge for a limit.
  Result<Answer> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The whole text at once: tests, fuzzing.
Result<Answer> decode_answer(std::string_view text, Limits limits = {}, Keep keep = {});

}  // namespace xenha::xapi
