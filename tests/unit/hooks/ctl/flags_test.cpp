// The command line, and that manual and completion know all of it.
#include "hooks/ctl/flags.h"

#include <gmock/gmock.h>

#include <sstream>

#include "hooks/ctl/commands/commands.h"
#include "tests/unit/config/fixture_dir.h"
#include "tests/unit/hooks/ctl/screens.h"

namespace xenha::ctl {
namespace {

using config::EarlyExit;
using testing::HasSubstr;

class CtlFlags : public testing::Test {
 protected:
  std::variant<Flags, EarlyExit> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "xenhactl");
    commands_ = reading_commands();
    return parse_flags(static_cast<int>(words.size()), words.data(), commands_);
  }
  /// The command that would run, and with which output.
  std::string runs(const std::vector<const char*>& words) {
    const auto result = parse(words);
    if (const auto* exit = std::get_if<EarlyExit>(&result)) return "exits: " + exit->error + exit->out;
    const Flags& flags = std::get<Flags>(result);
    return (flags.command == nullptr ? "nothing" : flags.command->path()) +
           (flags.output == Output::kJson ? " as json" : "");
  }
  std::string refusal(const std::vector<const char*>& words) {
    const auto result = parse(words);
    const auto* exit = std::get_if<EarlyExit>(&result);
    if (exit == nullptr) return "accepted";
    EXPECT_EQ(exit->code, 2);
    EXPECT_EQ(exit->out, "");
    EXPECT_EQ(exit->error.find('\n'), std::string::npos) << exit->error;
    return exit->error;
  }
  std::string help(const std::vector<const char*>& words) {
    const auto result = parse(words);
    const auto* exit = std::get_if<EarlyExit>(&result);
    if (exit == nullptr) return "";
    EXPECT_EQ(exit->code, 0);
    EXPECT_EQ(exit->error, "");
    return exit->out;
  }

  Commands commands_;
};

TEST_F(CtlFlags, CommonFlagsStandBeforeOrAfterTheCommand) {
  EXPECT_EQ(runs({"status"}), "status");
  EXPECT_EQ(runs({"--output=json", "status"}), "status as json");
  EXPECT_EQ(runs({"status", "--output", "json"}), "status as json");
  EXPECT_EQ(runs({"status", "cluster1", "--output=json", "--config.file", "x.yml"}), "status as json");
  EXPECT_EQ(runs({"--log.level=debug", "latency", "enable", "cluster1", "--output=json"}),
            "latency enable as json");
  EXPECT_EQ(runs({"--config.check"}), "nothing");
}

TEST_F(CtlFlags, APoolMayBeCalledLikeACommand) {
  for (const char* name : {"status", "pause", "latency", "enable", "help"}) {
    EXPECT_EQ(runs({"explain", name}), "explain");
    EXPECT_EQ(commands_.empty(), false);
    EXPECT_EQ(runs({"latency", "disable", name}), "latency disable");
  }
}

TEST_F(CtlFlags, NeedsNameThePoolThatWasGiven) {
  const auto result = parse({"status", "cluster2"});
  const Needs needs = std::get<Flags>(result).command->needs();
  EXPECT_EQ(needs.only_pool, "cluster2");
  EXPECT_TRUE(needs.pools && needs.clouds && needs.exporter && needs.hooks);
  EXPECT_FALSE(needs.actors || needs.cloud_actors);
}

TEST_F(CtlFlags, ReadingCommandsOpenNoSecretOfAnActor) {
  for (const auto& command : reading_commands()) {
    const bool writes = command->path().starts_with("latency");
    EXPECT_EQ(command->needs().actors, writes) << command->path();
    EXPECT_FALSE(command->needs().cloud_actors) << command->path();
  }
}

TEST_F(CtlFlags, UsageErrorsAreOneClearLine) {
  EXPECT_THAT(refusal({}), HasSubstr("a command is missing"));
  EXPECT_THAT(refusal({"stats"}), HasSubstr("unknown command \"stats\", did you mean status?"));
  EXPECT_THAT(refusal({"latency"}), HasSubstr("xenhactl latency: which of enable, disable?"));
  EXPECT_THAT(refusal({"latency", "enabel"}), HasSubstr("did you mean enable?"));
  EXPECT_THAT(refusal({"latency", "enable"}), HasSubstr("xenhactl latency enable: POOL is missing"));
  EXPECT_THAT(refusal({"status", "a", "b"}), HasSubstr("xenhactl status: unexpected argument \"b\""));
  EXPECT_THAT(refusal({"status", "--strict"}), HasSubstr("unknown flag \"--strict\""));
  EXPECT_THAT(refusal({"doctor", "--stirct"}), HasSubstr("did you mean --strict?"));
  EXPECT_THAT(refusal({"status", "--outptu=json"}), HasSubstr("did you mean --output?"));
  EXPECT_THAT(refusal({"status", "--output"}), HasSubstr("--output needs a value"));
  EXPECT_THAT(refusal({"status", "--output=yaml"}), HasSubstr("neither table nor json"));
  EXPECT_THAT(refusal({"status", "--log.level=loud"}), HasSubstr("none of debug, info, warn, error"));
  EXPECT_THAT(refusal({"pause", "p"}), HasSubstr("--reason is missing"));
  EXPECT_THAT(refusal({"pause", "p", "--reason=x", "--for=60d"}), HasSubstr("31d"));
  EXPECT_THAT(refusal({"pause", "p", "--reason=x", "--for=-1h"}), HasSubstr("--for"));
  EXPECT_THAT(refusal({"journal", "--limit=ten"}), HasSubstr("--limit"));
}

TEST_F(CtlFlags, HelpFitsTheScreenAndHasAnExampleEach) {
  EXPECT_SCREEN("help.txt", help({"--help"}));
  for (const auto& command : reading_commands()) {
    std::vector<std::string> words;
    std::istringstream path(command->path());
    for (std::string word; path >> word;) words.push_back(word);
    std::vector<const char*> line;
    line.reserve(words.size() + 1);
    for (const std::string& word : words) line.push_back(word.c_str());
    line.push_back("--help");
    const std::string text = help(line);
    EXPECT_EQ(screen_problem(text), "");
    EXPECT_THAT(text, HasSubstr("Usage: xenhactl " + command->path()));
    EXPECT_THAT(text, HasSubstr("Example:\n  xenhactl " + command->path()));
    EXPECT_LE(command->text().summary.size(), 60u) << command->path();
    EXPECT_THAT(help({"--help"}), HasSubstr("  " + command->path() + " "));
  }
}

/// The words that begin with -- in a help text.
std::vector<std::string> flags_in(const std::string& text) {
  std::istringstream lines(text);
  std::vector<std::string> out;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("  --")) out.push_back(line.substr(2, line.find_first_of("= ", 2) - 2));
  return out;
}

TEST_F(CtlFlags, StandInTheManualAndInTheCompletion) {
  const std::filesystem::path deploy = XENHA_SOURCE_DIR "/hooks/ctl/deploy";
  const std::string manual = test::replaced(test::slurp(deploy / "xenhactl.1"), "\\-", "-");
  const std::string completion = test::slurp(deploy / "xenhactl.bash");
  const std::string output = test::slurp(XENHA_SOURCE_DIR "/hooks/ctl/OUTPUT.md");
  const std::vector<std::string> common = flags_in(help({"--help"}));
  EXPECT_EQ(common.size(), 7u);
  std::vector<std::string> all = common;
  for (const auto& command : reading_commands()) {
    std::string first = command->path();
    std::vector<const char*> line{first.c_str(), "--help"};
    std::string second;
    if (const std::size_t blank = first.find(' '); blank != std::string::npos) {
      second = first.substr(blank + 1);
      first.resize(blank);
      line = {first.c_str(), second.c_str(), "--help"};
    }
    for (const std::string& flag : flags_in(help(line))) all.push_back(flag);
    EXPECT_THAT(manual, HasSubstr(first)) << command->path();
    EXPECT_THAT(completion, testing::ContainsRegex("[ \"]" + first + "[ \"\n]")) << command->path();
    EXPECT_THAT(output, HasSubstr(command->path())) << command->path() << " has no schema in OUTPUT.md";
  }
  for (const std::string& flag : all) {
    EXPECT_THAT(manual, HasSubstr(flag));
    EXPECT_THAT(completion, HasSubstr(flag));
  }
}

}  // namespace
}  // namespace xenha::ctl
