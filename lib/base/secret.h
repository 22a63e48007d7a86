// Text that must not be printed. The only way to the text is reveal(), so a reviewer can list every use.
#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace xenha {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string text_;
};

inline std::ostream& operator<<(std::ostream& out, const Secret&) {
  return out << "***";
}

}  // namespace xenha
