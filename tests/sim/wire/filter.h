// Expressions of get_all_records_where:  field "is_a_template" = "false" and (not (field "name__label" =
// 'x'))
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "tests/sim/wire/datamodel.h"
#include "tests/sim/wire/json.h"

namespace xenha::sim {

class Filter {
 public:
  /// Errors: kBadConfig with where it stopped (xapi: INTERNAL_ERROR).
  static Result<Filter> parse(std::string_view text);
  /// Errors: kBadConfig for a field that the class does not have in the release (xapi: INTERNAL_ERROR).
  Result<bool> matches(std::string_view class_name, Release release, const Json& record) const;

  struct Node;

 private:
  explicit Filter(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace xenha::sim
