#include "tests/unit/web/http_client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <mutex>
#include <stdexcept>

#include "lib/base/handle.h"

namespace xenha::web::testing {

Connection::Connection(std::uint16_t port, const std::string& host)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  inet_pton(AF_INET, host.c_str(), &to.sin_addr);
  const timeval limit{.tv_sec = 20, .tv_usec = 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("connect failed");
}

Connection::~Connection() {
  close(fd_);
}

void Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string Connection::receive(std::size_t most) {
  std::string bytes(most, '\0');
  const ssize_t got = recv(fd_, bytes.data(), bytes.size(), 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::string Connection::receive_all() {
  std::string all;
  for (std::string piece = receive(65536); !piece.empty(); piece = receive(65536)) all += piece;
  return all;
}

bool Connection::open() const {
  char byte = 0;
  const ssize_t got = recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

Response parse_response(const std::string& text) {
  Response response;
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos || !text.starts_with("HTTP/1.1 ")) return response;
  response.status = std::stoi(text.substr(9, 3));
  std::size_t line = text.find("\r\n") + 2;
  while (line < end) {
    const std::size_t next = text.find("\r\n", line);
    const std::size_t colon = text.find(": ", line);
    std::string name = text.substr(line, colon - line);
    for (char& letter : name) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    response.headers[name] = text.substr(colon + 2, next - colon - 2);
    line = next + 2;
  }
  response.body = text.substr(end + 4);
  return response;
}

Response exchange(std::uint16_t port, std::string_view request) {
  Connection connection(port);
  connection.send(request);
  return parse_response(connection.receive_all());
}

std::string get_request(const std::string& target, const std::vector<std::string>& header_lines) {
  std::string text = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const std::string& line : header_lines) text += line + "\r\n";
  return text + "\r\n";
}

CurlResponse curl(const CurlRequest& request) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const Handle<CURL, curl_easy_cleanup> easy(curl_easy_init());
  CURL* handle = easy.get();
  CurlResponse response;
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, request.timeout_seconds);
  if (!request.ca.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, request.ca.c_str());
  if (!request.cert.empty()) curl_easy_setopt(handle, CURLOPT_SSLCERT, request.cert.c_str());
  if (!request.key.empty()) curl_easy_setopt(handle, CURLOPT_SSLKEY, request.key.c_str());
  if (!request.user.empty()) curl_easy_setopt(handle, CURLOPT_USERPWD, request.user.c_str());
  if (!request.post.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.post.size()));
    curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, request.post.c_str());
  }
  if (request.only_tls12) curl_easy_setopt(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_MAX_TLSv1_2);
  curl_slist* lines = nullptr;
  for (const std::string& line : request.headers) lines = curl_slist_append(lines, line.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, lines);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &response.body);
  curl_easy_setopt(
      handle, CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t size, std::size_t count, void* body) {
        static_cast<std::string*>(body)->append(bytes, size * count);
        return size * count;
      });
  response.error = curl_easy_perform(handle);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  curl_slist_free_all(lines);
  return response;
}

}  // namespace xenha::web::testing
