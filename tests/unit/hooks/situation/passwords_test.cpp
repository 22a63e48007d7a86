#include "hooks/situation/passwords.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace xenha::hooks {
namespace {

using namespace std::chrono_literals;
using Answer = Passwords::Answer;
constexpr SteadyTime kNow{1000s};

config::PoolConfig pool(const char* local = "local") {
  config::PoolConfig out;
  out.login = {.username = "root", .password = Secret("login")};
  if (local != nullptr) out.host_login = config::Credential{.username = "root", .password = Secret(local)};
  return out;
}

TEST(Passwords, ARefusedOneIsLeftAloneFor15Minutes) {
  config::PoolConfig config = pool();
  Passwords passwords(config);
  passwords.login_begins(kNow);
  EXPECT_EQ(passwords.ask_login(kNow), Answer::kWait);
  passwords.login_refused(kNow);
  EXPECT_EQ(passwords.ask_login(kNow + 14min), Answer::kBlocked);
  EXPECT_EQ(passwords.ask_login(kNow + 15min), Answer::kGo);
  EXPECT_EQ(passwords.ask_local("h1", kNow), Answer::kGo);  // another password
}

TEST(Passwords, TheSameOneSharesRefusalAndProof) {
  config::PoolConfig config = pool("login");
  Passwords passwords(config);
  passwords.local_begins(kNow);
  EXPECT_EQ(passwords.ask_login(kNow), Answer::kWait);
  passwords.local_refused("h1", kNow);
  EXPECT_EQ(passwords.ask_login(kNow), Answer::kBlocked);
  EXPECT_EQ(passwords.ask_local("h2", kNow), Answer::kBlocked);
  Passwords proven(config);
  proven.local_accepted("h1");
  EXPECT_TRUE(proven.login_proven());
}

TEST(Passwords, OneHostThatRefusesWhatOthersTookIsLeftAloneAlone) {
  config::PoolConfig config = pool();
  Passwords passwords(config);
  passwords.local_accepted("h1");
  passwords.local_refused("h2", kNow);
  EXPECT_EQ(passwords.ask_local("h2", kNow + 15min), Answer::kBlocked);
  EXPECT_EQ(passwords.ask_local("h1", kNow), Answer::kGo);
}

/// The host that refused must not be the first to be asked again, or it would stop all others for ever.
TEST(Passwords, AfterARefusalAnotherHostHasTheNextTurn) {
  config::PoolConfig config = pool();
  Passwords passwords(config);
  passwords.local_begins(kNow);
  passwords.local_refused("h1", kNow);
  EXPECT_EQ(passwords.ask_local("h2", kNow), Answer::kBlocked);
  EXPECT_EQ(passwords.ask_local("h1", kNow + 16min), Answer::kBlocked);
  EXPECT_EQ(passwords.ask_local("h2", kNow + 16min), Answer::kGo);
}

TEST(Passwords, ARewrittenFileIsTriedAtOnce) {
  char directory[] = "/tmp/xenha-passwords-XXXXXX";
  ASSERT_NE(mkdtemp(directory), nullptr);
  const std::filesystem::path file = std::filesystem::path(directory) / "pw";
  std::ofstream(file) << "wrong\n";
  config::PoolConfig config = pool(nullptr);
  config.login.source = config::SecretSource::file(file).open()->source;
  Passwords passwords(config);
  passwords.login_refused(kNow);
  EXPECT_EQ(passwords.renew(), "");
  EXPECT_EQ(passwords.ask_login(kNow), Answer::kBlocked);
  std::ofstream(file) << "a longer one\n";
  EXPECT_EQ(passwords.renew(), "");
  EXPECT_EQ(passwords.ask_login(kNow), Answer::kGo);
  EXPECT_EQ(passwords.login().password.reveal(), "a longer one");
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace xenha::hooks
