#include "tests/integration/acting_worker.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "hooks/journal/sqlite_journal.h"

namespace xenha::test {

using namespace std::chrono_literals;

namespace {

constexpr Duration kPatience = 90s;  ///< reached only when something hangs

sim::SimulationOptions one_fast_pool(const std::string& release, int speed) {
  sim::SimulationOptions options;
  options.pools = {sim::PoolSpec{.release = release, .hosts = 4, .vms = 2}};
  options.speed = speed;
  return options;
}

hooks::WorkerSettings quick() {
  hooks::WorkerSettings settings;
  settings.policy.mode = hooks::Mode::kAct;
  settings.policy.settle = {};
  settings.policy.flap_window = {};
  settings.policies = {{"XenHAPoolHADisabled", "enable-pool-ha"}};
  settings.read_gap = 10ms;  // these two are real time
  settings.recheck = 100ms;
  settings.verify = 20s;
  settings.request_timeout = 20s;
  settings.kill_switch_file = "/nonexistent/STOP";
  return settings;
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

}  // namespace

ActingWorker::ActingWorker(const std::string& release) {
  char name[] = "/tmp/xenha-acting-XXXXXX";
  directory_ = mkdtemp(name);
  sim_ = must(sim::Simulation::start(one_fast_pool(release, kFaster)));
  const hooks::HooksConfig config = written_config(directory_.string());
  journal_ = must(hooks::journal::open_journal(directory_));
  fleet_.emplace(*journal_);
  board_.set_pools({"pool1"});
  worker_.emplace(hooks::PoolWorker::Parts{.pool = config.pools.front().reach,
                                           .actor = config.pools.front().actor,
                                           .journal = *journal_,
                                           .fleet = *fleet_,
                                           .board = board_,
                                           .transport = transport_,
                                           .clock = clock_},
                  quick());
  thread_ = std::jthread([this](const std::stop_token& stop) { worker_->run(stop); });
}

ActingWorker::~ActingWorker() {
  thread_.request_stop();
  worker_->end_looking();
  worker_->wake();
  thread_.join();
  std::filesystem::remove_all(directory_);
}

hooks::HooksConfig ActingWorker::written_config(const std::string& directory) {
  std::string text = must(sim_->write_config(directory));
  text = text.substr(0, text.find("\nexporter:") + 1) + "hooks:\n  mode: act\n  state_dir: " + directory +
         "\n  bearer_token_file: monitor.pw\n";
  auto config = hooks::check_hooks_config(text, directory_ / "xenha.yml");
  if (!config) throw std::runtime_error(config.error().text());
  return *std::move(config);
}

void ActingWorker::until(const std::string& what, const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) {
      std::string said;
      for (const std::string& each : decisions()) said += "\n" + each;
      for (const auto& each : attempts())
        said += "\nattempt: " + (each.outcome ? each.outcome->error_text : std::string("no outcome"));
      const hooks::Board::Shown shown = board_.shown();
      if (const auto& newest = shown.pools.at("pool1").evaluation) said += "\n" + newest->decision.fact;
      throw std::runtime_error("not seen: " + what + "; newest first:" + said);
    }
    std::this_thread::sleep_for(10ms);
  }
}

void ActingWorker::lose_ha() {
  until("what is good is remembered", [&] {
    const auto settings = must(journal_->settings("pool1"));
    return settings && !settings->sr_uuid.empty();
  });
  command("silent-disarm")(*sim_);
}

void ActingWorker::strike(Deed deed) {
  transport_.before("Async.pool.enable_ha", [this, deed = std::move(deed)] { deed(*sim_); });
}

void ActingWorker::alert() {
  must(journal_->receive({{.fingerprint = "0123456789abcdef",
                           .starts_at = clock_.wall(),
                           .pool = "pool1",
                           .alertname = "XenHAPoolHADisabled",
                           .action = "enable-pool-ha"}},
                         clock_.wall()));
  worker_->wake();
}

void ActingWorker::until_outcome(std::size_t wanted) {
  until("an outcome of attempt " + std::to_string(wanted), [&] {
    const auto all = attempts();
    return all.size() >= wanted && all.front().outcome;
  });
}

void ActingWorker::until_task_known() {
  until("a task", [&] {
    const auto all = attempts();
    return !all.empty() && !all.front().task_ref().empty();
  });
}

void ActingWorker::until_looked_again(int times) {
  const auto looks = [&] {  // of four hosts each
    const std::vector<sim::CallEntry> calls = sim_->calls();
    return std::count_if(calls.begin(), calls.end(),
                         [](const sim::CallEntry& call) {
                           return call.method == "session.slave_local_login_with_password";
                         }) /
           4;
  };
  const auto wanted = looks() + 2 * times;
  until("more looks", [&] { return looks() >= wanted; });
}

void ActingWorker::pass(Duration span) {
  clock_.pass_on_the_wall(span);
  clock_.pass_steadily(span);
  transport_.wake();
  worker_->wake();
}

std::size_t ActingWorker::enables() {
  const std::vector<sim::CallEntry> writes = sim_->writes();
  return static_cast<std::size_t>(std::count_if(writes.begin(), writes.end(), [](const sim::CallEntry& call) {
    return call.method == "Async.pool.enable_ha";
  }));
}

std::vector<hooks::journal::Attempt> ActingWorker::attempts() {
  return must(journal_->attempts({.pool = "pool1"}));
}

std::vector<std::string> ActingWorker::decisions() {
  std::vector<std::string> out;
  for (const hooks::journal::Decision& each : must(journal_->decisions({.pool = "pool1"})))
    out.push_back(each.verdict + " " + each.reason);
  return out;
}

std::string ActingWorker::latched() {
  const auto latch = must(journal_->latch("pool1"));
  return latch ? latch->word : std::string();
}

bool ActingWorker::alert_is_open() {
  return !must(journal_->open_alerts("pool1")).empty();
}

}  // namespace xenha::test
