#include "hooks/alert/webhook_message.h"

#include <algorithm>
#include <array>
#include <exception>
#include <nlohmann/json.hpp>
#include <set>

#include "hooks/alert/rfc3339.h"

namespace xenha::hooks {
namespace {

/// Real messages are nested four deep. The parser itself keeps no stack frame a level.
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxKeys = 200;  ///< of one object, known to us or not

/// What an open object or list is to us.
enum class Place { kMessage, kAlerts, kAlert, kLabels, kAnnotations, kSkipped };

constexpr std::array<std::string_view, 3> kTextsOfMessage{"version", "groupKey", "externalURL"};
constexpr std::array<std::string_view, 5> kTextsOfAlert{"status", "startsAt", "endsAt", "generatorURL",
                                                        "fingerprint"};

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

struct Scalar {
  enum class Kind { kNull, kText, kCount, kOther };
  Kind kind = Kind::kOther;
  std::string text = {};
  std::uint64_t count = 0;
};

/// What is wrong with the content is kept, the first of it, and reading goes on: the version, which comes
/// last, explains it better. What is wrong with the form, or too large, ends the reading.
class Reader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return scalar({Scalar::Kind::kNull}); }
  bool boolean(bool /*value*/) override { return scalar({Scalar::Kind::kOther}); }
  bool number_integer(number_integer_t /*value*/) override { return scalar({Scalar::Kind::kOther}); }
  bool number_unsigned(number_unsigned_t value) override { return scalar({Scalar::Kind::kCount, {}, value}); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    return scalar({Scalar::Kind::kOther});
  }
  bool string(string_t& value) override { return scalar({Scalar::Kind::kText, std::move(value)}); }
  bool binary(binary_t& /*value*/) override { return refuse("the message holds binary values"); }
  bool start_object(std::size_t /*size*/) override { return open(true); }
  bool start_array(std::size_t /*size*/) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    key_ = std::move(name);
    switch (here()) {
      case Place::kMessage:
        return known_once(keys_of_message_);
      case Place::kAlert:
        return known_once(keys_of_alert_);
      case Place::kLabels:
      case Place::kAnnotations:
        return label_name();
      case Place::kAlerts:
      case Place::kSkipped:
        break;
    }
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*why*/) override {
    return refuse("the message is no valid JSON at byte " + std::to_string(position));
  }

  Result<WebhookMessage> finish(bool complete) && {
    if (!complete && !fatal_) refuse("the message is no valid JSON");
    if (fatal_) return *std::move(fatal_);
    if (!keys_of_message_.contains("version"))
      return bad("version is missing, so this is no webhook of Alertmanager");
    if (version_ != "4")
      return bad("version is not \"4\": the sender is not Alertmanager, or a release with another webhook");
    if (!has_alerts_) complain("alerts", "is missing");
    if (complaint_) return *std::move(complaint_);
    return std::move(message_);
  }

 private:
  static Error bad(std::string what) { return {ErrorCode::kBadReply, std::move(what)}; }
  bool refuse(std::string what) {
    fatal_ = bad(std::move(what));
    return false;
  }
  bool too_large(const std::string& place, const std::string& what) {
    fatal_ = Error{ErrorCode::kTooLarge, place + " " + what};
    return false;
  }
  bool complain(const std::string& place, const std::string& what) {
    if (!complaint_) complaint_ = bad(place + " " + what);
    return true;
  }

  Place here() const { return places_.back(); }
  bool enter(Place place) {
    places_.push_back(place);
    return true;
  }
  Alert& alert() { return message_.alerts.back(); }
  std::string alert_place() const { return "alerts[" + std::to_string(item_) + "]"; }
  /// The key just read. Only for keys that are known, or the text would be the sender's.
  std::string place() const {
    switch (here()) {
      case Place::kAlerts:
        return alert_place();
      case Place::kAlert:
        return alert_place() + "." + key_;
      case Place::kLabels:
        return alert_place() + ".labels";
      case Place::kAnnotations:
        return alert_place() + ".annotations";
      case Place::kMessage:
      case Place::kSkipped:
        break;
    }
    return key_;
  }

  bool known_once(std::set<std::string>& keys) {
    const std::string object = here() == Place::kMessage ? "the message" : alert_place();
    if (!keys.insert(key_).second) return complain(object, "has a key twice");
    if (keys.size() > kMaxKeys)
      return too_large(object, "has more than " + std::to_string(kMaxKeys) + " keys");
    return true;
  }
  TextMap& labels() { return here() == Place::kLabels ? alert().labels : alert().annotations; }
  bool label_name() {
    if (key_.size() > kMaxLabelName)
      return too_large(place(), "have a name longer than " + std::to_string(kMaxLabelName) + " bytes");
    if (key_.empty() || key_.find('\0') != std::string::npos)
      return complain(place(), "have a name that is empty or holds a zero byte");
    if (labels().contains(key_)) return complain(place(), "have a name twice");
    if (labels().size() >= kMaxLabels)
      return too_large(place(), "are more than " + std::to_string(kMaxLabels));
    return true;
  }

  bool open(bool object) {
    if (places_.size() >= kMaxDepth) return refuse("the message is nested too deeply");
    if (places_.empty()) return object ? enter(Place::kMessage) : refuse("the message is no JSON object");
    switch (here()) {
      case Place::kMessage:
        if (key_ == "alerts" && !object) has_alerts_ = true;
        if (key_ == "alerts") return object ? skip("must be a list") : enter(Place::kAlerts);
        if (contains(kTextsOfMessage, key_)) return skip("must be text");
        return key_ == "truncatedAlerts" ? skip("must be a number") : enter(Place::kSkipped);
      case Place::kAlerts:
        return next_alert(object);
      case Place::kAlert:
        if (key_ == "labels") return object ? enter(Place::kLabels) : skip("must be an object");
        if (key_ == "annotations") return object ? enter(Place::kAnnotations) : skip("must be an object");
        return contains(kTextsOfAlert, key_) ? skip("must be text") : enter(Place::kSkipped);
      case Place::kLabels:
      case Place::kAnnotations:
        return skip("have a value that is no text");
      case Place::kSkipped:
        break;
    }
    return enter(Place::kSkipped);
  }
  bool skip(const char* what) {
    complain(place(), what);
    return enter(Place::kSkipped);
  }
  bool next_alert(bool object) {
    if (!next_item()) return false;
    if (!object) return skip("must be an object");
    message_.alerts.emplace_back();
    keys_of_alert_.clear();
    has_status_ = has_start_ = false;
    return enter(Place::kAlert);
  }
  bool next_item() {
    item_ = items_++;
    return items_ <= kMaxAlerts || too_large("alerts", "are more than " + std::to_string(kMaxAlerts));
  }

  bool close() {
    const Place closed = here();
    places_.pop_back();
    if (closed == Place::kAlert) finish_alert();
    return true;
  }
  void finish_alert() {
    if (!has_status_) complain(alert_place() + ".status", "is missing");
    if (alert().labels.empty()) complain(alert_place() + ".labels", "are missing");
    if (!has_start_) complain(alert_place() + ".startsAt", "is missing");
    if (alert().fingerprint.empty()) complain(alert_place() + ".fingerprint", "is missing");
    if (alert().status == AlertStatus::kFiring) alert().ends_at.reset();
  }

  /// Null counts as absent: so Go writes what it has not.
  bool scalar(Scalar value) {
    if (places_.empty()) return refuse("the message is no JSON object");
    switch (here()) {
      case Place::kMessage:
        return value.kind == Scalar::Kind::kNull || of_message(std::move(value));
      case Place::kAlerts:
        return next_item() && complain(place(), "must be an object");
      case Place::kAlert:
        return value.kind == Scalar::Kind::kNull || of_alert(std::move(value));
      case Place::kLabels:
      case Place::kAnnotations:
        return label_value(std::move(value));
      case Place::kSkipped:
        break;
    }
    return true;
  }
  bool of_message(Scalar value) {
    if (key_ == "alerts") return complain(place(), "must be a list");
    if (key_ == "truncatedAlerts") {
      if (value.kind != Scalar::Kind::kCount) return complain(place(), "must be a number from 0");
      message_.truncated_alerts = value.count;
      return true;
    }
    if (!contains(kTextsOfMessage, key_)) return true;
    if (!is_text(value)) return !fatal_;
    if (key_ == "version") {
      version_ = std::move(value.text);
    } else if (key_ == "groupKey") {
      message_.group_key = std::move(value.text);
    } else {
      message_.external_url = std::move(value.text);
    }
    return true;
  }
  bool of_alert(Scalar value) {
    if (key_ == "labels" || key_ == "annotations") return complain(place(), "must be an object");
    if (!contains(kTextsOfAlert, key_)) return true;
    if (!is_text(value)) return !fatal_;
    if (key_ == "status") return status(value.text);
    if (key_ == "startsAt") return starts_at(value.text);
    if (key_ == "endsAt") return ends_at(value.text);
    if (key_ == "fingerprint") return fingerprint(std::move(value.text));
    alert().generator_url = std::move(value.text);
    return true;
  }
  bool label_value(Scalar value) {
    if (!is_text(value, here() == Place::kLabels ? kMaxLabelValue : kMaxAnnotation)) return !fatal_;
    labels().emplace(key_, std::move(value.text));
    return true;
  }
  bool is_text(const Scalar& value, std::size_t most = kMaxAnnotation) {
    const bool label = here() == Place::kLabels || here() == Place::kAnnotations;
    if (value.kind != Scalar::Kind::kText)
      return complain(place(), label ? "have a value that is no text" : "must be text") && false;
    if (value.text.size() > most)
      return too_large(place(), (label ? "have a value longer than " : "is longer than ") +
                                    std::to_string(most) + " bytes");
    if (value.text.find('\0') != std::string::npos)
      return complain(place(), label ? "have a value with a zero byte" : "holds a zero byte") && false;
    return true;
  }

  bool status(std::string_view word) {
    has_status_ = true;
    if (word == "resolved") alert().status = AlertStatus::kResolved;
    return word == "resolved" || word == "firing" || complain(place(), "is neither firing nor resolved");
  }
  bool starts_at(std::string_view text) {
    has_start_ = true;
    const std::optional<WallTime> when = parse_rfc3339(text);
    if (when) alert().starts_at = *when;
    return when || complain(place(), "is no RFC 3339 time from 1970 to 2199");
  }
  bool ends_at(std::string_view text) {
    if (is_zero_time(text)) return true;
    alert().ends_at = parse_rfc3339(text);
    return alert().ends_at || complain(place(), "is no RFC 3339 time from 1970 to 2199");
  }
  bool fingerprint(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
    const bool fits = text.size() == 16 && std::all_of(text.begin(), text.end(), is_hex);
    alert().fingerprint = std::move(text);
    return fits || complain(place(), "is not 16 hex digits");
  }

  std::vector<Place> places_;
  std::string key_;
  std::set<std::string> keys_of_message_, keys_of_alert_;
  std::optional<std::string> version_;
  bool has_alerts_ = false, has_status_ = false, has_start_ = false;
  std::size_t items_ = 0, item_ = 0;  ///< of `alerts`: begun, and the one being read
  WebhookMessage message_;
  std::optional<Error> complaint_, fatal_;
};

}  // namespace

std::string_view Alert::label(std::string_view name) const {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

Result<WebhookMessage> parse_webhook(std::string_view body) {
  if (body.empty()) return Error{ErrorCode::kBadReply, "the message is empty"};
  // The parser takes a zero byte for the end, and would not see what follows.
  if (const std::size_t zero = body.find('\0'); zero != std::string_view::npos)
    return Error{ErrorCode::kBadReply, "the message is no valid JSON at byte " + std::to_string(zero)};
  try {
    Reader reader;
    const bool complete = nlohmann::json::sax_parse(body, &reader);
    return std::move(reader).finish(complete);
  } catch (const std::exception&) {  // out of memory, or a bug of the library: the daemon goes on
    return Error{ErrorCode::kTooLarge, "the message cannot be read"};
  }
}

}  // namespace xenha::hooks
