#include "exporter/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace xenha::exporter {
namespace {

using config::EarlyExit;
using testing::HasSubstr;

std::variant<Flags, EarlyExit> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "xenha-exporter");
  return parse_flags(static_cast<int>(words.size()), words.data());
}

Flags flags(const std::vector<const char*>& words) {
  auto result = parse(words);
  if (const auto* exit = std::get_if<EarlyExit>(&result)) ADD_FAILURE() << exit->error;
  return std::holds_alternative<Flags>(result) ? std::get<Flags>(result) : Flags{};
}

/// The one line of a usage error.
std::string refusal(const std::vector<const char*>& words) {
  auto result = parse(words);
  const auto* exit = std::get_if<EarlyExit>(&result);
  if (!exit) return "accepted";
  EXPECT_EQ(exit->code, 2);
  EXPECT_EQ(exit->out, "");
  EXPECT_EQ(exit->error.find('\n'), std::string::npos) << exit->error;
  return exit->error;
}

TEST(Flags, DefaultsAreTheContract) {
  const Flags f = flags({});
  EXPECT_EQ(f.common.config_file, "/etc/xenha/xenha.yml");
  EXPECT_FALSE(f.common.config_check);
  EXPECT_EQ(f.common.log_level, "info");
  EXPECT_EQ(f.common.log_format, "logfmt");
  EXPECT_EQ(f.web.listen, (std::vector{web::ListenAddress{"0.0.0.0", 10045}}));
  EXPECT_EQ(f.telemetry_path, "/metrics");
  EXPECT_EQ(f.web.config_file, "");
}

TEST(Flags, TakeBothFormsOfValues) {
  const Flags equals = flags({"--config.file=a.yml", "--web.telemetry-path=/m", "--log.level=error"});
  const Flags blank = flags({"--config.file", "a.yml", "--web.telemetry-path", "/m", "--log.level", "error"});
  for (const Flags& f : {equals, blank}) {
    EXPECT_EQ(f.common.config_file, "a.yml");
    EXPECT_EQ(f.telemetry_path, "/m");
    EXPECT_EQ(f.common.log_level, "error");
  }
  EXPECT_EQ(flags({"--web.config.file=web.yml"}).web.config_file, "web.yml");
  EXPECT_EQ(flags({"--config.file=a", "--config.file=b"}).common.config_file, "b");
}

TEST(Flags, ListenAddressIsRepeatableAndReplacesTheDefault) {
  const Flags f = flags({"--web.listen-address=127.0.0.1:0", "--web.listen-address", ":9100"});
  EXPECT_EQ(f.web.listen, (std::vector{web::ListenAddress{"127.0.0.1", 0}, web::ListenAddress{"0.0.0.0", 9100}}));
}

TEST(Flags, SwitchesHaveANo) {
  EXPECT_TRUE(flags({"--config.check"}).common.config_check);
  EXPECT_TRUE(flags({"--config.check=true"}).common.config_check);
  EXPECT_FALSE(flags({"--config.check", "--no-config.check"}).common.config_check);
}

TEST(Flags, UsageErrorsAreOneClearLine) {
  EXPECT_THAT(refusal({"--config.fil=x"}),
              HasSubstr("unknown flag \"--config.fil\", did you mean --config.file?"));
  EXPECT_THAT(refusal({"--wibble"}), HasSubstr("unknown flag \"--wibble\""));
  EXPECT_THAT(refusal({"-x"}), HasSubstr("unknown flag \"-x\""));
  EXPECT_THAT(refusal({"pool1"}), HasSubstr("unexpected argument \"pool1\""));
  EXPECT_THAT(refusal({"--", "pool1"}), HasSubstr("unexpected argument"));
  EXPECT_THAT(refusal({"--config.file"}), HasSubstr("--config.file needs a value"));
  EXPECT_THAT(refusal({"--config.check=perhaps"}), HasSubstr("--config.check"));
  EXPECT_THAT(refusal({"--log.level=loud"}), HasSubstr("none of debug, info, warn, error"));
  EXPECT_THAT(refusal({"--log.format=xml"}), HasSubstr("neither logfmt nor json"));
  EXPECT_THAT(refusal({"--web.listen-address=[::1]:10045"}), HasSubstr("nginx"));
  EXPECT_THAT(refusal({"--web.listen-address=10045"}), HasSubstr("HOST:PORT"));
  EXPECT_THAT(refusal({"--web.telemetry-path=metrics"}), HasSubstr("must begin with /"));
  EXPECT_THAT(refusal({"--web.telemetry-path=/probe"}), HasSubstr("another page"));
  EXPECT_THAT(refusal({"--web.listen-address=:1", "stray"}), HasSubstr("unexpected argument"));
}

TEST(Flags, HelpFitsTheScreenAndNamesEveryFlag) {
  auto result = parse({"--help"});
  const EarlyExit exit = std::get<EarlyExit>(result);
  EXPECT_EQ(exit.code, 0);
  EXPECT_EQ(exit.error, "");
  std::istringstream lines(exit.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  for (const char* flag :
       {"--config.file", "--config.check", "--log.level", "--log.format", "--web.listen-address",
        "--web.config.file", "--web.telemetry-path", "--version", "--help", "Example:"})
    EXPECT_THAT(exit.out, HasSubstr(flag));
  EXPECT_THAT(exit.out, HasSubstr("Default: :10045"));
}

TEST(Flags, VersionWinsOverEverythingElseThatIsRight) {
  auto result = parse({"--version", "--config.file=x"});
  EXPECT_EQ(std::get<EarlyExit>(result).out, "xenha-exporter " XENHA_VERSION "\n");
  EXPECT_EQ(std::get<EarlyExit>(result).code, 0);
}

}  // namespace
}  // namespace xenha::exporter
