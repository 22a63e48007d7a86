#include "lib/xapi/class_reader.h"

#include <utility>

namespace xenha::xapi {
namespace {

/// VM: only those XenServer would restart are counted. VDI: only those of the heartbeat SRs are judged.
std::string filter_of(const FollowedClass& followed, const std::vector<std::string>& heartbeat_srs) {
  if (followed.event == "vm") {
    return R"((field "ha_restart_priority" = "restart") or (field "ha_restart_priority" = "best-effort"))";
  }
  std::string expression;
  for (const std::string& sr : heartbeat_srs) {
    if (sr.find_first_of("\"\\") != std::string::npos) continue;
    const std::string term = R"((field "SR" = ")" + sr + R"("))";
    if (!expression.empty()) expression.insert(0, "(").append(") or ");
    expression += term;
  }
  return expression.empty() ? R"(field "type" = "ha_statefile")" : expression;
}

Keep keep_of(const FollowedClass& followed) {
  return Keep::records({followed.event, followed.fields});
}

}  // namespace

void ClassReader::cancel() {
  slot_.cancel();
  busy_ = false;
  done_ = nullptr;
}

void ClassReader::read(std::shared_ptr<const http::Endpoint> endpoint, std::string session,
                       std::vector<std::string> classes, const model::PoolDb& known, Done done) {
  begin(std::move(endpoint), std::move(session), std::move(done));
  classes_ = std::move(classes);
  for (const auto& [ref, vdi] : known.vdis) {
    if (vdi.type == "ha_statefile" && !vdi.sr.empty()) heartbeat_srs_.push_back(vdi.sr);
  }
  next_class();
}

void ClassReader::read_where(std::shared_ptr<const http::Endpoint> endpoint, std::string session,
                             const std::string& event_class, const std::string& expression, Done done) {
  begin(std::move(endpoint), std::move(session), std::move(done));
  const FollowedClass* followed = followed_class(event_class);
  if (followed == nullptr) return finish(std::nullopt);
  filtered(*followed, expression);
}

void ClassReader::begin(std::shared_ptr<const http::Endpoint> endpoint, std::string session, Done done) {
  endpoint_ = std::move(endpoint);
  session_ = std::move(session);
  classes_.clear();
  done_ = std::move(done);
  outcome_ = {};
  busy_ = true;
  heartbeat_srs_.clear();
}

void ClassReader::finish(std::optional<Error> error) {
  outcome_.error = std::move(error);
  busy_ = false;
  const Done done = std::exchange(done_, nullptr);
  if (done) done(std::move(outcome_));
}

void ClassReader::ask(std::string method, Params params, Keep keep, Client::Done then) {
  method_ = std::move(method);
  params.insert(params.begin(), session_);
  slot_.call({.endpoint = endpoint_,
              .method = method_,
              .params = std::move(params),
              .deadline = deadline_(),
              .keep = std::move(keep)},
             std::move(then));
}

void ClassReader::next_class() {
  if (classes_.empty()) return finish(std::nullopt);
  const std::string name = std::exchange(classes_.back(), {});
  classes_.pop_back();
  const FollowedClass* followed = followed_class(name);
  if (followed == nullptr) return next_class();
  whole_class(*followed);
}

void ClassReader::whole_class(const FollowedClass& followed) {
  ask(std::string(followed.name) + ".get_all_records", {}, keep_of(followed),
      [this, &followed](Result<Reply> reply) {
        if (reply) {
          put_all_records(outcome_.db, followed.event, *reply->answer.value);
          return next_class();
        }
        if (reply.error().code != ErrorCode::kBadReply && reply.error().code != ErrorCode::kTooLarge) {
          return finish(reply.error());
        }
        outcome_.broken.emplace_back(followed.event);
        if (followed.event == "vm" || followed.event == "vdi")
          return filtered(followed, filter_of(followed, heartbeat_srs_));
        by_fields(followed);
      });
}

void ClassReader::filtered(const FollowedClass& followed, const std::string& expression) {
  ask(std::string(followed.name) + ".get_all_records_where", {expression}, keep_of(followed),
      [this, &followed](Result<Reply> reply) {
        if (reply) {
          put_all_records(outcome_.db, followed.event, *reply->answer.value);
        } else {
          // Not even these: what they would say stays unknown.
          outcome_.unread.emplace_back(followed.event, reply.error());
        }
        next_class();
      });
}

void ClassReader::by_fields(const FollowedClass& followed) {
  ask(std::string(followed.name) + ".get_all", {}, {}, [this, &followed](Result<Reply> reply) {
    if (!reply) return finish(reply.error());
    refs_.clear();
    for (const Value& item : reply->answer.value->items) {
      if (const auto text = item.text()) refs_.emplace_back(*text);
    }
    field_class_ = &followed;
    ref_ = 0;
    field_ = 0;
    next_field();
  });
}

void ClassReader::next_field() {
  if (ref_ == refs_.size()) return next_class();
  const std::string_view field = field_class_->fields[field_];
  ask(std::string(field_class_->name) + ".get_" + std::string(field), {refs_[ref_]}, {},
      [this, field](Result<Reply> reply) {
        if (reply) {
          put_field(outcome_.db, field_class_->event, refs_[ref_], field, *reply->answer.value);
        } else if (reply.error().code != ErrorCode::kBadReply &&
                   reply.error().code != ErrorCode::kRemoteFault) {
          return finish(reply.error());
        }
        // A field this release does not have, or the very map with the bad key: unknown.
        if (++field_ == field_class_->fields.size()) {
          field_ = 0;
          ++ref_;
        }
        next_field();
      });
}

}  // namespace xenha::xapi
