#include "lib/xapi_enable/enable_ha.h"

namespace xenha::xapi {
namespace {

constexpr std::chrono::seconds kLeastTimeout{10};

TaskState::Status status_of(std::string_view word) {
  if (word == "success") return TaskState::Status::kSuccess;
  if (word == "failure") return TaskState::Status::kFailure;
  if (word == "cancelled") return TaskState::Status::kCancelled;
  return TaskState::Status::kPending;  // "cancelling" too: it still runs
}

}  // namespace

Result<std::string> start_enable_ha(Session& actor, const std::string& sr_ref, std::chrono::seconds timeout,
                                    SteadyTime deadline) {
  if (is_null_ref(sr_ref)) return Error{ErrorCode::kBadConfig, "no heartbeat SR: XenServer would choose one"};
  if (timeout < kLeastTimeout) return Error{ErrorCode::kBadConfig, "an HA timeout below 10 s"};
  const std::vector<std::pair<std::string, std::string>> configuration{
      {"timeout", std::to_string(timeout.count())}};
  Result<Reply> reply =
      actor.call("Async.pool.enable_ha", {std::vector<std::string>{sr_ref}, configuration}, deadline, false);
  if (!reply) return reply.error();
  std::string task(reply->answer.value->text().value_or(""));
  if (is_null_ref(task)) return Error{ErrorCode::kBadReply, "Async.pool.enable_ha gave no task"};
  return task;
}

Result<TaskState> read_task(Session& session, const std::string& task, SteadyTime deadline) {
  Result<Reply> reply = session.call("task.get_record", {task}, deadline);
  if (!reply) return reply.error();
  const Value& record = *reply->answer.value;
  const Value* status = record.find("status");
  if (status == nullptr || !status->text()) return Error{ErrorCode::kBadReply, "the task has no status"};
  TaskState state{.status = status_of(*status->text())};
  if (const Value* progress = record.find("progress")) state.progress = progress->real().value_or(0);
  if (const Value* info = record.find("error_info"))
    for (const Value& item : info->items) {
      std::string text(item.text().value_or(""));
      if (&item == info->items.data())
        state.error_code = std::move(text);
      else
        state.error_args.push_back(std::move(text));
    }
  return state;
}

void destroy_task(Session& session, const std::string& task, SteadyTime deadline) {
  static_cast<void>(session.call("task.destroy", {task}, deadline));
}

}  // namespace xenha::xapi
