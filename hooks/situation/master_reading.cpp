#include "hooks/situation/master_reading.h"

#include <list>

#include "lib/xapi/class_reader.h"

namespace xenha::hooks {
namespace {

/// A pool has thousands of VDIs, and HA two.
constexpr const char* kHaDisks = R"((field "type" = "ha_statefile") or (field "type" = "redo_log"))";

std::string words(const std::string& event_class) {
  const xapi::FollowedClass* followed = xapi::followed_class(event_class);
  return std::string(followed == nullptr ? event_class : followed->name) + " records";
}

bool silent(const Error& error) {
  return error.code == ErrorCode::kTimeout || error.code == ErrorCode::kUnreachable;
}

std::optional<Error> error_of(const xapi::ClassReader::Outcome& outcome) {
  if (outcome.error) return outcome.error;
  if (!outcome.unread.empty()) return outcome.unread.front().second;
  return std::nullopt;
}

xapi::ClassReader::Outcome read_class(const PoolAccess& access, xapi::ClassReader& reader,
                                      const OpenSession& session, const std::string& event_class) {
  std::optional<xapi::ClassReader::Outcome> outcome;
  const auto done = [&outcome](xapi::ClassReader::Outcome got) { outcome = std::move(got); };
  if (event_class == "vdi")
    reader.read_where(session.endpoint(), session.ref(), event_class, kHaDisks, done);
  else
    reader.read(session.endpoint(), session.ref(), {event_class}, {}, done);
  while (!outcome && !access.over()) access.line.transport.poll(access.deadline);
  if (outcome) return *std::move(outcome);
  reader.cancel();
  xapi::ClassReader::Outcome late;
  late.error = Error{ErrorCode::kTimeout, "no time was left to read it"};
  return late;
}

}  // namespace

MasterWord read_master(const PoolAccess& access, const OpenSession& session,
                       const std::vector<std::string>& classes) {
  MasterWord out;
  out.asked = access.line.clock.wall();
  xapi::ClassReader reader(access.line.client, [&access] { return access.call_deadline(); });
  std::optional<std::string> gave_up;
  for (const std::string& event_class : classes) {
    if (gave_up) {
      out.failed.push_back(words(event_class) + ": not asked after that");
      continue;
    }
    const xapi::ClassReader::Outcome outcome = read_class(access, reader, session, event_class);
    if (const std::optional<Error> error = error_of(outcome)) {
      out.failed.push_back(words(event_class) + ": " + error->message);
      if (silent(*error) || error->remote_code == "SESSION_INVALID") gave_up = event_class;
      continue;
    }
    xapi::copy_class(out.db, outcome.db, event_class);
    out.read.insert(event_class);
  }
  return out;
}

std::map<model::Ref, Duration> read_clocks(const PoolAccess& access, const OpenSession& session,
                                           const std::vector<model::Ref>& hosts) {
  constexpr std::chrono::milliseconds kHalfASecond{500};  // servertime has whole seconds, cut off
  std::map<model::Ref, Duration> out;
  std::list<xapi::CallSlot> calls;
  int open = 0;
  for (const model::Ref& host : hosts) {
    ++open;
    const WallTime sent = access.line.clock.wall();
    calls.emplace_back(access.line.client)
        .call({.endpoint = session.endpoint(),
               .method = "host.get_servertime",
               .params = {session.ref(), host},
               .deadline = access.call_deadline()},
              [&, host, sent](const Result<xapi::Reply>& reply) {
                --open;
                const std::optional<WallTime> told = reply ? reply->answer.value->time() : std::nullopt;
                const WallTime answered = access.line.clock.wall();
                if (told) out[host] = *told + kHalfASecond - (sent + (answered - sent) / 2);
              });
  }
  while (open > 0 && !access.over()) access.line.transport.poll(access.deadline);
  return out;
}

}  // namespace xenha::hooks
