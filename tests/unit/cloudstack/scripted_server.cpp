#include "tests/unit/cloudstack/scripted_server.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "lib/cloudstack/dates.h"
#include "lib/cloudstack/signature.h"

namespace xenha::cloudstack::test {
namespace {

std::string unescape(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];  // as every servlet reads a form
    }
  }
  return out;
}

/// What the server does with a signature: from the decoded values.
void check_signature(const Asked& asked) {
  Parameters params;
  for (const auto& [name, value] : asked.form)
    if (name != "signature") params.emplace_back(name, value);
  EXPECT_EQ(asked.get("apikey"), kApiKey);
  EXPECT_EQ(*sign(string_to_sign(params), Secret(kSecretKey)), asked.get("signature"));
}

void check_request(const Asked& asked) {
  EXPECT_EQ(asked.request.method, http::Request::Method::kPost);
  EXPECT_EQ(asked.request.target, "/client/api") << "no parameter may stand in a URL";
  EXPECT_EQ(asked.request.headers.at(0), "Content-Type: application/x-www-form-urlencoded");
  EXPECT_TRUE(asked.request.may_repeat);
  EXPECT_EQ(asked.get("response"), "json");
  EXPECT_EQ(asked.get("signatureversion"), "3");
  EXPECT_TRUE(parse_date(asked.get("expires"))) << asked.get("expires");
  EXPECT_EQ(asked.form.contains("page"), asked.form.contains("pagesize"));
  check_signature(asked);
}

}  // namespace

http::Response json(std::string body, int status) {
  http::Response response;
  response.status = status;
  response.content_type = "text/javascript";  // as 4.3 says
  response.received = body.size();
  response.body = std::move(body);
  return response;
}

http::Response fault(int code, const std::string& text) {
  const nlohmann::json body{{"listhostsresponse",
                             {{"uuidList", nlohmann::json::array()},
                              {"errorcode", code},
                              {"cserrorcode", 4350},
                              {"errortext", text}}}};
  return json(body.dump(), code);
}

std::map<std::string, std::string> decode_form(const std::string& body) {
  std::map<std::string, std::string> form;
  for (std::size_t begin = 0; begin < body.size();) {
    std::size_t end = body.find('&', begin);
    if (end == std::string::npos) end = body.size();
    const std::string part = body.substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    const bool first =
        form.emplace(unescape(part.substr(0, equals)), unescape(part.substr(equals + 1))).second;
    EXPECT_TRUE(first) << "sent twice: " << part.substr(0, equals);
    begin = end + 1;
  }
  return form;
}

http::RequestId ScriptedServer::start(http::Request request, http::Done done) {
  pending_.push_back({++last_id_, std::move(request), std::move(done)});
  return last_id_;
}

void ScriptedServer::cancel(http::RequestId id) {
  std::erase_if(pending_, [id](const Pending& item) { return item.id == id; });
}

void ScriptedServer::poll(SteadyTime /*until*/) {
  if (pending_.empty()) return;
  Pending item = std::move(pending_.front());
  pending_.pop_front();
  if (item.request.deadline <= clock_.steady()) {
    item.done(Error{ErrorCode::kTimeout, "mgmt.example:8443: the deadline is over"});
    return;
  }
  Asked now{std::move(item.request), {}};
  now.form = decode_form(now.request.body);
  check_request(now);
  asked.push_back(now);
  const WallTime begin = clock_.wall();
  clock_.advance(latency);
  Answer answer = always_;
  if (!script_.empty()) {
    answer = std::move(script_.front());
    script_.pop_front();
  }
  if (!answer) {
    item.done(Error{ErrorCode::kUnreachable, "mgmt.example:8443: the script is at its end"});
    return;
  }
  Result<http::Response> response = answer(now);
  if (response && !response->date && clock_ahead_by) {
    response->date = std::chrono::floor<std::chrono::seconds>(begin + *clock_ahead_by + latency / 2);
  }
  item.done(std::move(response));
}

Bench::Bench(Reader::Limits limits)
    : reader(
          server, clock,
          {std::make_shared<http::Endpoint>(http::Endpoint{true, "mgmt.example", 8443, {}}),
           "/client/api",
           {Secret(kApiKey), Secret(kSecretKey)}},
          [this](const CallReport& report) {
            noted.push_back({std::string(report.command), report.took, report.received,
                             report.error != nullptr ? std::optional(report.error->code) : std::nullopt});
          },
          limits) {}

void Bench::run() {
  for (int turn = 0; reader.busy() && turn < 10'000; ++turn) server.poll(clock.steady());
  EXPECT_FALSE(reader.busy());
}

Error Bench::failing_clusters() {
  const auto outcome = clusters();
  EXPECT_FALSE(outcome);
  return outcome ? Error{} : outcome.error();
}

std::string fixture(const std::string& name) {
  std::ifstream file(XENHA_SOURCE_DIR "/tests/fixtures/cloudstack/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace xenha::cloudstack::test
