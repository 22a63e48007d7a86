#include "lib/config/common_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "lib/config/problems.h"
#include "lib/config/suggest.h"

namespace xenha::config {
namespace {

constexpr std::size_t kWidth = 80;

/// `text` in lines that end before column 80, each indented by `indent`.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string out, line;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > kWidth) {
      out += std::string(indent, ' ') + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + std::string(indent, ' ') + line + "\n";
}

}  // namespace

struct FlagParser::Parts {
  struct Described {
    std::string left, help;
  };
  std::string program, purpose, example;
  CLI::App app;
  std::vector<Described> described;
  std::vector<std::string> names;  ///< with their dashes

  void describe(const std::string& name, const std::string& left, std::string help) {
    names.push_back("--" + name);
    described.push_back({"--" + name + left, std::move(help)});
  }
};

FlagParser::FlagParser(std::string program, std::string purpose, std::string example)
    : parts_(std::make_unique<Parts>()) {
  parts_->program = std::move(program);
  parts_->purpose = std::move(purpose);
  parts_->example = std::move(example);
  parts_->app.set_help_flag("");
  parts_->app.add_flag("-h,--help");
  parts_->app.add_flag("--version");
  parts_->names = {"--help", "--version"};
}

FlagParser::~FlagParser() = default;

void FlagParser::text(const std::string& name, const std::string& value_name, std::string help,
                      std::string& target) {
  parts_->app.add_option("--" + name, target)->take_last();
  if (!target.empty()) help += " Default: " + target;
  parts_->describe(name, "=" + value_name, std::move(help));
}

void FlagParser::list(const std::string& name, const std::string& value_name, std::string help,
                      std::vector<std::string>& target) {
  for (const std::string& value : target) help += (&value == &target.front() ? " Default: " : ", ") + value;
  parts_->app.add_option("--" + name, target)->expected(1)->take_all()->allow_extra_args(false);
  parts_->describe(name, "=" + value_name + " ...", std::move(help));
}

void FlagParser::flag(const std::string& name, std::string help, bool& target) {
  parts_->app.add_flag("--" + name + ",!--no-" + name, target);
  parts_->describe(name, "", std::move(help));
}

EarlyExit FlagParser::usage_error(const std::string& what) const {
  return {2, {}, parts_->program + ": " + what + " (--help lists the flags)"};
}

std::optional<EarlyExit> FlagParser::parse(int argc, const char* const* argv) {
  CLI::App& app = parts_->app;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    std::vector<std::string> rest = app.remaining();
    std::erase(rest, "--");
    const std::string word = rest.empty() ? "" : rest.front().substr(0, rest.front().find('='));
    if (word.empty() || word[0] != '-') return usage_error("unexpected argument " + in_quotes(word));
    const std::string guess = nearest(word, parts_->names);
    return usage_error("unknown flag " + in_quotes(word) +
                       (guess.empty() ? "" : ", did you mean " + guess + "?"));
  } catch (const CLI::ArgumentMismatch& e) {
    const std::string what = e.what();
    return usage_error(what.substr(0, what.find(':')) + " needs a value");
  } catch (const CLI::ParseError& e) {
    std::string what = e.what();
    what = what.substr(0, what.find('\n'));
    return usage_error(what);
  }
  if (app.count("--help") > 0) return EarlyExit{0, help(), {}};
  if (app.count("--version") > 0) return EarlyExit{0, parts_->program + " " XENHA_VERSION "\n", {}};
  return {};
}

std::string FlagParser::help() const {
  std::string out =
      "Usage: " + parts_->program + " [FLAG]...\n\n" + wrapped(parts_->purpose, 0) + "\nFlags:\n";
  for (const Parts::Described& entry : parts_->described) {
    out += "  " + entry.left + "\n";
    out += wrapped(entry.help, 6);
  }
  out += "  --version\n      Print the version and exit.\n  --help\n      Print this text and exit.\n";
  return out + "\nExample:\n  " + parts_->example + "\n";
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
