#include "lib/http/send.h"

#include <optional>
#include <utility>

namespace xenha::http {

Result<Response> send(Transport& transport, Request request) {
  // The transport itself keeps the deadline; the second on top only guards against one that does not.
  const SteadyTime give_up = request.deadline + std::chrono::seconds(1);
  const SystemClock clock;
  std::optional<Result<Response>> answer;
  const RequestId id =
      transport.start(std::move(request), [&answer](Result<Response> got) { answer = std::move(got); });
  do {
    transport.poll(give_up);
  } while (!answer && clock.steady() < give_up);
  if (answer) return *std::move(answer);
  transport.cancel(id);
  return Error{ErrorCode::kTimeout, "no answer before the deadline"};
}

}  // namespace xenha::http
