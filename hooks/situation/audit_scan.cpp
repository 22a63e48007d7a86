#include "hooks/situation/audit_scan.h"

#include <algorithm>
#include <vector>

#include "lib/xapi/value.h"

namespace xenha::hooks {
namespace {

/// Method, user and result stand at the beginning; what follows are a call's arguments.
constexpr std::size_t kLongestLine = 16 * 1024;
constexpr std::size_t kLongestName = 64;

/// The texts 'in quotes' between "(" and the bracket that opens the call's own arguments; \' and \\ are
/// escapes.
std::vector<std::string> leading_words(std::string_view line) {
  std::vector<std::string> words;
  std::size_t at = line.find("('");
  if (at == std::string_view::npos) return words;
  for (++at; at < line.size();) {
    if (line[at] == ' ') {
      ++at;
      continue;
    }
    if (line[at] != '\'') break;
    std::string word;
    for (++at; at < line.size() && line[at] != '\''; ++at) {
      if (line[at] == '\\' && at + 1 < line.size()) ++at;
      word += line[at];
    }
    ++at;
    words.push_back(std::move(word));
  }
  return words;
}

std::optional<WallTime> time_of(std::string_view line) {
  const std::size_t begin = line.find('[');
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = line.find('|', begin);
  if (end == std::string_view::npos) return std::nullopt;
  return xapi::Value{.kind = xapi::Value::Kind::kDateTime, .scalar = line.substr(begin + 1, end - begin - 1)}
      .time();
}

std::string printable(std::string name) {
  if (name.size() > kLongestName) name.resize(kLongestName);
  for (char& c : name)
    if (c < ' ' || c > '~') c = '?';
  return name;
}

}  // namespace

std::optional<DisableLine> read_audit_line(std::string_view line) {
  if (line.find("pool.disable_ha") == std::string_view::npos) return std::nullopt;  // nearly all of them
  const std::vector<std::string> words = leading_words(line);
  const auto has = [&](std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  // Releases differ in the fields before the method, so they are found by what they say.
  if (!has("pool.disable_ha") && !has("Async.pool.disable_ha")) return std::nullopt;
  if (!has("ALLOWED") || !has("OK")) return std::nullopt;
  DisableLine out{.at = time_of(line), .by = {}};
  // 'trackid=...' 'USER SID' 'USER NAME' ...
  const bool named = words.size() > 3 && words[0].starts_with("trackid=");
  if (named) out.by = printable(words[2].empty() ? words[1] : words[2]);
  return out;
}

void AuditScan::feed(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    line_.append(part.substr(0, kLongestLine - std::min(kLongestLine, line_.size())));
    if (end == std::string_view::npos) return;
    take();
    piece.remove_prefix(end + 1);
  }
}

void AuditScan::finish() {
  if (!line_.empty()) take();
}

void AuditScan::take() {
  if (line_.empty()) return;
  ++lines_;
  if (line_.find('|') == std::string::npos) ++strange_;
  if (std::optional<DisableLine> found = read_audit_line(line_)) {
    const auto rank = [](const DisableLine& each) { return each.at.value_or(WallTime::max()); };
    if (!newest_ || rank(*found) >= rank(*newest_)) newest_ = std::move(found);
  }
  line_.clear();
}

}  // namespace xenha::hooks
