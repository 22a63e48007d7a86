#include "hooks/ctl/app.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "hooks/ctl/flags.h"
#include "hooks/ctl/interrupt.h"
#include "lib/config/problems.h"
#include "lib/config/suggest.h"
#include "lib/http/curl_transport.h"

namespace xenha::ctl {
namespace {

/// COLUMNS where it is set, else the terminal's, never so narrow that tables fall apart.
std::size_t screen_width() {
  constexpr std::size_t kNarrowest = 60, kWidest = 200;
  std::size_t width = 0;
  if (const char* columns = std::getenv("COLUMNS")) width = std::strtoul(columns, nullptr, 10);
  winsize size{};
  if (width == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  return width == 0 ? kScreenWidth : std::clamp(width, kNarrowest, kWidest);
}

bool wants_colours() {
  const char* no = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && (no == nullptr || *no == '\0') &&
         (term == nullptr || std::string_view(term) != "dumb");
}

std::optional<std::string> read_line(const Interrupt& interrupt) {
  std::string line;
  for (char c = 0; interrupt.wait_readable(STDIN_FILENO) && read(STDIN_FILENO, &c, 1) == 1;) {
    if (c == '\n') return line;
    line += c;
  }
  return std::nullopt;
}

/// Empty: there is such a pool.
std::string unknown_pool(const CtlConfig& config, const std::string& name) {
  if (name.empty() ||
      std::find(config.pool_names.begin(), config.pool_names.end(), name) != config.pool_names.end())
    return {};
  const std::string guess = config::nearest(name, config.pool_names);
  std::string known;
  for (const std::string& other : config.pool_names) known += (known.empty() ? "" : ", ") + other;
  if (known.size() > 300) known = std::to_string(config.pool_names.size()) + " pools";
  return "no pool is called " + config::in_quotes(name) +
         (guess.empty() ? "" : ", did you mean " + guess + "?") + " (configured: " + known + ")";
}

ExitCode run_command(const Flags& flags, const Interrupt& interrupt) {
  const Needs needs = flags.command->needs();
  const Result<CtlConfig, config::Problems> config = load_ctl_config(flags.common.config_file, needs);
  if (!config) {
    std::cerr << config.error().text();
    return ExitCode::kUsage;
  }
  if (const std::string problem = unknown_pool(*config, needs.only_pool); !problem.empty()) {
    std::cerr << "xenhactl: " << problem << "\n";
    return ExitCode::kUsage;
  }
  const SystemClock clock;
  const auto new_transport = [] {
    return std::make_unique<http::CurlTransport>(http::TransportOptions{.user_agent = "xenhactl"});
  };
  const auto transport = new_transport();
  const std::stop_callback wake(interrupt.token(), [&] { transport->wake(); });
  const bool errors_seen = isatty(STDERR_FILENO) == 1;
  Screen screen{.out = std::cout,
                .err = std::cerr,
                .width = screen_width(),
                .colours = wants_colours(),
                .progress = errors_seen,
                .person = errors_seen && isatty(STDIN_FILENO) == 1,
                .read_line = [&] { return read_line(interrupt); }};
  Context context{*config, flags.output, screen, clock, *transport, new_transport, interrupt.token()};
  const ExitCode code = flags.command->run(context);
  std::cout.flush();
  return code;
}

}  // namespace

ExitCode fail(const Context& context, ExitCode code, const std::string& what) {
  context.screen.err << "xenhactl: " << what << "\n";
  return code;
}

int run(int argc, const char* const* argv, const Commands& commands) {
  const auto parsed = parse_flags(argc, argv, commands);
  if (const auto* early = std::get_if<config::EarlyExit>(&parsed)) {
    std::cout << early->out;
    if (!early->error.empty()) std::cerr << early->error << "\n";
    return early->code;
  }
  const Flags& flags = std::get<Flags>(parsed);
  if (flags.common.config_check) {
    const config::CheckReport report = check_report(flags.common.config_file);
    std::cout << report.text;
    return report.exit_code;
  }
  const Interrupt interrupt;
  return static_cast<int>(run_command(flags, interrupt));
}

}  // namespace xenha::ctl
