// Two ways to talk to a server under test: raw bytes over a socket, and curl.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace xenha::web::testing {

struct Response {
  int status = 0;                              ///< 0: no answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// A connected TCP socket with a receive deadline of 20 s.
class Connection {
 public:
  explicit Connection(std::uint16_t port, const std::string& host = "127.0.0.1");
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(std::string_view bytes);      ///< a broken connection is ignored: the answer tells
  std::string receive(std::size_t most);  ///< what comes next; empty at the end
  std::string receive_all();              ///< until the server closes
  bool open() const;                      ///< neither closed nor reset by the peer yet

 private:
  int fd_;
};

Response parse_response(const std::string& text);
/// One request, the whole answer.
Response exchange(std::uint16_t port, std::string_view request);
/// "GET TARGET HTTP/1.1" with Host and the given header lines.
std::string get_request(const std::string& target, const std::vector<std::string>& header_lines = {});

struct CurlRequest {
  std::string url;
  std::filesystem::path ca = {};              ///< CA of the server
  std::filesystem::path cert = {}, key = {};  ///< of the client
  std::string user = {};                      ///< NAME:PASSWORD
  std::string post = {};                      ///< POST with this body, unless empty
  std::vector<std::string> headers = {};
  bool only_tls12 = false;
  long timeout_seconds = 20;
};
struct CurlResponse {
  int error = 0;  ///< CURLcode
  int status = 0;
  std::string body;
};
CurlResponse curl(const CurlRequest& request);

}  // namespace xenha::web::testing
