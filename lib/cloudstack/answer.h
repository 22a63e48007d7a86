// Reads CloudStack's JSON in one pass and keeps of it only what is wanted, so that neither its depth nor the
// fields nobody asked for cost memory. A function of bytes, for the client and for the fuzzer.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace xenha::cloudstack {

/// What is kept of an answer: `{"listhostsresponse":{"count":1,"host":[{"id":"..."}]}}`. The views must
/// outlive the answer: they are constants.
struct Wanted {
  std::string_view array;                    ///< "host"; a single object there counts as one row
  std::span<const std::string_view> fields;  ///< scalars of a row; everything else is skipped
  std::string_view names_in = {};            ///< an array of a row whose objects' "name" is kept (listApis)
  std::span<const std::string_view> own_fields = {};  ///< scalars beside the array: "jobid"
};

/// One object. Numbers and booleans are kept as they would be written: releases differ in the types of some
/// fields (managementserverid was a number, then a text).
class Row {
 public:
  /// Null when the field is absent or null.
  const std::string* find(std::string_view field) const;
  /// "" when absent.
  std::string text(std::string_view field) const;
  std::optional<std::string> maybe_text(std::string_view field) const;
  /// true and false, also as texts as old releases write them; absent when it is neither.
  std::optional<bool> flag(std::string_view field) const;
  std::optional<int> integer(std::string_view field) const;
  /// Absent also when it is no date.
  std::optional<WallTime> time(std::string_view field) const;
  const std::vector<std::string>& names() const { return names_; }

  void set(std::string_view field, std::string text);
  void unset(std::string_view field);
  void add_name(std::string name) { names_.push_back(std::move(name)); }

 private:
  std::vector<std::pair<std::string_view, std::string>> fields_;
  std::vector<std::string> names_;
};

/// What an error envelope says.
struct Fault {
  int code = 0;      ///< errorcode, as HTTP's status
  std::string text;  ///< errortext, as it came: may be long, of many lines, and hold anything
};

struct Answer {
  std::vector<Row> rows;       ///< none when the array is missing
  Row own;                     ///< of the envelope itself
  std::optional<Fault> fault;  ///< set: the server refused
};

/// Errors: kBadReply for what is no JSON or no envelope, with the reason and nothing of the content;
/// kTooLarge for more than `max_rows` rows.
Result<Answer> read_answer(std::string_view body, const Wanted& wanted, std::size_t max_rows);

}  // namespace xenha::cloudstack
