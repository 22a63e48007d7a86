#include "tests/integration/virtual_terminal.h"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <streambuf>

#include "hooks/ctl/run/hold_on_pool.h"
#include "tests/sim/control/state.h"
#include "tests/sim/world/print_config.h"

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using sim::Json;

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
    terminal_.said_.push_back({terminal_.world().clock.now(), std::exchange(line_, {})});
    if (terminal_.cut_ == terminal_.said_.size()) stop_.request_stop();
    return c;
  }

 private:
  VirtualTerminal& terminal_;
  std::stop_source& stop_;
  std::string line_;
};

Duration VirtualTerminal::Ended::when(const std::string& part) const {
  for (const Line& line : said)
    if (line.text.find(part) != std::string::npos) return line.at;
  throw std::runtime_error("never said: " + part);
}

VirtualTerminal::VirtualTerminal(const std::string& release)
    : simulation_({.pools = {{.name = kPool, .release = release, .hosts = 3, .vms = 6}},
                   .clouds = {sim::CloudSpec{.name = "cloud1"}}}) {
  Result<std::string> config = sim::make_config(world(), directory());
  if (!config) throw std::runtime_error(config.error().message);
  const std::string secret = "    secret_key_file: " + directory().string() + "/cloud1.secret\n";
  const std::size_t at = config->find(secret);
  if (at == std::string::npos) throw std::runtime_error("no CloudStack in the config file:\n" + *config);
  config->insert(at + secret.size(), "    actor: {api_key_file: " + directory().string() +
                                         "/cloud1.key, secret_key_file: " + directory().string() +
                                         "/cloud1.secret}\n");
  std::ofstream(directory() / "xenha.yml")
      << *config << "ctl:\n  state_dir: " << directory().string() << "/ctl\n";
}

VirtualTerminal::Ended VirtualTerminal::run(std::optional<ctl::Procedure> procedure,
                                            const std::string& host) {
  ctl::Request request{.procedure = procedure, .pool = kPool, .host = host};
  request.consent.yes = !person_;
  return play([&](ctl::Context& context) { return ctl::Runner(context, request).run(); });
}

VirtualTerminal::Ended VirtualTerminal::hold(std::optional<ctl::PoolHold> hold) {
  ctl::OnPoolOrder order{.pool = kPool, .hold = std::move(hold)};
  order.consent.yes = !person_;
  return play([&](ctl::Context& context) { return ctl::hold_on_pool(context, order); });
}

VirtualTerminal::Ended VirtualTerminal::play(const std::function<ctl::ExitCode(ctl::Context&)>& command) {
  const auto config = ctl::load_ctl_config(
      directory() / "xenha.yml",
      {.pools = true, .actors = true, .clouds = true, .cloud_actors = true, .only_pool = kPool});
  if (!config) throw std::runtime_error(config.error().text());
  std::stop_source stop;
  const auto before = [this, &stop] {
    happen();
    if (cut_when_ && cut_when_()) stop.request_stop();
  };
  const auto new_transport = [&] { return simulation_.transport("xenhactl", before); };
  const auto transport = new_transport();
  const std::stop_callback wake(stop.get_token(), [&] { transport->wake(); });
  Errors errors(*this, stop);
  std::ostream err(&errors);
  std::ostringstream out;
  ctl::Screen screen{.out = out, .err = err, .width = 200, .person = bool(person_), .read_line = person_};
  ctl::Context context{*config,         std::exchange(output_, ctl::Output::kTable),
                       screen,          simulation_.clock,
                       *transport,      new_transport,
                       stop.get_token()};
  said_.clear();
  Ended ended{.code = command(context)};
  cut_.reset();
  cut_when_ = nullptr;
  person_ = nullptr;
  waiting_.clear();
  ended.out = in_one_line(out.str());
  ended.last = last_line(out.str());
  ended.said = said_;
  ended.at = world().clock.now();
  return ended;
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

void VirtualTerminal::pass(Duration span) {
  world().clock.advance(span);
}

bool VirtualTerminal::pass_until_joined(const std::string& name) {
  for (int seconds = 0; seconds < 1800; ++seconds) {
    const Json state = sim::state_of(world());
    for (const Json& host : state["pools"][0]["hosts"])
      if (host["name"] == name && host["agent"] == "running" && host["live"] == true) return true;
    pass(1s);
  }
  return false;
}

std::vector<std::pair<Duration, std::string>> VirtualTerminal::writes(bool with_marks) const {
  std::vector<std::pair<Duration, std::string>> out;
  for (const sim::CallEntry& call : world().log.after(0, true)) {
    if (!with_marks && call.method.ends_with("_other_config")) continue;
    const double at = call.time - unix_seconds(world().virtual_start);
    out.emplace_back(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(at)),
                     (call.cloud.empty() ? "" : "cloud ") + call.method);
  }
  return out;
}

std::vector<std::string> VirtualTerminal::names_of_writes(bool with_marks) const {
  std::vector<std::string> out;
  for (auto& [at, name] : writes(with_marks)) out.push_back(name);
  return out;
}

bool VirtualTerminal::ha_enabled() const {
  return sim::state_of(world())["pools"][0]["ha_enabled"].get<bool>();
}

bool VirtualTerminal::takes_part_in_ha(const std::string& name) const {
  const Json state = sim::state_of(world());
  for (const Json& host : state["pools"][0]["hosts"])
    if (host["name"] == name) return host["ha_armed"] == true && host["statefile_access"] == true;
  return false;
}

std::optional<std::string> VirtualTerminal::other_config(const std::string& key) const {
  const Json state = sim::state_of(world());
  const Json& all = state["pools"][0]["other_config"];
  return all.contains(key) ? std::optional(all[key].get<std::string>()) : std::nullopt;
}

std::string VirtualTerminal::unwell() const {
  const Json state = sim::state_of(world());
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
