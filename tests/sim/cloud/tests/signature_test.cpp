// Reference 1.2 to 1.4: which signatures the server takes, and which it refuses.
#include "tests/sim/cloud/signature_check.h"

#include <gtest/gtest.h>

#include <ctime>

#include "tests/sim/cloud/tests/cloud_client.h"

namespace xenha::sim::test {
namespace {

using cloud::RawParams;

constexpr char kKey[] = "AbC-dEf_0123456789";
constexpr char kSecret[] = "s3cr3t_KEY-value";

std::string expiry(int seconds_from_now, const char* zone = "+0000") {
  const std::time_t when = std::time(nullptr) + seconds_from_now;
  std::tm parts{};
  gmtime_r(&when, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return std::string(text) + zone;
}

TEST(CloudSignature, WorkedExamplesOfTheReference) {
  const RawParams a{{"apiKey", kKey},    {"command", "listHosts"}, {"details", "min,events"}, {"page", "1"},
                    {"pagesize", "500"}, {"response", "json"},     {"type", "Routing"}};
  EXPECT_EQ(
      cloud::string_to_sign(a),
      "apikey=abc-def_0123456789&command=listhosts&details=min%2cevents&page=1&pagesize=500&response=json"
      "&type=routing");
  EXPECT_EQ(cloud::sign(cloud::string_to_sign(a), kSecret), "nNlZS3xIQWJNAHfCpq25dWAgqgk=");
  const RawParams b{{"apiKey", kKey},
                    {"command", "listEvents"},
                    {"type", "VM.START"},
                    {"startdate", "2026-01-02 03:04:05"},
                    {"keyword", "HA * [x] \xc3\xa9"},
                    {"listall", "true"},
                    {"response", "json"},
                    {"signatureVersion", "3"},
                    {"expires", "2030-01-02T03:04:05+0000"}};
  EXPECT_EQ(cloud::sign(cloud::string_to_sign(b), kSecret), "y9UhS2eiJ0m4MdM8VvZ9qVe3+bE=");
  const RawParams c{{"apikey", kKey}, {"command", "listHosts"}, {"name", "a~b"}, {"response", "json"}};
  EXPECT_EQ(cloud::sign(cloud::string_to_sign(c), kSecret), "rEg8ekKfPtvsvJurPGhwMX7lLUY=");
}

TEST(CloudSignature, GetAndPostAreBothTaken) {
  const auto sim = start_cloud_world();
  const CloudClient client(*sim);
  EXPECT_EQ(client.call("listZones").status, 200);
  EXPECT_EQ(client.get("listZones").status, 200);
  EXPECT_EQ(client.call("listHosts", {{"name", "a~b*c d+\xc3\xa9"}}).status, 200);
}

TEST(CloudSignature, ServerSortsTheNamesAsSent) {
  const auto sim = start_cloud_world();
  const CloudClient client(*sim);
  // listAll sorts before listalpha whatever lower-casing would say.
  Params params{{"listAll", "true"}, {"listZone", "x"}, {"listalpha", "y"}};
  EXPECT_EQ(client.call("listEvents", params).status, 200);
  Params lowered = client.signed_params("listEvents", {{"listalpha", "y"}, {"listzone", "x"}});
  for (auto& [name, value] : lowered)
    if (name == "listzone") name = "listZone";  // signed in the other order
  EXPECT_EQ(client.send(lowered).status, 401);
}

TEST(CloudSignature, BadOnesAre401) {
  const auto sim = start_cloud_world();
  const CloudClient client(*sim);
  Params params = client.signed_params("listHosts", {});
  params.emplace_back("type", "Routing");  // not signed
  const CloudAnswer answer = client.send(params);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.inside("listhostsresponse").at("errorcode"), 401);
  EXPECT_EQ(answer.headers.at("x-description"), answer.inside("listhostsresponse").at("errortext"));
  EXPECT_EQ(CloudClient(*sim, {"nobody", "x"}).call("listHosts").status, 401);
  EXPECT_EQ(CloudClient(*sim, {"cloud-api-key", "Cloud-Secret-Key"}).call("listHosts").status, 401);
  EXPECT_EQ(client.send({{"command", "listHosts"}, {"response", "json"}}).status, 401);
}

TEST(CloudSignature, ExpiryIsChecked) {
  const auto sim = start_cloud_world();
  const CloudClient client(*sim);
  const auto call = [&](const std::string& expires) {
    return client.call("listZones", {{"signatureversion", "3"}, {"expires", expires}}).status;
  };
  EXPECT_EQ(call(expiry(60)), 200);
  EXPECT_EQ(call(expiry(60, "Z")), 200);
  EXPECT_EQ(call(expiry(-5)), 401);
  EXPECT_EQ(call(expiry(60, "")), 401);
  EXPECT_EQ(call("tomorrow"), 401);
  EXPECT_EQ(client.call("listZones", {{"signatureversion", "3"}}).status, 401);
  // Without signatureversion=3 nobody looks at it.
  EXPECT_EQ(client.call("listZones", {{"expires", expiry(-5)}}).status, 200);
  ASSERT_TRUE(sim->command("cs-clock-skew", R"({"seconds": 120})"));
  EXPECT_EQ(call(expiry(60)), 401);
}

TEST(CloudSignature, OldReleasesWantANumericZone) {
  const auto sim = start_cloud_world({.version = "4.11.3.0"});
  const CloudClient client(*sim);
  EXPECT_EQ(client.call("listZones", {{"signatureversion", "3"}, {"expires", expiry(60, "Z")}}).status, 401);
  EXPECT_EQ(client.call("listZones", {{"signatureversion", "3"}, {"expires", expiry(60)}}).status, 200);
}

}  // namespace
}  // namespace xenha::sim::test
