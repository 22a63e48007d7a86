#include "hooks/ctl/daemon.h"

#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "lib/http/send.h"

namespace xenha::ctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestAnswer = 32u << 20;

const config::Url& url_of(const Context& context, Daemon daemon) {
  return daemon == Daemon::kHooks ? context.config.hooks_url : context.config.exporter_url;
}

const char* name_of(Daemon daemon) {
  return daemon == Daemon::kHooks ? "xenha-hooks" : "xenha-exporter";
}

/// For the daemon's journal: who typed it. Nothing that a header cannot carry.
std::string user() {
  for (const char* name : {"SUDO_USER", "USER", "LOGNAME"}) {
    std::string text = std::getenv(name) == nullptr ? "" : std::getenv(name);
    std::erase_if(text, [](char c) { return c <= ' ' || c > '~'; });
    if (!text.empty()) return text.substr(0, 64);
  }
  return "uid " + std::to_string(getuid());
}

http::Request request_to(const DaemonLine& line, Daemon daemon, const std::string& target) {
  const Context& context = line.context;
  const config::Url& url = url_of(context, daemon);
  http::Request request;
  request.endpoint = std::make_shared<const http::Endpoint>(http::Endpoint{url.tls, url.host, url.port, {}});
  request.target = (url.path == "/" ? "" : url.path) + target;
  if (daemon == Daemon::kHooks && context.config.token)
    request.headers.push_back("Authorization: Bearer " + context.config.token->text.reveal());
  request.deadline = context.clock.steady() + line.patience;
  request.max_body = kLongestAnswer;
  return request;
}

Result<Json> answer_of(const DaemonLine& line, Daemon daemon, http::Request request) {
  const Context& context = line.context;
  const config::Url& url = url_of(context, daemon);
  const std::string from = std::string(name_of(daemon)) + " at " + url.host + ":" + std::to_string(url.port);
  const Result<http::Response> response = http::send(line.transport, std::move(request));
  if (!response) {
    Error error = response.error();
    error.message = std::string(name_of(daemon)) + ": " + error.message;
    return error;
  }
  Json json = Json::parse(response->body, nullptr, false);
  if (response->status == 200) {
    if (!json.is_discarded()) return json;
    return Error{ErrorCode::kBadReply, from + " answers something else than JSON: is the address right?"};
  }
  std::string sentence;
  if (json.is_object() && json.contains("error") && json["error"].is_string())
    sentence = json["error"].get<std::string>();
  const std::string status = std::to_string(response->status);
  return Error{
      response->status == 401 || response->status == 403 ? ErrorCode::kAuth : ErrorCode::kRemoteFault,
      from + " answers " + status + (sentence.empty() ? "" : ": " + sentence), status};
}

}  // namespace

Result<Json> get(const DaemonLine& line, Daemon daemon, const std::string& target) {
  http::Request request = request_to(line, daemon, target);
  request.method = http::Request::Method::kGet;
  request.may_repeat = true;
  return answer_of(line, daemon, std::move(request));
}

Result<Json> post(const DaemonLine& line, Daemon daemon, const std::string& target, const Json& body) {
  http::Request request = request_to(line, daemon, target);
  request.headers.push_back("Content-Type: application/json");
  request.headers.push_back("X-Xenha-User: " + user());
  request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return answer_of(line, daemon, std::move(request));
}

std::string percent_encoded(const std::string& text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || c == '-' || c == '_' || c == '.';
    if (plain)
      out += c;
    else
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

ExitCode fail(const Context& context, Daemon daemon, const Error& error) {
  const char* key = daemon == Daemon::kHooks ? "ctl.hooks_url" : "ctl.exporter_url";
  if (error.code == ErrorCode::kAuth)
    return fail(context, ExitCode::kRefused,
                error.message + (daemon == Daemon::kHooks
                                     ? "; ctl.token_file must name the file of hooks.operator_token_file"
                                     : "; xenhactl has no login for it"));
  if (error.code == ErrorCode::kRemoteFault && error.remote_code != "503")
    return fail(context, ExitCode::kRefused, error.message);
  return fail(
      context, ExitCode::kUnreachable,
      error.message + "; does it run (systemctl status " + name_of(daemon) + "), and is " + key + " right?");
}

}  // namespace xenha::ctl
