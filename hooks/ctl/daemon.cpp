#include "hooks/ctl/daemon.h"

#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "lib/http/base64.h"
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

const char* key_of(Daemon daemon) {
  return daemon == Daemon::kHooks ? "ctl.hooks_url" : "ctl.exporter_url";
}

/// For the daemon's journal: who typed it. Nothing that a header cannot carry.
std::string user() {
  for (const char* name : {"SUDO_USER", "USER", "LOGNAME"}) {
    const char* value = std::getenv(name);
    std::string text = value == nullptr ? "" : value;
    std::erase_if(text, [](char c) { return c <= ' ' || c > '~'; });
    if (!text.empty()) return text.substr(0, 64);
  }
  return "uid " + std::to_string(getuid());
}

/// xenha-hooks takes everything with its token, and pause, resume and clear with nothing else: no password
/// goes where it opens nothing.
std::optional<std::string> authorization(const CtlConfig& config, Daemon daemon,
                                         http::Request::Method method) {
  if (daemon == Daemon::kHooks && config.token) return "Bearer " + config.token->text.reveal();
  if (!config.login || method != http::Request::Method::kGet) return std::nullopt;
  return "Basic " + http::base64(config.login->username + ":" + config.login->password.reveal());
}

http::Request request_to(const DaemonLine& line, Daemon daemon, http::Request::Method method,
                         const std::string& target) {
  const Context& context = line.context;
  const config::Url& url = url_of(context, daemon);
  http::Request request;
  request.endpoint = std::make_shared<const http::Endpoint>(http::Endpoint{
      url.tls, url.host, url.port, url.tls ? context.config.daemons_policy : http::TlsPolicy{}});
  request.target = (url.path == "/" ? "" : url.path) + target;
  request.method = method;
  if (const std::optional<std::string> shown = authorization(context.config, daemon, method))
    request.headers.push_back("Authorization: " + *shown);
  request.deadline = context.clock.steady() + line.patience;
  request.max_body = kLongestAnswer;
  return request;
}

std::string login_advice(const CtlConfig& config, Daemon daemon, http::Request::Method method) {
  const std::string login =
      config.login
          ? "ctl.username and its password must be those of a user in basic_auth_users of its web config"
          : "write ctl.username and ctl.password_file, of a user in basic_auth_users of its web config";
  if (daemon == Daemon::kExporter) return login;
  const std::string token = "ctl.token_file must name the file of hooks.operator_token_file";
  const bool login_was_sent = config.login && !config.token && method == http::Request::Method::kGet;
  return login_was_sent ? login + ", or " + token : token;
}

Result<Json> answer_of(const DaemonLine& line, Daemon daemon, http::Request request) {
  const Context& context = line.context;
  const config::Url& url = url_of(context, daemon);
  const std::string from = std::string(name_of(daemon)) + " at " + url.host + ":" + std::to_string(url.port);
  const http::Request::Method method = request.method;
  const Result<http::Response> response = http::send(line.transport, std::move(request));
  if (!response) {
    Error error = response.error();
    error.message = std::string(name_of(daemon)) + ": " + error.message;
    if (error.code == ErrorCode::kTls)
      error.message += ". For our daemons that is ctl.tls in the config file; nothing was sent";
    if (error.code == ErrorCode::kBadReply)
      error.message += std::string("; is ") + key_of(daemon) + " right?";
    return error;
  }
  Json json = Json::parse(response->body, nullptr, false);
  if (response->status == 200) {
    if (!json.is_discarded()) return json;
    return Error{ErrorCode::kBadReply,
                 from + " answers something else than JSON; is " + key_of(daemon) + " right?"};
  }
  std::string sentence;
  if (json.is_object() && json.contains("error") && json["error"].is_string())
    sentence = json["error"].get<std::string>();
  const std::string status = std::to_string(response->status);
  const std::string said = from + " answers " + status + (sentence.empty() ? "" : ": " + sentence);
  if (response->status == 401 || response->status == 403)
    return Error{ErrorCode::kAuth, said + "; " + login_advice(context.config, daemon, method), status};
  if (response->status >= 300 && response->status < 400)
    return Error{ErrorCode::kRemoteFault,
                 said + ", a redirect, which is never followed; is " + key_of(daemon) + " right?", status};
  return Error{ErrorCode::kRemoteFault, said, status};
}

}  // namespace

Result<Json> get(const DaemonLine& line, Daemon daemon, const std::string& target) {
  http::Request request = request_to(line, daemon, http::Request::Method::kGet, target);
  request.may_repeat = true;
  return answer_of(line, daemon, std::move(request));
}

Result<Json> post(const DaemonLine& line, Daemon daemon, const std::string& target, const Json& body) {
  http::Request request = request_to(line, daemon, http::Request::Method::kPost, target);
  request.headers.emplace_back("Content-Type: application/json");
  request.headers.emplace_back("X-Xenha-User: " + user());
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

bool says_what_to_correct(const Error& error) {
  const bool redirect = error.code == ErrorCode::kRemoteFault && error.remote_code.starts_with("3");
  return error.code == ErrorCode::kTls || error.code == ErrorCode::kBadReply ||
         error.code == ErrorCode::kAuth || redirect;
}

std::string how_to_reach(Daemon daemon) {
  return std::string("Start ") + name_of(daemon) + ", or correct " + key_of(daemon) + ".";
}

ExitCode fail(const Context& context, Daemon daemon, const Error& error) {
  if (error.code == ErrorCode::kAuth || (error.code == ErrorCode::kRemoteFault && error.remote_code != "503"))
    return fail(context, ExitCode::kRefused, error.message);
  if (says_what_to_correct(error)) return fail(context, ExitCode::kUnreachable, error.message);
  // With TLS 1.3 a server refuses the client's certificate, or that there is none, by closing the connection.
  const char* also = url_of(context, daemon).tls
                         ? "? Does it want a client certificate (ctl.tls.client_cert_file)?"
                         : " (https where it has a certificate)?";
  return fail(context, ExitCode::kUnreachable,
              error.message + "; does it run (systemctl status " + name_of(daemon) + "), and is " +
                  key_of(daemon) + " right" + also);
}

}  // namespace xenha::ctl
