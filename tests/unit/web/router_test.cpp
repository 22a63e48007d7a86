#include "lib/web/router.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace xenha::web {
namespace {

Request get(std::string path, std::string method = "GET") {
  Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  return request;
}

std::optional<std::string> header(const Reply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers)
    if (key == name) return value;
  return std::nullopt;
}

Router example() {
  Router router;
  router.on("GET", "/e", [](const Request&) { return Reply::text(200, "e"); });
  router.on("GET", "/both", [](const Request&) { return Reply::json("{}"); });
  router.on("POST", "/both", [](const Request& request) { return Reply::text(202, request.body); });
  router.on("GET", "/throws", [](const Request&) -> Reply { throw std::runtime_error("secret detail"); });
  router.on("GET", "/throws-int", [](const Request&) -> Reply { throw 7; });
  return router;
}

TEST(Router, MatchesWholePathsOnly) {
  const Router router = example();
  EXPECT_EQ(router.handle(get("/e")).status, 200);
  for (const char* path : {"/e/x", "/e/", "/", "", "/E", "e"})
    EXPECT_EQ(router.handle(get(path)).status, 404) << path;
}

TEST(Router, ChoosesByMethodAndAnswersHeadAsGet) {
  const Router router = example();
  EXPECT_EQ(router.handle(get("/both")).content_type, "application/json");
  EXPECT_EQ(router.handle(get("/both", "HEAD")).content_type, "application/json");
  EXPECT_EQ(router.handle(get("/both", "POST")).status, 202);
}

TEST(Router, NamesTheAllowedMethods) {
  const Reply reply = example().handle(get("/both", "DELETE"));
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(header(reply, "Allow"), "GET, HEAD, POST");
}

TEST(Router, AnExceptionIsAnAnswerWithoutItsDetails) {
  const Router router = example();
  for (const char* path : {"/throws", "/throws-int"}) {
    const Reply reply = router.handle(get(path));
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.body.find("secret"), std::string::npos);
  }
}

TEST(Request, GivesAllValuesOfAParameterInOrder) {
  Request request;
  request.query = {{"pool", "b"}, {"x", "1"}, {"pool", "a"}, {"pool", ""}};
  EXPECT_EQ(request.all("pool"), (std::vector<std::string>{"b", "a", ""}));
  EXPECT_TRUE(request.all("y").empty());
  request.headers["accept"] = "text/html";
  EXPECT_EQ(request.header("accept"), "text/html");
  EXPECT_FALSE(request.header("Accept"));
}

TEST(Reply, TextEndsItsLine) {
  EXPECT_EQ(Reply::text(200, "ok").body, "ok\n");
  EXPECT_EQ(Reply::text(200, "ok\n").body, "ok\n");
  EXPECT_EQ(Reply::text(200, "").body, "\n");
}

}  // namespace
}  // namespace xenha::web
