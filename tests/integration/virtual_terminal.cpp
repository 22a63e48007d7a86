#include "tests/integration/virtual_terminal.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <streambuf>

#include "tests/sim/control/commands.h"
#include "tests/sim/control/state.h"
#include "tests/sim/world/print_config.h"
#include "tests/support/virtual_transport.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using sim::Json;

constexpr SteadyTime kSteadyStart{std::chrono::hours(1)};
constexpr char kPool[] = "cluster1";

std::string in_one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  std::string out;
  for (const char c : text)
    if (c != ' ' || out.empty() || out.back() != ' ') out += c;
  return out;
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.find_last_of('\n') + 1);
}

}  // namespace

/// Standard error: keeps when each line was written, and ends the run at the one that is wanted.
class VirtualTerminal::Errors final : public std::streambuf {
 public:
  Errors(VirtualTerminal& terminal, std::stop_source& stop) : terminal_(terminal), stop_(stop) {}

 protected:
  int overflow(int c) override {
    if (c != '\n') {
      line_ += static_cast<char>(c);
      return c;
    }
    terminal_.said_.push_back({terminal_.assembly_.world->clock.now(), std::exchange(line_, {})});
    if (terminal_.cut_ == terminal_.said_.size()) stop_.request_stop();
    return c;
  }

 private:
  VirtualTerminal& terminal_;
  std::stop_source& stop_;
  std::string line_;
};

WallTime VirtualTerminal::VirtualClock::wall() const {
  return terminal_.assembly_.world->now();
}

SteadyTime VirtualTerminal::VirtualClock::steady() const {
  return kSteadyStart + terminal_.assembly_.world->clock.now();
}

Duration VirtualTerminal::Ended::when(const std::string& part) const {
  for (const Line& line : said)
    if (line.text.find(part) != std::string::npos) return line.at;
  throw std::runtime_error("never said: " + part);
}

VirtualTerminal::VirtualTerminal() {
  char name[] = "/tmp/xenha-terminal-XXXXXX";
  directory_ = mkdtemp(name);
  sim::SimulationOptions options;
  options.pools = {{.name = kPool, .hosts = 3, .vms = 6}};
  options.clouds = {sim::CloudSpec{.name = "cloud1"}};
  options.speed = 0;
  options.control.clear();
  network_ = std::make_unique<sim::VirtualNetwork>(
      [this](Duration span, sim::Loop::Task task) { assembly_.world->clock.after(span, std::move(task)); });
  loop_.use(network_.get());
  Result<sim::Assembly> assembly = sim::assemble(loop_, options);
  if (!assembly) throw std::runtime_error(assembly.error().message);
  assembly_ = std::move(*assembly);
  Result<std::string> config = sim::make_config(*assembly_.world, directory_);
  if (!config) throw std::runtime_error(config.error().message);
  const std::string secret = "    secret_key_file: " + directory_.string() + "/cloud1.secret\n";
  const std::size_t at = config->find(secret);
  if (at == std::string::npos) throw std::runtime_error("no CloudStack in the config file:\n" + *config);
  config->insert(at + secret.size(), "    actor: {api_key_file: " + directory_.string() +
                                         "/cloud1.key, secret_key_file: " + directory_.string() +
                                         "/cloud1.secret}\n");
  std::ofstream(directory_ / "xenha.yml")
      << *config << "ctl:\n  state_dir: " << directory_.string() << "/ctl\n";
}

VirtualTerminal::~VirtualTerminal() {
  assembly_.world.reset();
  std::filesystem::remove_all(directory_);
}

VirtualTerminal::Ended VirtualTerminal::run(std::optional<ctl::Procedure> procedure,
                                            const std::string& host) {
  const auto config = ctl::load_ctl_config(
      directory_ / "xenha.yml",
      {.pools = true, .actors = true, .clouds = true, .cloud_actors = true, .only_pool = kPool});
  if (!config) throw std::runtime_error(config.error().text());
  const auto new_transport = [this] {
    return std::make_unique<VirtualTransport>(
        *network_, clock_, [this](SteadyTime until) { pass_until(until); }, "xenhactl");
  };
  const auto transport = new_transport();
  std::stop_source stop;
  const std::stop_callback wake(stop.get_token(), [&] { transport->wake(); });
  Errors errors(*this, stop);
  std::ostream err(&errors);
  std::ostringstream out;
  ctl::Screen screen{.out = out, .err = err, .width = 200, .read_line = {}};
  ctl::Context context{*config,    ctl::Output::kTable, screen,          clock_,
                       *transport, new_transport,       stop.get_token()};
  ctl::Request request{.procedure = procedure, .pool = kPool, .host = host};
  request.consent.yes = true;
  said_.clear();
  Ended ended{.code = ctl::Runner(context, request).run()};
  cut_.reset();
  waiting_.clear();
  ended.out = in_one_line(out.str());
  ended.last = last_line(out.str());
  ended.said = said_;
  ended.at = assembly_.world->clock.now();
  return ended;
}

void VirtualTerminal::pass_until(SteadyTime limit) {
  happen();
  SteadyTime next = limit;
  if (const auto due = assembly_.world->clock.next_due()) next = std::min(next, kSteadyStart + *due);
  assembly_.world->clock.advance(std::max(Duration{}, next - clock_.steady()));
}

void VirtualTerminal::happen() {
  for (std::size_t at = 0; at < waiting_.size(); ++at)
    for (const Line& line : said_)
      if (line.text.find(waiting_[at].first) != std::string::npos) {
        const auto happens = std::move(waiting_[at].second);
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
        happens();
        return;  // the next one at the next moment
      }
}

void VirtualTerminal::command(const std::string& name, const std::string& arguments_json) {
  const auto done = sim::run_command(*assembly_.world, name, Json::parse(arguments_json));
  if (!done) throw std::runtime_error(name + " " + arguments_json + ": " + done.error().message);
}

void VirtualTerminal::pass(Duration span) {
  assembly_.world->clock.advance(span);
}

bool VirtualTerminal::pass_until_joined(const std::string& name) {
  for (int seconds = 0; seconds < 1800; ++seconds) {
    const Json state = sim::state_of(*assembly_.world);
    for (const Json& host : state["pools"][0]["hosts"])
      if (host["name"] == name && host["agent"] == "running" && host["live"] == true) return true;
    pass(1s);
  }
  return false;
}

std::vector<std::pair<Duration, std::string>> VirtualTerminal::writes() const {
  std::vector<std::pair<Duration, std::string>> out;
  for (const sim::CallEntry& call : assembly_.world->log.after(0, true)) {
    if (call.method.ends_with("_other_config")) continue;
    const double at = call.time - unix_seconds(assembly_.world->virtual_start);
    out.emplace_back(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(at)),
                     (call.cloud.empty() ? "" : "cloud ") + call.method);
  }
  return out;
}

std::vector<std::string> VirtualTerminal::names_of_writes() const {
  std::vector<std::string> out;
  for (auto& [at, name] : writes()) out.push_back(name);
  return out;
}

bool VirtualTerminal::ha_enabled() const {
  return sim::state_of(*assembly_.world)["pools"][0]["ha_enabled"].get<bool>();
}

std::string VirtualTerminal::unwell() const {
  const Json state = sim::state_of(*assembly_.world);
  std::string out;
  const Json& pool = state["pools"][0];
  if (pool["ha_enabled"] != true) out += "HA is off; ";
  if (pool["other_config"].contains("xenha:intent")) out += "the mark is left; ";
  for (const Json& host : pool["hosts"])
    for (const char* fact : {"live", "enabled", "ha_armed"})
      if (host[fact] != true) out += host["name"].get<std::string>() + " is not " + fact + "; ";
  for (const Json& host : state["clouds"][0]["hosts"])
    if (host["state"] != "Up" || host["resourcestate"] != "Enabled") out += host.dump() + "; ";
  return out;
}

}  // namespace xenha::test
