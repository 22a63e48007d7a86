#include "lib/cloudstack/answer.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <nlohmann/json.hpp>

#include "lib/cloudstack/dates.h"
#include "lib/cloudstack/words.h"

namespace xenha::cloudstack {
namespace {

/// Real answers are nested six deep. The parser itself keeps no stack frame a level.
constexpr std::size_t kMaxDepth = 32;

/// What an open object or array is to us.
enum class Place {
  kRoot,      ///< {"listhostsresponse": ...}
  kEnvelope,  ///< {"count": 1, "host": [...]}
  kRows,
  kRow,
  kNames,  ///< the array `names_in` of a row
  kNamed,  ///< an object in there
  kSkipped,
};

class Handler final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Handler(const Wanted& wanted, std::size_t max_rows) : wanted_(wanted), max_rows_(max_rows) {}

  bool null() override { return scalar(std::nullopt); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return scalar(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& text) override { return scalar(text); }
  bool string(string_t& value) override { return scalar(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return refuse("binary values"); }
  bool start_object(std::size_t /*size*/) override { return open(true); }
  bool start_array(std::size_t /*size*/) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& value) override {
    if (here() == Place::kRoot && has_envelope_) return refuse("more than one envelope");
    if (here() == Place::kRoot && !value.ends_with("response")) return refuse("no envelope of CloudStack");
    key_ = std::move(value);
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*why*/) override {
    // The parser's own words quote the answer, which may quote our request.
    return refuse("no valid JSON at byte " + std::to_string(position));
  }

  Result<Answer> finish(bool complete) && {
    if (!complete && error_.message.empty()) refuse("no valid JSON");
    if (complete && !has_envelope_) refuse("no envelope of CloudStack");
    if (!error_.message.empty()) return std::move(error_);
    if (code_) answer_.fault = Fault{*code_, std::move(text_)};
    return std::move(answer_);
  }

 private:
  std::optional<Place> here() const { return places_.empty() ? std::nullopt : std::optional(places_.back()); }
  bool refuse(std::string why) {
    error_ = {ErrorCode::kBadReply, "the answer is " + std::move(why)};
    return false;
  }
  bool enter(Place place) {
    places_.push_back(place);
    return true;
  }
  bool enter_row() {
    if (answer_.rows.size() >= max_rows_) {
      error_ = {ErrorCode::kTooLarge, "the answer has more than " + std::to_string(max_rows_) + " rows"};
      return false;
    }
    answer_.rows.emplace_back();
    return enter(Place::kRow);
  }

  bool open(bool object) {
    if (places_.size() >= kMaxDepth) return refuse("nested too deeply");
    if (!here()) return object ? enter(Place::kRoot) : refuse("no JSON object");
    switch (*here()) {
      case Place::kRoot:
        has_envelope_ = true;
        return object ? enter(Place::kEnvelope) : refuse("no envelope of CloudStack");
      case Place::kEnvelope:
        if (key_ != wanted_.array) return enter(Place::kSkipped);
        return object ? enter_row() : enter(Place::kRows);
      case Place::kRows:
        return object ? enter_row() : refuse("a list of something else than objects");
      case Place::kRow:
        return enter(!object && !wanted_.names_in.empty() && key_ == wanted_.names_in ? Place::kNames
                                                                                      : Place::kSkipped);
      case Place::kNames:
        return enter(object ? Place::kNamed : Place::kSkipped);
      case Place::kNamed:
      case Place::kSkipped:
        break;
    }
    return enter(Place::kSkipped);
  }
  bool close() {
    places_.pop_back();
    return true;
  }

  /// Absent = null.
  bool scalar(std::optional<std::string> text) {
    if (!here()) return refuse("no JSON object");
    switch (*here()) {
      case Place::kRoot:
        return refuse("no envelope of CloudStack");
      case Place::kEnvelope:
        return in_envelope(std::move(text));
      case Place::kRows:
        return refuse("a list of something else than objects");
      case Place::kRow:
        keep(answer_.rows.back(), std::move(text));
        return true;
      case Place::kNamed:
        if (text && key_ == "name") answer_.rows.back().add_name(*std::move(text));
        return true;
      case Place::kNames:
      case Place::kSkipped:
        return true;
    }
    return true;
  }
  bool in_envelope(std::optional<std::string> text) {
    if (!text) return true;
    const auto own = std::find(wanted_.own_fields.begin(), wanted_.own_fields.end(), key_);
    if (own != wanted_.own_fields.end()) {
      answer_.own.set(*own, *std::move(text));
      return true;
    }
    if (key_ == wanted_.array) return refuse("no list where one is expected");
    if (key_ == "errorcode") return error_code(*text);
    if (key_ == "errortext") text_ = *std::move(text);
    return true;
  }
  bool error_code(const std::string& text) {
    int code = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
    if (error != std::errc() || end != text.data() + text.size()) return refuse("an error without a code");
    code_ = code;
    return true;
  }
  void keep(Row& row, std::optional<std::string> text) {
    const auto field = std::find(wanted_.fields.begin(), wanted_.fields.end(), key_);
    if (field == wanted_.fields.end()) return;
    if (text) {
      row.set(*field, *std::move(text));
    } else {
      row.unset(*field);
    }
  }

  const Wanted& wanted_;
  std::size_t max_rows_;
  std::vector<Place> places_;
  std::string key_;
  bool has_envelope_ = false;
  std::optional<int> code_;
  std::string text_;
  Answer answer_;
  Error error_;
};

bool looks_like_markup(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && body[first] == '<';
}

}  // namespace

const std::string* Row::find(std::string_view field) const {
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const auto& entry) { return entry.first == field; });
  return found == fields_.end() ? nullptr : &found->second;
}

std::string Row::text(std::string_view field) const {
  const std::string* found = find(field);
  return found != nullptr ? *found : std::string();
}

std::optional<std::string> Row::maybe_text(std::string_view field) const {
  const std::string* found = find(field);
  return found != nullptr ? std::optional(*found) : std::nullopt;
}

std::optional<bool> Row::flag(std::string_view field) const {
  const std::string word = lower_case(text(field));
  if (word == "true") return true;
  if (word == "false") return false;
  return std::nullopt;
}

std::optional<int> Row::integer(std::string_view field) const {
  const std::string* found = find(field);
  if (found == nullptr) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(found->data(), found->data() + found->size(), value);
  if (error != std::errc() || end != found->data() + found->size()) return std::nullopt;
  return value;
}

std::optional<WallTime> Row::time(std::string_view field) const {
  const std::string* found = find(field);
  return found != nullptr ? parse_date(*found) : std::nullopt;
}

void Row::set(std::string_view field, std::string text) {
  unset(field);
  fields_.emplace_back(field, std::move(text));
}

void Row::unset(std::string_view field) {
  std::erase_if(fields_, [&](const auto& entry) { return entry.first == field; });
}

Result<Answer> read_answer(std::string_view body, const Wanted& wanted, std::size_t max_rows) {
  if (looks_like_markup(body)) {
    return Error{ErrorCode::kBadReply, "the answer is HTML or XML, not JSON"};
  }
  // The parser takes a zero byte for the end, and would not see what follows.
  if (const std::size_t zero = body.find('\0'); zero != std::string_view::npos) {
    return Error{ErrorCode::kBadReply, "the answer is no valid JSON at byte " + std::to_string(zero)};
  }
  try {
    Handler handler(wanted, max_rows);
    const bool complete = nlohmann::json::sax_parse(body, &handler);
    return std::move(handler).finish(complete);
  } catch (const std::exception&) {  // out of memory, or a bug of the library: the program goes on
    return Error{ErrorCode::kBadReply, "the answer cannot be read"};
  }
}

}  // namespace xenha::cloudstack
