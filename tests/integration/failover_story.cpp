#include "tests/integration/failover_story.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/sim/duration.h"

namespace xenha::test {
namespace {

Error bad(const std::string& file, int line, const std::string& message) {
  return {ErrorCode::kBadConfig, file + ", line " + std::to_string(line) + ": " + message};
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line.substr(0, line.find('#')));
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

bool pair_of(const std::string& word, std::map<std::string, std::string>& out) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) return false;
  out[word.substr(0, equals)] = word.substr(equals + 1);
  return true;
}

Claim claim_of(const std::vector<std::string>& words, std::size_t from, const std::string& line, int number) {
  Claim claim{.line_number = number, .line = line};
  if (words.size() > from) claim.path = words[from];
  if (words.size() > from + 1) claim.relation = words[from + 1];
  if (words.size() > from + 2) claim.value = words[from + 2];
  return claim;
}

/// Ours, and the simulator's lines with blanks in place of ours so that their numbers stay.
class Parser {
 public:
  Parser(std::string file, Story& story) : file_(std::move(file)), story_(story) {}

  Status parse(const std::string& text) {
    std::istringstream in(text);
    std::string line;
    for (number_ = 1; std::getline(in, line); ++number_) {
      const std::vector<std::string> words = words_of(line);
      const bool ours = !words.empty() && take(line, words);
      if (failure_) return *failure_;
      simulators_ += (ours ? "" : line) + "\n";
    }
    auto scenario = sim::Scenario::parse(simulators_, story_.world);
    if (!scenario) return Error{ErrorCode::kBadConfig, file_ + ", " + scenario.error().message};
    for (const sim::ScenarioStep& step : (*scenario)->steps()) {
      if (step.verb == "expect") return bad(file_, step.line_number, "write check, not expect");
      StoryStep ours{.at = step.at, .line_number = step.line_number, .line = step.line, .verb = step.verb};
      ours.words.insert(step.arguments.begin(), step.arguments.end());
      story_.steps.push_back(std::move(ours));
    }
    std::stable_sort(story_.steps.begin(), story_.steps.end(), [](const auto& a, const auto& b) {
      return std::pair(a.at, a.line_number) < std::pair(b.at, b.line_number);
    });
    return Nothing{};
  }

 private:
  bool take(const std::string& line, const std::vector<std::string>& words) {
    if (line[0] == ' ') {
      if (story_.records.empty()) return fail("an indented line belongs to a record");
      story_.records.back().claims.push_back(claim_of(words, 0, line, number_));
      return true;
    }
    if (words[0] == "matrix") return true;
    if (words[0] == "alert" || words[0] == "quiet") {
      story_.alerts.emplace_back(number_, line);
      return true;
    }
    if (words[0] == "exporter") {
      for (std::size_t at = 1; at < words.size(); ++at)
        if (!pair_of(words[at], story_.exporter)) return fail("write NAME=SECONDS");
      return true;
    }
    if (words[0] == "failovers" && words.size() == 4) {
      story_.failovers[words[1]] = claim_of(words, 1, line, number_);
      return true;
    }
    if (words[0] == "record" && words.size() == 3) {
      story_.records.push_back(
          {.pool = words[1], .number = std::atoi(words[2].c_str()), .claims = {}, .line_number = number_});
      return true;
    }
    if (words[0][0] == '@' && words.size() >= 2) return take_step(line, words);
    return false;
  }

  bool take_step(const std::string& line, const std::vector<std::string>& words) {
    const std::string& verb = words[1];
    if (verb != "exporter" && verb != "uplink" && verb != "way" && verb != "check" && verb != "xe")
      return false;
    const auto at = sim::parse_duration(words[0].substr(1));
    if (!at) return fail("write @TIME, for example @90s");
    StoryStep step{.at = *at, .line_number = number_, .line = line, .verb = verb};
    if (verb == "check") {
      step.claim = claim_of(words, 2, line, number_);
    } else if (verb == "exporter") {
      step.words["act"] = words.size() > 2 ? words[2] : "";
    } else if (verb == "xe") {
      step.words["command"] = words.size() > 2 ? words[2] : "";
      for (std::size_t word = 3; word < words.size(); ++word) pair_of(words[word], step.words);
    } else {
      for (std::size_t word = 2; word < words.size(); ++word) pair_of(words[word], step.words);
    }
    story_.steps.push_back(std::move(step));
    return true;
  }

  bool fail(const std::string& message) {
    failure_ = bad(file_, number_, message);
    return true;
  }

  const std::string file_;
  Story& story_;
  int number_ = 0;
  std::string simulators_;
  std::optional<Error> failure_;
};

/// "matrix NAME VALUE VALUE ...": the text once for each value, with {NAME} replaced.
std::map<std::string, std::string> variants(const std::string& name, const std::string& text) {
  std::map<std::string, std::string> out{{name, text}};
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() < 3 || words[0] != "matrix") continue;
    std::map<std::string, std::string> more;
    for (const auto& [before, body] : out)
      for (std::size_t at = 2; at < words.size(); ++at) {
        std::string replaced = body;
        const std::string place = "{" + words[1] + "}";
        for (std::size_t found = replaced.find(place); found != std::string::npos;
             found = replaced.find(place))
          replaced.replace(found, place.size(), words[at]);
        std::string suffix = words[at];
        for (char& letter : suffix)
          if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
        more[before + "_" + suffix] = std::move(replaced);
      }
    out = std::move(more);
  }
  return out;
}

}  // namespace

Result<std::vector<Story>> read_stories(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return Error{ErrorCode::kBadConfig, "cannot read " + file.string()};
  std::vector<Story> out;
  for (const auto& [name, body] : variants(file.stem().string(), text.str())) {
    Story story;
    story.name = name;
    if (Status read = Parser(file.filename().string(), story).parse(body); !read) return read.error();
    out.push_back(std::move(story));
  }
  return out;
}

}  // namespace xenha::test
