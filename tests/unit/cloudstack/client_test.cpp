// One call: what goes out, and what comes back sorted by what the caller can do about it.
#include "lib/cloudstack/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/cloudstack/dates.h"
#include "lib/cloudstack/words.h"
#include "tests/unit/cloudstack/scripted_server.h"

namespace xenha::cloudstack::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kNoClusters[] = R"({"listclustersresponse":{}})";

/// By how much `expires` lies ahead of our clock when the request left.
Duration valid_for(const Bench& bench, const Asked& asked, Duration since) {
  return *parse_date(asked.get("expires")) - (bench.clock.wall() - since);
}

TEST(Client, PostsASignedForm) {  // the scripted server checks the rest of every request
  Bench bench;
  bench.server.then(json(kNoClusters));
  ASSERT_TRUE(bench.clusters());
  ASSERT_EQ(bench.server.asked.size(), 1u);
  const Asked& asked = bench.server.asked[0];
  EXPECT_EQ(asked.get("command"), "listClusters");
  EXPECT_EQ(asked.request.deadline, bench.clock.steady() - bench.server.latency + seconds(10));
  EXPECT_EQ(asked.request.max_body, 64u << 20);
  EXPECT_EQ(valid_for(bench, asked, bench.server.latency), minutes(10));
}

TEST(Client, ReportsWhatACallCost) {
  Bench bench;
  bench.server.then(json(kNoClusters));
  bench.server.then(fault(431, "no"));
  ASSERT_TRUE(bench.clusters());
  bench.failing_clusters();
  bench.failing_clusters();
  ASSERT_EQ(bench.noted.size(), 3u);
  EXPECT_EQ(bench.noted[0].command, "listClusters");
  EXPECT_EQ(bench.noted[0].took, milliseconds(100));
  EXPECT_EQ(bench.noted[0].received, sizeof(kNoClusters) - 1);
  EXPECT_EQ(bench.noted[0].error, std::nullopt);
  EXPECT_EQ(bench.noted[1].error, ErrorCode::kRemoteFault);
  EXPECT_GT(bench.noted[1].received, 0u);
  EXPECT_EQ(bench.noted[2].error, ErrorCode::kUnreachable);
}

TEST(Client, SortsErrorEnvelopes) {
  struct Row {
    int code;
    ErrorCode sorted;
  };
  for (const Row& row :
       {Row{401, ErrorCode::kAuth}, Row{511, ErrorCode::kAuth}, Row{400, ErrorCode::kRemoteFault},
        Row{429, ErrorCode::kRemoteFault}, Row{430, ErrorCode::kRemoteFault},
        Row{431, ErrorCode::kRemoteFault}, Row{432, ErrorCode::kRemoteFault},
        Row{503, ErrorCode::kRemoteFault}, Row{530, ErrorCode::kRemoteFault},
        Row{531, ErrorCode::kRemoteFault}, Row{537, ErrorCode::kRemoteFault}}) {
    Bench bench;
    bench.server.then(fault(row.code, "what it\nsays"));
    const Error error = bench.failing_clusters();
    EXPECT_EQ(error.code, row.sorted) << row.code;
    EXPECT_EQ(error.remote_code, std::to_string(row.code));
    EXPECT_EQ(error.message,
              "listClusters at mgmt.example: CloudStack answered " + error.remote_code + ": what it says");
    EXPECT_EQ(bench.server.asked.size(), 1u) << "nothing is asked again by itself";
  }
}

TEST(Client, AnErrorCodeCountsWhateverTheStatus) {
  Bench bench;
  bench.server.then(json(R"({"errorresponse":{"errorcode":401,"errortext":""}})"));
  const Error error = bench.failing_clusters();
  EXPECT_EQ(error.code, ErrorCode::kAuth);
  EXPECT_EQ(error.message, "listClusters at mgmt.example: CloudStack answered 401");
}

TEST(Client, AnotherStatusIsNoAnswer) {
  for (const int status : {204, 302, 404, 500, 502, 503}) {
    for (const char* body : {"<html><body>Bad Gateway</body></html>", "", kNoClusters}) {
      Bench bench;
      bench.server.then(json(body, status));
      const Error error = bench.failing_clusters();
      EXPECT_EQ(error.code, ErrorCode::kBadReply) << status << body;
      EXPECT_THAT(error.message, StartsWith("listClusters at mgmt.example: "));
      EXPECT_THAT(error.message, HasSubstr("HTTP status " + std::to_string(status)));
      EXPECT_EQ(bench.server.asked.size(), 1u) << "a redirect is not followed";
    }
  }
}

TEST(Client, HtmlWithStatus200) {
  Bench bench;
  bench.server.then(json("<!DOCTYPE html><html>Login</html>"));
  const Error error = bench.failing_clusters();
  EXPECT_EQ(error.code, ErrorCode::kBadReply);
  EXPECT_EQ(error.message, "listClusters at mgmt.example: the answer is HTML or XML, not JSON");
}

TEST(Client, PassesOnWhatTheTransportSays) {
  for (const ErrorCode code : {ErrorCode::kUnreachable, ErrorCode::kTimeout, ErrorCode::kTls,
                               ErrorCode::kTooLarge, ErrorCode::kBadReply}) {
    Bench bench;
    bench.server.then([code](const Asked&) { return Error{code, "mgmt.example:8443: reason"}; });
    const Error error = bench.failing_clusters();
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.message, "listClusters at mgmt.example:8443: reason");
  }
}

TEST(Client, WaitsAsLongAsTheServerWants) {
  Bench bench;
  EXPECT_EQ(bench.reader.retry_after(), seconds(5));
  bench.server.then(
      fault(429, "The given user has reached his/her account api limit, please retry after 870 ms."));
  EXPECT_EQ(bench.failing_clusters().remote_code, "429");
  EXPECT_EQ(bench.reader.retry_after(), milliseconds(870));
  bench.server.then(fault(429, "too many"));
  bench.failing_clusters();
  EXPECT_EQ(bench.reader.retry_after(), seconds(5));
}

TEST(Client, ExpiresByTheServersClock) {
  Bench bench;
  bench.server.clock_ahead_by = minutes(42);
  bench.server.always([](const Asked&) { return json(kNoClusters); });
  ASSERT_TRUE(bench.clusters());
  ASSERT_TRUE(bench.clusters());
  EXPECT_EQ(valid_for(bench, bench.server.asked[0], 2 * bench.server.latency), minutes(10));
  const Duration second = valid_for(bench, bench.server.asked[1], bench.server.latency);
  EXPECT_LT(second - minutes(52), seconds(1));
  EXPECT_GT(second - minutes(52), seconds(-1));
}

TEST(Client, AsksAgainWhenOnlyOurClockWasWrong) {
  for (const Duration ahead : {minutes(42), minutes(-42)}) {
    Bench bench;
    bench.server.clock_ahead_by = ahead;
    bench.server.then(fault(401, "unable to verify user credentials and/or request signature"));
    bench.server.then(json(kNoClusters));
    EXPECT_TRUE(bench.clusters());
    EXPECT_EQ(bench.server.asked.size(), 2u);
    ASSERT_EQ(bench.noted.size(), 2u);
    EXPECT_EQ(bench.noted[0].error, ErrorCode::kAuth);
  }
}

TEST(Client, AsksARefusedKeyOnlyOnce) {
  Bench bench;
  bench.server.always([](const Asked&) { return fault(401, "no"); });
  bench.server.clock_ahead_by = minutes(4);
  bench.failing_clusters();
  EXPECT_EQ(bench.server.asked.size(), 1u);  // `expires` was good
  bench.server.clock_ahead_by = minutes(60);
  bench.failing_clusters();
  EXPECT_EQ(bench.server.asked.size(), 3u);
  bench.failing_clusters();
  EXPECT_EQ(bench.server.asked.size(), 4u);  // the clock is known by now
  bench.server.always([](const Asked&) { return fault(511, "second factor"); });
  bench.server.clock_ahead_by = minutes(-60);
  bench.failing_clusters();
  EXPECT_EQ(bench.server.asked.size(), 5u);
}

TEST(Client, AnAbsurdClockIsNoClock) {
  Bench bench;
  bench.server.always([](const Asked&) {
    http::Response response = json(kNoClusters);
    response.date = WallTime::max();
    return response;
  });
  for (int i = 0; i < 2; ++i) {
    const auto listing = bench.clusters();
    ASSERT_TRUE(listing);
    EXPECT_EQ(listing->times.clock_offset, std::nullopt);
    const Duration valid = valid_for(bench, bench.server.asked.back(), bench.server.latency);
    EXPECT_LE(valid, minutes(10));
    EXPECT_GT(valid, minutes(10) - seconds(1));
  }
}

TEST(Client, SignsWithNewKeys) {
  Bench bench;
  bench.reader.set_keys({Secret("another"), Secret("pair")});
  bench.reader.set_keys({Secret(kApiKey), Secret(kSecretKey)});
  bench.server.then(json(kNoClusters));
  EXPECT_TRUE(bench.clusters());
}

// Whatever fails, and whatever the server repeats of our request: its words go into logs and pages.
TEST(Client, NoErrorHoldsASecret) {
  const std::vector<ScriptedServer::Answer> echoes{
      [](const Asked& asked) { return fault(431, "bad request: " + asked.request.body); },
      [](const Asked& asked) {
        return fault(401, "unknown key " + asked.get("apikey") + " of " + kSecretKey);
      },
      [](const Asked& asked) {
        return fault(401, "got " + asked.get("signature") + ", signed " + lower_case(kApiKey));
      },
      [](const Asked& asked) { return fault(530, "{\"apikey\":\"" + asked.get("apikey") + "\"}"); },
      [](const Asked& asked) { return json("<html>" + asked.request.body, 502); },
      [](const Asked& asked) { return json(asked.request.body); },
      [](const Asked& asked) { return json("{\"" + asked.get("apikey") + "\":{}}"); },
      [](const Asked& asked) {
        return json("{\"response\":{\"cluster\":[{\"id\":\"" + asked.get("signature") + "\" x");
      },
      [](const Asked& asked) {
        return json("{\"response\":{\"errorcode\":\"" + asked.get("apikey") + "\"}}");
      },
      [](const Asked& asked) { return json("{\"response\":{\"cluster\":\"" + asked.request.body + "\"}}"); },
      [](const Asked&) {
        return Error{ErrorCode::kTimeout, "mgmt.example:8443: reason"};
      }};
  for (std::size_t i = 0; i < echoes.size(); ++i) {
    Bench bench;
    bench.server.then(echoes[i]);
    const Error error = bench.failing_clusters();
    const Asked& asked = bench.server.asked.at(0);
    const std::string seen = lower_case(error.message + error.remote_code);
    EXPECT_TRUE(error.remote_args.empty());
    for (const std::string& secret : {std::string(kApiKey), std::string(kSecretKey), asked.get("signature"),
                                      escape_for_wire(asked.get("signature"))}) {
      EXPECT_THAT(seen, Not(HasSubstr(lower_case(secret)))) << i;
    }
    EXPECT_EQ(seen.find('\n'), std::string::npos);
    EXPECT_LT(seen.size(), 400u);
  }
}

TEST(Client, HostileBodiesAreErrors) {
  std::string deep = R"({"listclustersresponse":{"cluster":)";
  deep.append(1'000'000, '[');
  for (const std::string& body :
       {deep, std::string("\xFF\xFE{"), std::string(1000, '\0'), std::string("{"),
        std::string(R"({"listclustersresponse":{"cluster":[{"id":"a)") + "\x02\"}]}}"}) {
    Bench bench;
    bench.server.then(json(body));
    EXPECT_EQ(bench.failing_clusters().code, ErrorCode::kBadReply);
  }
}

}  // namespace
}  // namespace xenha::cloudstack::test
