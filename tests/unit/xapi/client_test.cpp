// The client over the real transport, against a server on the loopback.
#include "lib/xapi/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/http/curl_transport.h"
#include "tests/support/tiny_server.h"
#include "tests/unit/xapi/value_text.h"
#include "tests/unit/xapi/xmlrpc_reading.h"

namespace xenha::xapi {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kAllowed[] = {"session.login_with_password", "host.get_all_records", "event.from"};

class ClientTest : public ::testing::Test {
 protected:
  void answer(test::Reply reply) {
    serve([reply](const test::Seen&) { return reply; });
  }
  void answer_body(const std::string& body) {
    answer({test::http_answer(body, "Content-Type: text/xml\r\n")});
  }
  void serve(std::function<test::Reply(const test::Seen&)> act) {
    test::TinyServer::Options options;
    options.answer = std::move(act);
    server_ = std::make_unique<test::TinyServer>(std::move(options));
  }

  Client::Call call_of(std::string_view method, Params params = {}) {
    auto endpoint = std::make_shared<http::Endpoint>();
    endpoint->tls = false;
    endpoint->address = "127.0.0.1";
    endpoint->port = server_->port();
    return {endpoint, method, std::move(params), std::chrono::steady_clock::now() + std::chrono::seconds(20)};
  }

  Result<Reply> run(Client::Call call) {
    std::optional<Result<Reply>> got;
    const SteadyTime deadline = call.deadline + std::chrono::seconds(5);
    client_.call(std::move(call), [&](Result<Reply> reply) { got = std::move(reply); });
    while (!got && std::chrono::steady_clock::now() < deadline) transport_.poll(deadline);
    return got ? *std::move(got) : Result<Reply>(Error{ErrorCode::kBadConfig, "done never ran"});
  }
  Error failed(Client::Call call) {
    const Result<Reply> reply = run(std::move(call));
    EXPECT_FALSE(reply);
    return reply ? Error{} : reply.error();
  }

  struct Noted {
    std::string method;
    std::size_t received;
    std::optional<ErrorCode> error;
  };
  std::unique_ptr<test::TinyServer> server_;
  SystemClock clock_;
  http::CurlTransport transport_;
  std::vector<Noted> noted_;
  Client client_{transport_, clock_, kAllowed, "xenha-test/1", [this](const CallReport& report) {
                   noted_.push_back({std::string(report.method), report.received,
                                     report.error ? std::optional(report.error->code) : std::nullopt});
                   EXPECT_GE(report.took.count(), 0);
                 }};
};

TEST_F(ClientTest, PostsTheCallAndDecodesTheAnswer) {
  const std::string body = fixture("answer/host_records_6_2.xml");
  answer_body(body);
  const Result<Reply> reply = run(call_of("host.get_all_records", {std::string("OpaqueRef:s")}));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->answer.value->members.size(), 2u);
  EXPECT_EQ(reply->answer.bytes, body.size());
  EXPECT_EQ(reply->response.peer_ip, "127.0.0.1");
  const test::Seen seen = server_->requests().at(0);
  EXPECT_THAT(seen.head, StartsWith("POST / HTTP/1.1\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("Content-Type: text/xml\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("Accept: text/xml\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("User-Agent: xenha-test/1\r\n"));
  EXPECT_EQ(seen.head.find("User-Agent"), seen.head.rfind("User-Agent"));
  EXPECT_LT(seen.head.size(), 1024u) << "recent hosts refuse longer heads";
  EXPECT_EQ(call_by_xmlrpc_c(seen.body), "host.get_all_records [\"OpaqueRef:s\"]");
  ASSERT_EQ(noted_.size(), 1u);
  EXPECT_EQ(noted_[0].method, "host.get_all_records");
  EXPECT_EQ(noted_[0].received, body.size());
  EXPECT_EQ(noted_[0].error, std::nullopt);
}

TEST_F(ClientTest, KeepsOnlyWhatIsAskedFor) {
  static constexpr std::string_view kFields[] = {"uuid"};
  answer_body(fixture("answer/host_records_6_2.xml"));
  Client::Call call = call_of("host.get_all_records");
  call.keep = Keep::records({"host", kFields});
  const Result<Reply> reply = run(std::move(call));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->answer.value->members[0].value.members.size(), 1u);
}

TEST_F(ClientTest, FailureOfTheHost) {
  answer_body(fixture("answer/login_host_is_slave.xml"));
  const Error error =
      failed(call_of("session.login_with_password", {std::string("root"), std::string("s3cret")}));
  EXPECT_EQ(error.code, ErrorCode::kRemoteFault);
  EXPECT_EQ(error.remote_code, "HOST_IS_SLAVE");
  EXPECT_EQ(error.message, "session.login_with_password at 127.0.0.1: the host answered HOST_IS_SLAVE");
  EXPECT_EQ(noted_.at(0).error, ErrorCode::kRemoteFault);
}

TEST_F(ClientTest, WrongPasswordIsKAuth) {
  answer_body(fixture("answer/login_refused.xml"));
  const Error error =
      failed(call_of("session.login_with_password", {std::string("root"), std::string("s3cret")}));
  EXPECT_EQ(error.code, ErrorCode::kAuth);
  EXPECT_EQ(error.remote_code, "SESSION_AUTHENTICATION_FAILED");
  EXPECT_THAT(error.message, Not(HasSubstr("s3cret")));
  EXPECT_THAT(error.message, Not(HasSubstr("root")));
}

TEST_F(ClientTest, AnotherStatusIsNeverParsed) {
  for (const char* status :
       {"500 Internal Server Error", "401 Unauthorized", "302 Found", "204 No Content"}) {
    answer({test::http_answer(fixture("answer/login.xml"), {}, status)});
    const Error error = failed(call_of("host.get_all_records"));
    EXPECT_EQ(error.code, ErrorCode::kBadReply) << status;
    EXPECT_THAT(error.message, HasSubstr("HTTP status " + std::string(status, 3)));
    EXPECT_THAT(error.message, StartsWith("host.get_all_records at 127.0.0.1: "));
  }
}

TEST_F(ClientTest, HtmlWithStatus200) {
  answer_body(fixture("answer/html.xml"));
  const Error error = failed(call_of("host.get_all_records"));
  EXPECT_EQ(error.code, ErrorCode::kBadReply);
  EXPECT_THAT(error.message, HasSubstr("begins with <html>"));
}

TEST_F(ClientTest, TruncatedAnswer) {
  const std::string whole = fixture("answer/event_from.xml");
  const std::string cut = whole.substr(0, whole.size() / 2);
  answer_body(cut);  // complete for HTTP
  EXPECT_EQ(failed(call_of("event.from")).code, ErrorCode::kBadReply);
  std::string bytes = test::http_answer(whole);
  bytes.resize(bytes.size() - whole.size() / 2);
  answer({bytes, true});  // the line breaks
  EXPECT_EQ(failed(call_of("event.from")).code, ErrorCode::kUnreachable);
}

TEST_F(ClientTest, AnswerOverTheLimit) {
  answer_body(fixture("answer/event_from.xml"));
  Client::Call call = call_of("event.from");
  call.limits.text_bytes = 1000;
  EXPECT_EQ(failed(std::move(call)).code, ErrorCode::kTooLarge);
  call = call_of("event.from");
  call.limits.values = 10;
  const Error error = failed(std::move(call));
  EXPECT_EQ(error.code, ErrorCode::kTooLarge);
  EXPECT_THAT(error.message, HasSubstr("more than 10 values"));
  EXPECT_EQ(noted_.size(), 2u);
}

TEST_F(ClientTest, NobodyListens) {
  answer_body("");
  const Client::Call call = call_of("event.from", {std::string("OpaqueRef:secret")});
  server_.reset();
  const Error error = failed(call);
  EXPECT_EQ(error.code, ErrorCode::kUnreachable);
  EXPECT_THAT(error.message, StartsWith("event.from at 127.0.0.1:"));
  EXPECT_THAT(error.message, Not(HasSubstr("secret")));
  EXPECT_EQ(noted_.at(0).error, ErrorCode::kUnreachable);
}

TEST_F(ClientTest, CallOutsideTheListNeverLeaves) {
  answer_body("");
  const Error error = failed(call_of("pool.disable_ha", {std::string("OpaqueRef:secret")}));
  EXPECT_EQ(error.code, ErrorCode::kBadConfig);
  EXPECT_THAT(error.message, HasSubstr("pool.disable_ha"));
  EXPECT_THAT(error.message, Not(HasSubstr("secret")));
  EXPECT_EQ(server_->connections(), 0);
  ASSERT_EQ(noted_.size(), 1u);
  EXPECT_EQ(noted_[0].error, ErrorCode::kBadConfig);
}

TEST_F(ClientTest, CancelledCallIsNeverReported) {
  serve([](const test::Seen&) { return test::Reply{"", false, true}; });
  bool ran = false;
  const http::RequestId id = client_.call(call_of("event.from"), [&](Result<Reply>) { ran = true; });
  client_.cancel(id);
  answer_body(fixture("answer/void.xml"));
  EXPECT_TRUE(run(call_of("host.get_all_records")));
  EXPECT_FALSE(ran);
  EXPECT_EQ(noted_.size(), 1u);
}

TEST_F(ClientTest, IsSentAgainOnlyWhenTheCallerSaysSo) {
  const std::string body = test::http_answer(fixture("answer/void.xml"));
  for (const bool may_repeat : {true, false}) {
    // A connection answers its first request and closes when the second one comes.
    serve([body](const test::Seen& seen) {
      return seen.turn == 1 ? test::Reply{body} : test::Reply{"", true};
    });
    ASSERT_TRUE(run(call_of("host.get_all_records")));
    Client::Call second = call_of("host.get_all_records");
    second.may_repeat = may_repeat;
    EXPECT_EQ(bool(run(std::move(second))), may_repeat);
  }
}

}  // namespace
}  // namespace xenha::xapi
