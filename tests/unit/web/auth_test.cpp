#include "lib/web/auth.h"

#include <crypt.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace xenha::web {
namespace {

std::string bcrypt(const std::string& password, const char* prefix = "$2b$") {
  const auto work = std::make_unique<crypt_data>();
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  return crypt_r(password.c_str(), crypt_gensalt_rn(prefix, 5, nullptr, 0, setting, sizeof setting),
                 work.get());
}

std::string basic(const std::string& user_and_password) {
  std::vector<unsigned char> text(user_and_password.size() * 2 + 8);
  const int length =
      EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(user_and_password.data()),
                      static_cast<int>(user_and_password.size()));
  return "Basic " + std::string(text.begin(), text.begin() + length);
}

using Answer = BasicAuth::Answer;

TEST(BasicAuth, TakesTheRightPasswordOnly) {
  BasicAuth auth({{"alice", Secret(bcrypt("wonder:land"))}, {"bob", Secret(bcrypt("", "$2y$"))}});
  EXPECT_TRUE(auth.required());
  EXPECT_EQ(auth.check(basic("alice:wonder:land")), Answer::kRight);
  EXPECT_EQ(auth.check(basic("bob:")), Answer::kRight);
  for (const char* wrong :
       {"alice:wonder", "alice:", "bob:wonder:land", "carol:wonder:land", ":", "alice", "Alice:wonder:land"})
    EXPECT_EQ(auth.check(basic(wrong)), Answer::kWrong) << wrong;
}

TEST(BasicAuth, RefusesWhatIsNotBasicAuthentication) {
  BasicAuth auth({{"alice", Secret(bcrypt("a"))}});
  const std::string good = basic("alice:a");
  EXPECT_EQ(auth.check("bAsIc  " + good.substr(6)), Answer::kRight);
  for (const std::string& wrong :
       {std::string(), std::string("Basic"), std::string("Basic "), "Bearer " + good.substr(6),
        good.substr(6), good + "=", good.substr(0, good.size() - 1), std::string("Basic ????"),
        std::string("Basic YQ=="), basic(std::string("alice:a\0b", 9)),
        basic("alice:" + std::string(100000, 'a'))})
    EXPECT_EQ(auth.check(wrong), Answer::kWrong) << wrong.substr(0, 40);
}

TEST(BasicAuth, PaysForBcryptOnceUntilTheHashChanges) {
  const std::string first = bcrypt("a");
  BasicAuth auth({{"alice", Secret(first)}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(auth.check(basic("alice:a")), Answer::kRight);
  EXPECT_EQ(auth.bcrypts(), 1u);
  EXPECT_EQ(auth.check(basic("alice:b")), Answer::kWrong);
  EXPECT_EQ(auth.check(basic("alice:b")), Answer::kWrong);
  EXPECT_EQ(auth.bcrypts(), 3u);  // failures are not remembered: a flood of them would push the successes out

  auth.set_users({{"alice", Secret(bcrypt("b"))}});
  EXPECT_EQ(auth.check(basic("alice:a")), Answer::kWrong);
  EXPECT_EQ(auth.check(basic("alice:b")), Answer::kRight);
  auth.set_users({});
  EXPECT_FALSE(auth.required());
  EXPECT_EQ(auth.check(basic("alice:b")), Answer::kWrong);
}

TEST(BasicAuth, AnUnknownUserCostsABcryptToo) {
  BasicAuth auth({{"alice", Secret(bcrypt("a"))}});
  EXPECT_EQ(auth.check(basic("mallory:a")), Answer::kWrong);
  EXPECT_EQ(auth.check(basic("mallory:a")), Answer::kWrong);
  EXPECT_EQ(auth.bcrypts(), 2u);
}

TEST(BasicAuth, GuessersFromManyThreadsDoNotKeepTheRightOnesOut) {
  BasicAuth auth({{"alice", Secret(bcrypt("a"))}});
  ASSERT_EQ(auth.check(basic("alice:a")), Answer::kRight);
  std::vector<std::jthread> guessers;
  for (int i = 0; i < 16; ++i)
    guessers.emplace_back([&auth, i] {
      for (int j = 0; j < 20; ++j)
        EXPECT_NE(auth.check(basic("alice:wrong" + std::to_string(i * 100 + j))), Answer::kRight);
    });
  for (int i = 0; i < 200; ++i) EXPECT_EQ(auth.check(basic("alice:a")), Answer::kRight);
}

TEST(ConstantTime, ComparesWholeTexts) {
  EXPECT_TRUE(equal_in_constant_time("token", "token"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  for (const char* other : {"", "toke", "tokem", "token ", "Token"})
    EXPECT_FALSE(equal_in_constant_time("token", other));
}

TEST(BcryptProblem, TellsWhatIsWrongWithoutTheHash) {
  const std::string good = bcrypt("a");
  EXPECT_EQ(bcrypt_problem(good), "");
  const std::string bad[] = {"",
                             "secret",
                             "$1$abc$" + good,
                             good.substr(0, 59),
                             good + "x",
                             "$2b$99" + good.substr(6),
                             "$2b$20" + good.substr(6),
                             "$2b$xx" + good.substr(6),
                             good.substr(0, 59) + "!",
                             "$2x" + good.substr(3)};
  for (const std::string& hash : bad) {
    EXPECT_NE(bcrypt_problem(hash), "") << hash;
    if (hash.size() > 7) {
      EXPECT_EQ(bcrypt_problem(hash).find(hash.substr(7)), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace xenha::web
