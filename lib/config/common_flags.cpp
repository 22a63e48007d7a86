#include "lib/config/common_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "lib/base/wrapped.h"
#include "lib/config/problems.h"
#include "lib/config/suggest.h"

namespace xenha::config {

struct FlagParser::Parts {
  struct Described {
    std::string left, help;
  };
  struct Argument {
    std::string name, help;
    CLI::Option* option = nullptr;
    bool required = true;
  };
  Parts* above = nullptr;  ///< of the program or group that this is a command of
  std::string program;     ///< with the words of the command
  Text text;
  CLI::App own;
  CLI::App* app = &own;
  std::vector<Described> described;
  std::vector<Argument> arguments;
  std::vector<std::string> names;                                             ///< with their dashes
  std::vector<std::pair<std::string, std::unique_ptr<FlagParser>>> commands;  ///< by their last word
  std::string chosen;

  void describe(const std::string& name, const std::string& left, std::string help) {
    names.push_back(name);
    described.push_back({name + left, std::move(help)});
  }
  bool takes_words() const { return !commands.empty(); }
  /// Every flag that may stand here.
  std::vector<std::string> known() const {
    std::vector<std::string> out = names;
    for (const Parts* up = above; up != nullptr; up = up->above)
      out.insert(out.end(), up->names.begin(), up->names.end());
    return out;
  }
};

FlagParser::FlagParser(std::string program, std::string purpose, std::string example)
    : parts_(std::make_unique<Parts>()) {
  parts_->program = std::move(program);
  parts_->text = {{}, std::move(purpose), std::move(example)};
  parts_->app->set_help_flag("");
  parts_->app->add_flag("-h,--help");
  parts_->app->add_flag("--version");
  parts_->names = {"--help", "--version"};
}

FlagParser::FlagParser(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

FlagParser::~FlagParser() = default;

void FlagParser::text(const std::string& name, const std::string& value_name, std::string help,
                      std::string& target) {
  parts_->app->add_option("--" + name, target)->take_last();
  if (!target.empty()) help += " Default: " + target;
  parts_->describe("--" + name, "=" + value_name, std::move(help));
}

void FlagParser::list(const std::string& name, const std::string& value_name, std::string help,
                      std::vector<std::string>& target) {
  for (const std::string& value : target) help += (&value == &target.front() ? " Default: " : ", ") + value;
  parts_->app->add_option("--" + name, target)->expected(1)->take_all()->allow_extra_args(false);
  parts_->describe("--" + name, "=" + value_name + " ...", std::move(help));
}

void FlagParser::flag(const std::string& name, std::string help, bool& target) {
  parts_->app->add_flag("--" + name + ",!--no-" + name, target);
  parts_->describe("--" + name, "", std::move(help));
}

void FlagParser::no_flag(const std::string& name, std::string help, bool& target) {
  parts_->app->add_flag("!--no-" + name + ",--" + name, target);
  parts_->describe("--no-" + name, "", std::move(help));
}

void FlagParser::argument(const std::string& name, std::string help, std::string& target, bool required) {
  // Whether one is missing is judged here and not by CLI11, so that --help works without it.
  CLI::Option* option = parts_->app->add_option(name, target);
  parts_->arguments.push_back({name, std::move(help), option, required});
}

FlagParser& FlagParser::group(const std::string& name) {
  for (const auto& [word, parser] : parts_->commands)
    if (word == name) return *parser;
  parts_->app->require_subcommand(0, 1);
  auto parts = std::make_unique<Parts>();
  parts->above = parts_.get();
  parts->program = parts_->program + " " + name;
  parts->app = parts_->app->add_subcommand(name);
  parts->app->set_help_flag("");
  parts->app->fallthrough();
  parts_->commands.emplace_back(name, std::unique_ptr<FlagParser>(new FlagParser(std::move(parts))));
  return *parts_->commands.back().second;
}

FlagParser& FlagParser::command(const std::string& path, Text text) {
  FlagParser* parser = this;
  std::istringstream words(path);
  for (std::string word; words >> word;) parser = &parser->group(word);
  parser->parts_->text = std::move(text);
  return *parser;
}

const std::string& FlagParser::chosen() const {
  return parts_->chosen;
}

/// The command given, or the group of commands, or the program itself.
FlagParser* FlagParser::given() {
  for (const auto& [word, parser] : parts_->commands) {
    if (!parser->parts_->app->parsed()) continue;
    FlagParser* below = parser->given();
    parts_->chosen = word + (parser->chosen().empty() ? "" : " " + parser->chosen());
    return below;
  }
  return this;
}

EarlyExit FlagParser::usage_error(const std::string& what) const {
  const std::string way = parts_->above == nullptr && !parts_->takes_words()
                              ? "--help lists the flags"
                              : parts_->program + " --help shows how";
  return {2, {}, parts_->program + ": " + what + " (" + way + ")"};
}

/// CLI11's part, with its errors in our words.
std::optional<EarlyExit> FlagParser::split(int argc, const char* const* argv) {
  CLI::App& app = *parts_->app;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    FlagParser& at = *given();
    std::vector<std::string> rest = app.remaining(true);
    std::erase(rest, "--");
    const std::string word = rest.empty() ? "" : rest.front().substr(0, rest.front().find('='));
    const bool is_flag = !word.empty() && word[0] == '-';
    std::vector<std::string> known = at.parts_->known();
    if (!is_flag) {
      known.clear();
      for (const auto& [name, parser] : at.parts_->commands) known.push_back(name);
    }
    const std::string guess = nearest(word, known);
    const std::string hint = guess.empty() ? "" : ", did you mean " + guess + "?";
    if (is_flag) return at.usage_error("unknown flag " + in_quotes(word) + hint);
    return at.usage_error((at.parts_->takes_words() ? "unknown command " : "unexpected argument ") +
                          in_quotes(word) + hint);
  } catch (const CLI::ArgumentMismatch& e) {
    const std::string what = e.what();
    return given()->usage_error(what.substr(0, what.find(':')) + " needs a value");
  } catch (const CLI::ParseError& e) {
    std::string what = e.what();
    what = what.substr(0, what.find('\n'));
    return given()->usage_error(what);
  }
  return {};
}

std::optional<EarlyExit> FlagParser::parse(int argc, const char* const* argv) {
  if (std::optional<EarlyExit> wrong = split(argc, argv)) return wrong;
  FlagParser& at = *given();
  if (parts_->app->count("--help") > 0) return EarlyExit{0, at.help(), {}};
  if (parts_->app->count("--version") > 0) return EarlyExit{0, parts_->program + " " XENHA_VERSION "\n", {}};
  if (&at != this && at.parts_->takes_words()) {
    std::string words;
    for (const auto& [name, parser] : at.parts_->commands) words += (words.empty() ? "" : ", ") + name;
    return at.usage_error("which of " + words + "?");
  }
  for (const Parts::Argument& argument : at.parts_->arguments)
    if (argument.required && argument.option->count() == 0)
      return at.usage_error(argument.name + " is missing");
  return {};
}

std::string FlagParser::help() const {
  std::string usage = "Usage: " + parts_->program + (parts_->described.empty() ? "" : " [FLAG]...");
  for (const Parts::Argument& argument : parts_->arguments)
    usage += argument.required ? " " + argument.name : " [" + argument.name + "]";
  if (parts_->takes_words()) usage += " COMMAND";
  std::string out = usage + "\n";
  if (!parts_->text.purpose.empty()) out += "\n" + wrapped(parts_->text.purpose, 0);
  if (parts_->takes_words()) out += "\nCommands:\n";
  const auto list = [&](const FlagParser& parser, const std::string& before, const auto& self) -> void {
    for (const auto& [name, below] : parser.parts_->commands) {
      const std::string path = before + name;
      if (below->parts_->takes_words()) {
        self(*below, path + " ", self);
        continue;
      }
      const std::string left = "  " + path + std::string(path.size() < 18 ? 18 - path.size() : 1, ' ');
      out += left + below->parts_->text.summary + "\n";
    }
  };
  list(*this, "", list);
  if (!parts_->arguments.empty()) out += "\n";
  for (const Parts::Argument& argument : parts_->arguments)
    out += "  " + argument.name + "\n" + wrapped(argument.help, 6);
  if (parts_->above == nullptr || !parts_->described.empty()) out += "\nFlags:\n";
  for (const Parts::Described& entry : parts_->described) {
    out += "  " + entry.left + "\n";
    out += wrapped(entry.help, 6);
  }
  if (parts_->above == nullptr) {
    out += "  --version\n      Print the version and exit.\n  --help\n      Print this text and exit.\n";
  } else {
    const Parts* top = parts_.get();
    while (top->above != nullptr) top = top->above;
    out += "\nFlags of every command: " + top->program + " --help\n";
  }
  return out + (parts_->text.example.empty() ? "" : "\nExample:\n  " + parts_->text.example + "\n");
}

void CommonFlags::declare(FlagParser& parser) {
  parser.text("config.file", "PATH", "Config file; one file serves all xenha programs.", config_file);
  parser.flag("config.check",
              "Check the config file and exit: 0 usable, 2 not. Prints every problem at once.", config_check);
  parser.text("log.level", "LEVEL", "debug, info, warn or error.", log_level);
  parser.text("log.format", "FORMAT", "logfmt or json; the log goes to standard error.", log_format);
}

std::optional<EarlyExit> configure_log(const FlagParser& parser, const CommonFlags& flags) {
  log::Level level{};
  if (!log::parse_level(flags.log_level, level))
    return parser.usage_error("--log.level " + in_quotes(flags.log_level) +
                              " is none of debug, info, warn, error");
  if (flags.log_format != "logfmt" && flags.log_format != "json")
    return parser.usage_error("--log.format " + in_quotes(flags.log_format) + " is neither logfmt nor json");
  log::configure(level, flags.log_format == "json" ? log::Format::kJson : log::Format::kLogfmt);
  return {};
}

}  // namespace xenha::config
