#include "exporter/poll/event_follower.h"

#include <algorithm>

#include "lib/base/log.h"
#include "lib/xapi/record_reader.h"

namespace xenha::exporter {
namespace {

/// A pool with thousands of VMs answers its first event.from with tens of megabytes.
constexpr xapi::Limits kStreamLimits{.text_bytes = 512u << 20, .string_bytes = 4u << 20, .values = 32u << 20};
constexpr std::chrono::seconds kFullReadingMayTake{120};

}  // namespace

EventFollower::EventFollower(PoolContext& context, EventListener& listener)
    : context_(context),
      listener_(listener),
      slot_(context.client),
      class_reader_(context.client, [&context] { return context.deadline(); }) {}

void EventFollower::follow(const std::string& address) {
  if (logging_in_ && (stopping_ || address_ != address)) {
    // The login's session must be known before it can be given back.
    stopping_ = true;
    next_address_ = address;
    return;
  }
  if (address_ == address) return;
  if (!address_.empty()) stop();
  address_ = address;
  stopping_ = false;
  failures_ = 0;
  relogged_in_ = false;
  bad_classes_.clear();
  retry_at_.reset();
  log_in();
}

void EventFollower::stop() {
  stopping_ = true;
  next_address_.clear();
  retry_at_.reset();
  class_reader_.cancel();
  if (!logging_in_) slot_.cancel();
  if (!session_.empty()) listener_.discard(address_, session_, false);
  session_.clear();
  token_.clear();
  if (!logging_in_) address_.clear();
}

SteadyTime EventFollower::tick(SteadyTime now) {
  SteadyTime next = now + std::chrono::hours(1);
  if (stopping_ || address_.empty()) return next;
  if (retry_at_) {
    if (now < *retry_at_) return *retry_at_;
    retry_at_.reset();
    session_.empty() ? log_in() : ask();
  }
  if (!bad_classes_.empty() && !session_.empty() && !class_reader_.busy()) {
    if (now < bad_classes_at_) return std::min(next, bad_classes_at_);
    bad_classes_at_ = now + kBadClassEvery;
    class_reader_.read(endpoint_of(context_.config, address_), session_,
                       {bad_classes_.begin(), bad_classes_.end()}, db_,
                       [this](const xapi::ClassReader::Outcome& outcome) {
                         if (outcome.error) return;
                         for (const std::string& name : bad_classes_) xapi::copy_class(db_, outcome.db, name);
                         listener_.on_records(false);
                       });
  }
  return next;
}

void EventFollower::log_in() {
  const SteadyTime now = context_.clock.steady();
  if (context_.login_gate.ask(now) != CredentialGate::Answer::kGo) return retry_later(false);
  token_.clear();  // a token lives exactly as long as its session
  logging_in_ = true;
  const Credential& login = context_.config.login;
  slot_.call(
      {.endpoint = endpoint_of(context_.config, address_),
       .method = "session.login_with_password",
       .params = {login.username, login.password.reveal(), std::string("1.0"), std::string(kOriginator)},
       .deadline = context_.login_deadline(context_.login_gate)},
      [this](Result<xapi::Reply> reply) {
        logging_in_ = false;
        if (!reply) {
          if (reply.error().code == ErrorCode::kAuth) {
            context_.login_gate.refused(context_.clock.steady());
            listener_.on_refused_password(address_, context_.config.login.username);
          }
          return stopping_ ? stopped() : failed(reply.error());
        }
        context_.login_gate.accepted();
        session_ = std::string(reply->answer.value->text().value_or(""));
        if (stopping_) {
          listener_.discard(address_, session_, false);
          session_.clear();
          return stopped();
        }
        ask();
      });
}

void EventFollower::stopped() {
  address_.clear();
  const std::string next = std::exchange(next_address_, {});
  if (!next.empty()) follow(next);
}

std::vector<std::string> EventFollower::class_names() const {
  std::vector<std::string> names;
  for (const xapi::FollowedClass& followed : xapi::followed_classes()) {
    if (!bad_classes_.contains(followed.event)) names.emplace_back(followed.event);
  }
  return names;
}

void EventFollower::ask() {
  const SteadyTime now = context_.clock.steady();
  if (now >= read_anew_at_ && !token_.empty()) {
    token_.clear();
    bad_classes_.clear();
  }
  const bool full = token_.empty();
  // The server answers within its own time-out, late only when the line is dead.
  const Duration patience =
      full ? Duration(kFullReadingMayTake)
           : std::chrono::duration_cast<Duration>(std::chrono::duration<double>(kPollSeconds)) +
                 context_.settings.request_timeout;
  slot_.call({.endpoint = endpoint_of(context_.config, address_),
              .method = "event.from",
              .params = {session_, class_names(), token_, kPollSeconds},
              .deadline = now + patience,
              .limits = kStreamLimits,
              .keep = xapi::keep_followed()},
             [this](Result<xapi::Reply> reply) {
               if (!reply) return failed(reply.error());
               take(reply->answer);
             });
}

void EventFollower::take(const xapi::Answer& answer) {
  const bool full = token_.empty();
  const xapi::Value* token = answer.value->find("token");
  if (token == nullptr || !token->text())
    return failed({ErrorCode::kBadReply, "event.from answered without a token"});
  failures_ = 0;
  relogged_in_ = false;
  fresh_ = {};
  const bool changed = apply(*answer.value, full);
  if (!counts_agree(*answer.value)) {
    // Deletions older than the server's list are dropped silently (reference 6.3).
    if (full) return failed({ErrorCode::kBadReply, "event.from contradicts its own valid_ref_counts"});
    log::debug("records were lost between two event.from calls, reading anew",
               {{"pool", context_.config.name}});
    token_.clear();
    return ask();
  }
  token_ = std::string(*token->text());
  if (full) {
    std::uniform_int_distribution<int> jitter(0, 120);
    read_anew_at_ = context_.clock.steady() + kReadAnewEvery + std::chrono::seconds(jitter(random_));
    complete_ = true;
  }
  listener_.on_master_answered();
  if (changed || full) listener_.on_records(full);
  if (!stopping_ && !session_.empty() && !slot_.busy()) ask();
}

/// Puts the answer's events into the copy, for a full reading into a fresh one that then replaces it.
bool EventFollower::apply(const xapi::Value& answer, bool full) {
  const xapi::Value* events = answer.find("events");
  if (events == nullptr) return false;
  model::PoolDb& target = full ? fresh_ : db_;
  bool changed = false;
  for (const xapi::Value& event : events->items) {
    const xapi::Value* event_class = event.find("class");
    const xapi::Value* operation = event.find("operation");
    const xapi::Value* ref = event.find("ref");
    if (event_class == nullptr || operation == nullptr || ref == nullptr) continue;
    const std::string_view class_name = event_class->text().value_or("");
    const std::string_view reference = ref->text().value_or("");
    if (operation->text() == "del") {
      xapi::drop_record(target, class_name, reference);
      changed = true;
    } else if (const xapi::Value* snapshot = event.find("snapshot")) {
      changed |= xapi::put_record(target, class_name, reference, *snapshot);
    }
  }
  if (!full) return changed;
  for (const std::string& name : bad_classes_) xapi::copy_class(fresh_, db_, name);
  std::swap(db_, fresh_);
  fresh_ = {};
  return true;
}

bool EventFollower::counts_agree(const xapi::Value& answer) {
  const xapi::Value* counts = answer.find("valid_ref_counts");
  if (counts == nullptr) return true;
  for (const xapi::Member& member : counts->members) {
    if (xapi::followed_class(member.name) == nullptr || bad_classes_.contains(member.name)) continue;
    const std::optional<std::int64_t> count = member.value.integer();
    if (count && static_cast<std::size_t>(*count) != xapi::record_count(db_, member.name)) return false;
  }
  return true;
}

void EventFollower::failed(const Error& error) {
  if (stopping_) return;
  ++failures_;
  if (error.remote_code == "EVENT_FROM_TOKEN_PARSE_FAILURE" && !token_.empty()) {
    token_.clear();
    return retry_later(true);
  }
  if (error.remote_code == "SESSION_INVALID") {
    session_.clear();
    const bool first = !std::exchange(relogged_in_, true);
    if (!first) listener_.on_stream_failed(error);
    return retry_later(first);
  }
  if (error.code == ErrorCode::kBadReply && !session_.empty() && !class_reader_.busy()) {
    return find_bad_classes();
  }
  if (error.code != ErrorCode::kBadReply && error.code != ErrorCode::kTooLarge) {
    // The session may live on behind a broken line: it is given back when somebody answers there.
    if (!session_.empty()) listener_.discard(address_, session_, false);
    session_.clear();
  }
  token_.clear();
  listener_.on_stream_failed(error);
  retry_later(false);
}

/// One unescaped key makes the whole answer malformed: which class is it in?
void EventFollower::find_bad_classes() {
  class_reader_.read(
      endpoint_of(context_.config, address_), session_, class_names(), db_,
      [this](xapi::ClassReader::Outcome outcome) {
        if (stopping_) return;
        if (outcome.error) return failed(*outcome.error);
        bool found = false;
        for (const std::string& name : outcome.broken) found |= bad_classes_.insert(name).second;
        if (!found) {
          // Every class parses on its own: the answer was broken on its way.
          token_.clear();
          listener_.on_stream_failed({ErrorCode::kBadReply, "event.from gave an answer that does not parse"});
          return retry_later(false);
        }
        for (const std::string& name : bad_classes_) {
          log::warn(
              "records of a class cannot be parsed, most likely because of a key with & or < in an "
              "other_config; reading it field by field",
              {{"pool", context_.config.name}, {"class", name}});
        }
        db_ = std::move(outcome.db);
        complete_ = true;
        bad_classes_at_ = context_.clock.steady() + kBadClassEvery;
        read_anew_at_ = context_.clock.steady() + kReadAnewEvery;
        token_.clear();
        listener_.on_master_answered();
        listener_.on_records(true);
        ask();
      });
}

void EventFollower::retry_later(bool at_once) {
  Duration wait{};
  if (!at_once) {
    const int doublings = std::min(failures_, 5);
    std::uniform_real_distribution<double> jitter(0.75, 1.25);
    wait = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>((1 << doublings) * jitter(random_)));
  }
  retry_at_ = context_.clock.steady() + wait;
}

}  // namespace xenha::exporter
