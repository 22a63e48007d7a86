// The two ways in which a call that changes something is sent: waited for, or as a task.
#pragma once

#include <string>
#include <string_view>

#include "lib/xapi/ask.h"

namespace xenha::xapi {

inline Status write(Session& session, std::string_view method, Params params, SteadyTime deadline) {
  Result<Reply> reply = session.call(method, std::move(params), deadline, false);
  if (!reply) return reply.error();
  return Nothing{};
}

/// `method` is an Async form: the task's reference.
inline Result<std::string> start_task(Session& session, std::string_view method, Params params,
                                      SteadyTime deadline) {
  Result<Reply> reply = session.call(method, std::move(params), deadline, false);
  if (!reply) return reply.error();
  std::string task(reply->answer.value->text().value_or(""));
  if (is_null_ref(task)) return Error{ErrorCode::kBadReply, std::string(method) + " gave no task"};
  return task;
}

}  // namespace xenha::xapi
