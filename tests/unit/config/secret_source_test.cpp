#include "lib/config/secret_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config/ca_file.h"
#include "lib/config/file_text.h"
#include "tests/unit/config/fixture_dir.h"

namespace xenha::config {
namespace {

using test::FixtureDir;
using test::spill;

std::string problem_of(const SecretSource& source) {
  const Result<Secret> secret = source.read();
  return secret ? "none" : secret.error().message;
}

TEST(SecretFile, LosesTheNewlineAtItsEndAndNothingElse) {
  const FixtureDir dir;
  const auto path = dir.path() / "pw";
  for (const auto& [content, expected] :
       std::vector<std::pair<std::string, std::string>>{{"pass word \n", "pass word "},
                                                        {"p", "p"},
                                                        {"p\r\n", "p"},
                                                        {"p\n\n", "p"},
                                                        {" p", " p"},
                                                        {"p#:'\"", "p#:'\""}}) {
    spill(path, content);
    const Result<Secret> secret = SecretSource::file(path).read();
    ASSERT_TRUE(secret) << secret.error().message;
    EXPECT_EQ(secret->reveal(), expected);
  }
}

TEST(SecretFile, SaysWhyItCannotBeUsed) {
  const FixtureDir dir;
  const auto problem = [&](const char* name) {
    return problem_of(SecretSource::file(dir.path() / "secrets" / name));
  };
  EXPECT_THAT(problem("none.pw"), testing::EndsWith("secrets/none.pw does not exist"));
  EXPECT_THAT(problem("pool.pw/x"), testing::EndsWith("does not exist"));
  EXPECT_THAT(problem("empty.pw"), testing::HasSubstr("is empty"));
  EXPECT_THAT(problem("two_lines.pw"), testing::HasSubstr("more than one line"));
  EXPECT_THAT(problem(""), testing::HasSubstr("is a directory"));
  ASSERT_EQ(mkfifo((dir.path() / "secrets" / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(problem("pipe"), testing::HasSubstr("no regular file"));
  spill(dir.path() / "secrets" / "large", std::string((64 << 10) + 1, 'x'));
  EXPECT_THAT(problem("large"), testing::HasSubstr("larger than 64KiB"));
  EXPECT_EQ(problem_of(SecretSource()), "no secret is configured");
}

TEST(SecretFile, OthersMayNotRead) {
  const FixtureDir dir;
  const auto path = dir.path() / "secrets" / "pool.pw";
  for (const auto& [mode, expected] : {std::pair{0600, false}, {0640, false}, {0644, true}, {0604, true}}) {
    std::filesystem::permissions(path, std::filesystem::perms(mode));
    EXPECT_EQ(SecretSource::file(path).open()->world_readable, expected) << std::oct << mode;
  }
}

TEST(SecretFile, TellsWhenItWasRewrittenOrReplaced) {
  const FixtureDir dir;
  const auto path = dir.path() / "secrets" / "pool.pw";
  const SecretSource unread = SecretSource::file(path);
  EXPECT_FALSE(unread.changed_since_read());

  SecretSource source = unread.open()->source;
  EXPECT_FALSE(source.changed_since_read());
  spill(path, "a new and longer password\n");
  EXPECT_TRUE(source.changed_since_read());
  EXPECT_TRUE(source.changed_since_read()) << "until it is opened again";
  source = source.open()->source;
  EXPECT_FALSE(source.changed_since_read());

  // As editors and secret managers do it: a new file takes the name.
  spill(dir.path() / "new", "a new and longer passw0rd\n");
  std::filesystem::last_write_time(dir.path() / "new", std::filesystem::last_write_time(path));
  std::filesystem::rename(dir.path() / "new", path);
  EXPECT_TRUE(source.changed_since_read());
  source = source.open()->source;

  std::filesystem::remove(path);
  EXPECT_FALSE(source.changed_since_read()) << "nothing to read yet";
  spill(path, "a new and longer passw0rd\n");
  EXPECT_TRUE(source.changed_since_read());
}

TEST(SecretFile, IsTheSameSourceWhateverItHolds) {
  const FixtureDir dir;
  const auto path = dir.path() / "secrets" / "pool.pw";
  EXPECT_EQ(SecretSource::file(path), SecretSource::file(path).open()->source);
  EXPECT_FALSE(SecretSource::file(path) == SecretSource::file(dir.path()));
  EXPECT_FALSE(SecretSource::file("NAME") == SecretSource::environment("NAME"));
}

TEST(SecretVariable, IsReadAndNamed) {
  ::setenv("XENHA_TEST_SECRET", "from the environment", 1);
  const SecretSource source = SecretSource::environment("XENHA_TEST_SECRET");
  EXPECT_EQ(source.read()->reveal(), "from the environment");
  EXPECT_FALSE(source.open()->source.changed_since_read());
  ::setenv("XENHA_TEST_SECRET", "", 1);
  EXPECT_EQ(problem_of(source), "environment variable XENHA_TEST_SECRET is empty, write the secret into it");
  ::unsetenv("XENHA_TEST_SECRET");
  EXPECT_EQ(problem_of(source), "environment variable XENHA_TEST_SECRET is not set for this process");
}

TEST(CaFile, NeedsWholeCertificates) {
  const FixtureDir dir;
  const auto secrets = dir.path() / "secrets";
  const Result<std::string> fingerprint = fingerprint_of_ca_file(secrets / "ca.pem");
  ASSERT_TRUE(fingerprint) << fingerprint.error().message;
  EXPECT_EQ(fingerprint->size(), 64u);
  EXPECT_EQ(*fingerprint, *fingerprint_of_ca_file(secrets / "ca.pem"));
  spill(secrets / "two.pem", test::slurp(secrets / "ca.pem") + test::slurp(secrets / "damaged.pem"));
  EXPECT_THAT(fingerprint_of_ca_file(secrets / "two.pem").error().message,
              testing::HasSubstr("certificate number 2 is damaged"));
  spill(secrets / "more.pem", "# renewed\n" + test::slurp(secrets / "ca.pem"));
  EXPECT_NE(*fingerprint, *fingerprint_of_ca_file(secrets / "more.pem"));
}

/// Root may read everything, so a test that runs as root becomes nobody for a moment.
class AsNobody {
 public:
  AsNobody() : before_(geteuid()) {
    if (before_ == 0 && seteuid(65534) != 0) ADD_FAILURE() << "cannot become nobody";
  }
  ~AsNobody() { EXPECT_EQ(seteuid(before_), 0); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  uid_t before_;
};

TEST(FileText, NamesTheUserWhoMayNotRead) {
  const FixtureDir dir;
  const auto path = dir.path() / "secrets" / "pool.pw";
  std::filesystem::permissions(path, std::filesystem::perms(0));
  const AsNobody nobody;
  const Result<FileText> file = read_file(path, 100);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, testing::HasSubstr("pool.pw may not be read by user "));
}

}  // namespace
}  // namespace xenha::config
