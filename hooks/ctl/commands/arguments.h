// Small parts that commands have in common.
#pragma once

#include <string>

#include "hooks/ctl/command.h"
#include "hooks/ctl/render/table.h"

namespace xenha::ctl {

/// --limit=N
class Limit {
 public:
  explicit Limit(int fallback) : text_(std::to_string(fallback)) {}
  void declare(config::FlagParser& parser, const std::string& help) {
    parser.text("limit", "N", help, text_);
  }
  /// Empty: it is a whole number from 1 to 1000.
  std::string problem() const {
    const bool digits = !text_.empty() && text_.find_first_not_of("0123456789") == std::string::npos;
    if (digits && text_.size() <= 4 && value() >= 1 && value() <= 1000) return {};
    return "--limit is a whole number from 1 to 1000";
  }
  int value() const { return std::stoi(text_); }

 private:
  std::string text_;
};

inline Style style_of(const Screen& screen) {
  return {screen.width, screen.colours};
}

}  // namespace xenha::ctl
