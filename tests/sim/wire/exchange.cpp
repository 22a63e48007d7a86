#include "tests/sim/wire/connection.h"

namespace xenha::sim {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorised";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Error";
    case 501:
      return "Method not implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

std::shared_ptr<Connection> PendingExchange::claim() {
  if (done_) return nullptr;
  done_ = true;
  on_close_ = nullptr;
  return connection_.lock();
}

void PendingExchange::respond(int status, std::string_view content_type, std::string body,
                              const Headers& extra) {
  const std::shared_ptr<Connection> connection = claim();
  if (!connection) return;
  std::string head = connection->http_1_0() ? "HTTP/1.0 " : "HTTP/1.1 ";
  head.append(std::to_string(status)).append(" ").append(reason_phrase(status));
  head.append("\r\ncontent-length: ").append(std::to_string(body.size()));
  head.append("\r\nconnection: ").append(connection->keep_alive() ? "keep-alive" : "close");
  head.append("\r\ncache-control: no-cache, no-store");
  if (!content_type.empty()) head.append("\r\ncontent-type: ").append(content_type);
  for (const auto& [name, value] : extra) head.append("\r\n").append(name).append(": ").append(value);
  head.append("\r\n\r\n");
  if (request_.method == "HEAD") body.clear();
  connection->answer(std::move(head), std::move(body), Connection::BodyEnd::kContentLength);
}

void PendingExchange::respond_close_delimited(std::string_view content_type, std::string body) {
  const std::shared_ptr<Connection> connection = claim();
  if (!connection) return;
  std::string head = connection->http_1_0() ? "HTTP/1.0 200 OK" : "HTTP/1.1 200 OK";
  head.append("\r\nconnection: close\r\ncache-control: no-cache, no-store");
  if (!content_type.empty()) head.append("\r\ncontent-type: ").append(content_type);
  head.append("\r\n\r\n");
  connection->answer(std::move(head), std::move(body), Connection::BodyEnd::kClose);
}

void PendingExchange::abort() {
  if (const std::shared_ptr<Connection> connection = claim()) connection->reset();
}

void PendingExchange::connection_gone() {
  if (done_) return;
  done_ = true;
  const auto callback = std::move(on_close_);
  on_close_ = nullptr;
  if (callback) callback();
}

}  // namespace xenha::sim
