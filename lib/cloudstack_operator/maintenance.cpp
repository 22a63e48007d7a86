#include "lib/cloudstack_operator/maintenance.h"

#include <array>
#include <optional>
#include <utility>

#include "lib/cloudstack/fault_text.h"
#include "lib/cloudstack_operator/operator_commands.h"

namespace xenha::cloudstack {
namespace {

constexpr std::array<std::string_view, 1> kBegun{"jobid"};
constexpr std::array<std::string_view, 3> kJob{"jobid", "jobstatus", "jobresult"};
constexpr std::array<std::string_view, 2> kFailure{"errorcode", "errortext"};
constexpr std::size_t kMaxBody = 4u << 20;  ///< a job's result holds the host's whole record
/// A silent transport cannot be told from a stuck one until well after the deadline.
constexpr Duration kGrace = std::chrono::seconds(5);

std::string words_of_failure(const Page& page) {
  const Row* result = page.rows.empty() ? nullptr : &page.rows.front();
  std::string text = result != nullptr ? result->text("errortext") : page.own.text("jobresult");
  text = clean_text(text, {});
  if (!text.empty()) return text;
  const std::string code = result != nullptr ? result->text("errorcode") : "";
  return code.empty() ? "CloudStack gives no reason" : "error " + code;
}

}  // namespace

Maintenance::Maintenance(http::Transport& transport, const Clock& clock, Server server, Duration timeout)
    : transport_(transport),
      clock_(clock),
      timeout_(timeout),
      client_(transport, clock, std::move(server), {}, kOperatorCommands) {}

Result<Page> Maintenance::ask(Question question) {
  question.timeout = timeout_;
  question.max_rows = 1;
  question.max_body = kMaxBody;
  const std::string command(question.command);
  std::optional<Result<Page>> answer;
  const SteadyTime until = clock_.steady() + timeout_ + timeout_ + kGrace;  // it may be asked twice
  client_.ask(std::move(question), [&answer](Result<Page> page) { answer = std::move(page); });
  while (!answer && clock_.steady() < until) transport_.poll(until);
  if (!answer) {
    client_.cancel();
    return Error{ErrorCode::kTimeout, command + ": no answer"};
  }
  return *std::move(answer);
}

Result<std::string> Maintenance::begin(std::string_view command, const std::string& host_id) {
  Question question;
  question.command = command;
  question.params = {{"id", host_id}};
  question.wanted = {.array = {}, .fields = {}, .own_fields = kBegun};
  question.may_repeat = false;
  Result<Page> page = ask(std::move(question));
  if (!page) return page.error();
  std::string job = page->own.text("jobid");
  if (job.empty()) return Error{ErrorCode::kBadReply, std::string(command) + ": the answer names no job"};
  return job;
}

Result<std::string> Maintenance::prepare(const std::string& host_id) {
  return begin("prepareHostForMaintenance", host_id);
}

Result<std::string> Maintenance::cancel(const std::string& host_id) {
  return begin("cancelHostMaintenance", host_id);
}

Result<JobState> Maintenance::job(const std::string& job_id) {
  Question question;
  question.command = "queryAsyncJobResult";
  question.params = {{"jobid", job_id}};
  question.wanted = {.array = "jobresult", .fields = kFailure, .own_fields = kJob};
  Result<Page> page = ask(std::move(question));
  if (!page) return page.error();
  const std::optional<int> status = page->own.integer("jobstatus");
  if (!status) return Error{ErrorCode::kBadReply, "queryAsyncJobResult: the answer has no jobstatus"};
  if (*status == 0) return JobState{};
  if (*status == 1) return JobState{JobState::Status::kSuccess, {}};
  return JobState{JobState::Status::kFailure, words_of_failure(*page)};  // failed, or cancelled
}

}  // namespace xenha::cloudstack
