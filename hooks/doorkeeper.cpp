#include "hooks/doorkeeper.h"

#include "lib/web/auth.h"

namespace xenha::hooks {
namespace {

/// What stands behind "Bearer "; empty when the header is none.
std::string bearer_of(const web::Request& request) {
  const std::string header = request.header("authorization").value_or("");
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i)
    if ((header[i] | 0x20) != (kScheme[i] | 0x20)) return {};
  return header.substr(kScheme.size());
}

bool opens(const std::optional<Token>& token, const std::string& given) {
  return token && !given.empty() && web::equal_in_constant_time(token->text.reveal(), given);
}

/// A file that was rewritten counts from now on; one that cannot be read leaves what was.
void renew(std::optional<Token>& token) {
  if (!token || !token->changed_since_read()) return;
  if (Result<Token> again = token->read_again(); again && !again->text.empty()) token = *std::move(again);
}

web::Reply unauthorized() {
  web::Reply reply =
      web::Reply::text(401, "This needs a token that the daemon knows: Authorization: Bearer ...");
  reply.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"xenha-hooks\"");
  return reply;
}

}  // namespace

void Doorkeeper::set(const HooksConfig& config) {
  const std::lock_guard lock(mutex_);
  bearer_ = config.bearer_token;
  operator_ = config.operator_token;
  alerts_open_ = !config.authenticates();
  show_open_ = alerts_open_ && !config.operator_token;
}

std::optional<web::Reply> Doorkeeper::refuse(Door door, const web::Request& request) {
  const std::lock_guard lock(mutex_);
  renew(bearer_);
  renew(operator_);
  const std::string given = bearer_of(request);
  const bool by_bearer = opens(bearer_, given), by_operator = opens(operator_, given);
  if (door == Door::kOperate) {
    if (by_operator) return std::nullopt;
    if (!operator_)
      return web::Reply::text(
          403, "No operator token is configured: set hooks.operator_token_file to pause, resume or clear.");
    if (by_bearer)
      return web::Reply::text(403, "The webhook's token does not open this; it takes the operator's.");
    return unauthorized();
  }
  if (by_bearer || request.authenticated) return std::nullopt;
  if (by_operator) {
    if (door == Door::kShow) return std::nullopt;
    return web::Reply::text(403, "The operator's token does not open this; alerts come with the webhook's.");
  }
  const bool open = door == Door::kAlerts ? alerts_open_ : show_open_;
  if (open && given.empty() && request.peer_is_loopback) return std::nullopt;
  return unauthorized();
}

}  // namespace xenha::hooks
