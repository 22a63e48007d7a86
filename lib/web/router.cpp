#include "lib/web/router.h"

#include <exception>

#include "lib/base/log.h"

namespace xenha::web {
namespace {

Reply method_not_allowed(const std::map<std::string, Handler>& methods) {
  std::string allowed;
  for (const auto& [method, handler] : methods) {
    allowed += (allowed.empty() ? "" : ", ") + method;
    if (method == "GET") allowed += ", HEAD";
  }
  Reply reply = Reply::text(405, "This address answers " + allowed + " only.");
  reply.headers.emplace_back("Allow", allowed);
  return reply;
}

Reply internal_error(const Request& request, const char* reason) noexcept {
  log::error("request failed", {{"path", request.path}, {"reason", reason}});
  return Reply::text(500, "The request failed inside the program; its log tells more.");
}

}  // namespace

std::vector<std::string> Request::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : query)
    if (key == name) values.push_back(value);
  return values;
}

std::optional<std::string> Request::header(std::string_view lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

Reply Reply::text(int status, std::string sentence) {
  if (sentence.empty() || sentence.back() != '\n') sentence += '\n';
  return {.status = status, .body = std::move(sentence)};
}

Reply Reply::html(std::string page) {
  return {.content_type = "text/html; charset=utf-8", .body = std::move(page)};
}

Reply Reply::json(std::string document) {
  return {.content_type = "application/json", .body = std::move(document)};
}

void Router::on(std::string method, std::string path, Handler handler) {
  handlers_[std::move(path)][std::move(method)] = std::move(handler);
}

Reply Router::handle(const Request& request) const noexcept {
  try {
    const auto path = handlers_.find(request.path);
    if (path == handlers_.end()) return Reply::text(404, "Nothing lives at this address; / lists what does.");
    const auto handler = path->second.find(request.method == "HEAD" ? "GET" : request.method);
    if (handler == path->second.end()) return method_not_allowed(path->second);
    return handler->second(request);
  } catch (const std::exception& problem) {
    return internal_error(request, problem.what());
  } catch (...) {
    return internal_error(request, "unknown exception");
  }
}

}  // namespace xenha::web
