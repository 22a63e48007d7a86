#include "tests/integration/running_hooks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <thread>

#include "hooks/journal/sqlite_journal.h"
#include "lib/http/send.h"

namespace xenha::test {

using namespace std::chrono_literals;

namespace {

constexpr Duration kPatience = 60s;  ///< reached only when something hangs
constexpr const char* kWebhookToken = "token-of-alertmanager";
constexpr const char* kOperatorToken = "token-of-the-operator";

/// Nothing to wait for, unless a test wants it.
std::map<std::string, std::string> quick_guards() {
  return {{"settle", "0s"},    {"read_gap", "100ms"},         {"recheck", "1s"},
          {"cool_down", "0s"}, {"max_attempts_per_day", "9"}, {"flap_window", "0s"},
          {"verify", "0s"},    {"kill_switch_file", "STOP"}};
}

void write_secret(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text << '\n';
  std::filesystem::permissions(file,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

std::string fingerprint_of(const std::string& pool) {
  return "0123456789abcde" + pool.substr(pool.size() - 1);
}

Json firing(const std::string& pool, int nth, bool resolved) {
  const std::string day = std::to_string(10 + nth);
  return {{"status", resolved ? "resolved" : "firing"},
          {"labels", {{"alertname", "XenHAPoolHADisabled"}, {"pool", pool}, {"severity", "critical"}}},
          {"annotations", Json::object()},
          {"startsAt", "2026-11-" + day + "T03:00:00.5Z"},
          {"endsAt", resolved ? "2026-11-" + day + "T04:00:00Z" : "0001-01-01T00:00:00Z"},
          {"generatorURL", ""},
          {"fingerprint", fingerprint_of(pool)}};
}

}  // namespace

void PrintTo(const Decided& decided, std::ostream* out) {
  *out << decided.verdict << " " << decided.reason;
}

RunningHooks::RunningHooks(Setup setup) : setup_(std::move(setup)), transport_({.user_agent = "test"}) {
  char name[] = "/tmp/xenha-guards-XXXXXX";
  directory_ = mkdtemp(name);
  std::filesystem::create_directory(directory_ / "hooks");
  write_secret(directory_ / "hooks.token", kWebhookToken);
  write_secret(directory_ / "operator.token", kOperatorToken);
  sim::SimulationOptions options;
  options.pools.assign(static_cast<std::size_t>(setup_.pools), sim::PoolSpec{.hosts = 4, .vms = 2});
  options.clouds = {sim::CloudSpec{}};
  auto started = sim::Simulation::start(std::move(options));
  if (!started) throw std::runtime_error(started.error().message);
  sim_ = *std::move(started);
  if (setup_.before) {
    auto journal = hooks::journal::open_journal(directory_ / "hooks");
    if (!journal) throw std::runtime_error(journal.error().message);
    setup_.before(**journal, *sim_);
  }
  write_config();
  start();
}

RunningHooks::~RunningHooks() {
  app_.reset();
  sim_.reset();
  std::filesystem::remove_all(directory_);
}

void RunningHooks::write_config() {
  const Result<std::string> written = sim_->write_config(directory_.string());
  if (!written) throw std::runtime_error(written.error().message);
  std::string text = written->substr(0, written->find("\nexporter:") + 1);
  std::map<std::string, std::string> guards = quick_guards();
  for (const auto& [key, value] : setup_.guards) guards[key] = value;
  text +=
      "hooks:\n  mode: act\n  bearer_token_file: hooks.token\n  operator_token_file: operator.token\n"
      "  state_dir: hooks\n  policies:\n    - {alert: XenHAPoolHADisabled, action: enable-pool-ha}\n"
      "  guards:\n";
  for (const auto& [key, value] : guards) text += "    " + key + ": " + value + "\n";
  if (setup_.config) text = setup_.config(std::move(text));
  std::ofstream(directory_ / "xenha.yml") << text;
}

void RunningHooks::start() {
  auto app = hooks::HooksApp::start(
      {.config_file = directory_ / "xenha.yml", .line = {.listen = {{.host = "127.0.0.1", .port = 0}}}},
      clock_);
  if (!app) throw std::runtime_error(app.error().message);
  app_ = *std::move(app);
}

void RunningHooks::rewrite(const std::function<std::string(std::string)>& config) {
  setup_.config = config;
  write_config();
  const Status done = app_->reload();
  EXPECT_TRUE(done) << done.error().message;
}

namespace {

/// What the daemon answers.
http::Response ask(http::CurlTransport& transport, const web::ListenAddress& at, http::Request request,
                   const char* token) {
  request.endpoint = std::make_shared<const http::Endpoint>(
      http::Endpoint{.tls = false, .address = at.host, .port = at.port, .policy = {}});
  request.headers.push_back(std::string("Authorization: Bearer ") + token);
  request.headers.emplace_back("Content-Type: application/json");
  request.deadline = std::chrono::steady_clock::now() + kPatience;
  const Result<http::Response> answer = http::send(transport, std::move(request));
  if (!answer) throw std::runtime_error(answer.error().message);
  return *answer;
}

Json get(http::CurlTransport& transport, const web::ListenAddress& at, const std::string& target) {
  const http::Response answer =
      ask(transport, at, {.method = http::Request::Method::kGet, .target = target}, kWebhookToken);
  EXPECT_EQ(answer.status, 200) << target << ": " << answer.body;
  return Json::parse(answer.body);
}

}  // namespace

int RunningHooks::post(const std::string& path, const Json& body, bool as_operator) {
  const http::Response answer =
      ask(transport_, app_->addresses().front(), {.target = path, .body = body.dump()},
          as_operator ? kOperatorToken : kWebhookToken);
  if (answer.status != 200) std::cout << path << ": " << answer.status << " " << answer.body;
  return answer.status;
}

int RunningHooks::pause(const std::string& pool) {
  return post("/api/v1/pause", {{"pool", pool}, {"reason", "disks"}, {"for", "1h"}});
}
int RunningHooks::resume(const std::string& pool) {
  return post("/api/v1/resume", {{"pool", pool}});
}
int RunningHooks::clear(const std::string& pool) {
  return post("/api/v1/clear", {{"pool", pool}});
}

void RunningHooks::alert(const std::vector<std::string>& pools, int nth, bool resolved) {
  Json alerts = Json::array();
  for (const std::string& pool : pools) alerts.push_back(firing(pool, nth, resolved));
  const Json message{{"version", "4"},
                     {"groupKey", "g"},
                     {"truncatedAlerts", 0},
                     {"status", resolved ? "resolved" : "firing"},
                     {"receiver", "xenha-hooks"},
                     {"groupLabels", Json::object()},
                     {"commonLabels", Json::object()},
                     {"commonAnnotations", Json::object()},
                     {"externalURL", "http://alertmanager"},
                     {"alerts", alerts}};
  if (post("/api/v1/alerts", message, false) != 200) throw std::runtime_error("the webhook was refused");
}

std::vector<Decided> RunningHooks::decisions(const std::string& pool) {
  const Json said = get(transport_, app_->addresses().front(), "/api/v1/decisions?pool=" + pool);
  std::vector<Decided> out;
  for (const Json& each : said.at("decisions")) out.push_back({each.at("verdict"), each.at("reason")});
  return out;
}

std::vector<std::string> RunningHooks::objectors(const std::string& pool) {
  const Json said = get(transport_, app_->addresses().front(), "/api/v1/explain?pool=" + pool);
  std::vector<std::string> out;
  for (const Json& guard : said.at("guards"))
    if (guard.at("state") == "fail" || guard.at("state") == "unknown") out.push_back(guard.at("name"));
  return out;
}

std::string RunningHooks::explained(const std::string& pool) {
  return get(transport_, app_->addresses().front(), "/api/v1/explain?pool=" + pool).dump(1);
}

std::vector<hooks::journal::Attempt> RunningHooks::attempts(const std::string& pool) {
  auto reader = hooks::journal::open_journal_reader(directory_ / "hooks");
  if (!reader) throw std::runtime_error(reader.error().message);
  auto found = (*reader)->attempts({.pool = pool});
  if (!found) throw std::runtime_error(found.error().message);
  return *std::move(found);
}

void RunningHooks::eventually(const std::string& what, const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) {
      std::string so_far;
      for (const Decided& each : decisions()) so_far += each.verdict + " " + each.reason + "\n";
      throw std::runtime_error("not seen: " + what + "\ndecided, newest first:\n" + so_far + explained());
    }
    std::this_thread::sleep_for(20ms);
  }
}

void RunningHooks::until_decided(const Decided& decided, const std::string& pool) {
  eventually(pool + ": " + decided.verdict + " " + decided.reason, [&] {
    const std::vector<Decided> all = decisions(pool);
    return std::find(all.begin(), all.end(), decided) != all.end();
  });
}

/// Each asks every host for a session, whether it answers or not.
std::size_t RunningHooks::looks() {
  std::size_t asked = 0;
  for (const sim::CallEntry& call : sim_->calls())
    if (call.pool == "pool1" && call.method == "session.login_with_password" &&
        call.client.find("xenha-hooks") != std::string::npos)
      ++asked;
  return asked / 4;
}

void RunningHooks::until_looked_again(int times) {
  const std::size_t wanted = looks() + 2 * static_cast<std::size_t>(times);
  eventually("more looks", [&] { return looks() >= wanted; });
}

void RunningHooks::until_acted(const std::string& pool, std::size_t wanted) {
  eventually(pool + ": an outcome of attempt " + std::to_string(wanted), [&] {
    const auto all = attempts(pool);
    return all.size() >= wanted && all.front().outcome;
  });
}

void RunningHooks::lose_ha() {
  for (int pool = 1; pool <= setup_.pools; ++pool) lose_ha(pool);
}

void RunningHooks::until_remembered(const std::string& pool) {
  eventually(pool + ": what is good is remembered", [&] {
    auto reader = hooks::journal::open_journal_reader(directory_ / "hooks");
    if (!reader) throw std::runtime_error(reader.error().message);
    const auto settings = (*reader)->settings(pool);
    return settings && *settings && !(*settings)->sr_uuid.empty();
  });
}

void RunningHooks::lose_ha(int pool) {
  until_remembered("pool" + std::to_string(pool));
  const Result<std::string> done = sim_->command("silent-disarm", Json{{"pool", pool}}.dump());
  EXPECT_TRUE(done) << done.error().message;
}

void RunningHooks::pass(Duration span) {
  clock_.pass_on_the_wall(span);
  const double ahead = seconds(clock_.ahead());
  for (int pool = 1; pool <= setup_.pools; ++pool)
    EXPECT_TRUE(sim_->command("clock-skew", Json{{"pool", pool}, {"seconds", ahead}}.dump()));
  EXPECT_TRUE(sim_->command("cs-clock-skew", Json{{"seconds", ahead}}.dump()));
}

void RunningHooks::hurry() {
  EXPECT_TRUE(sim_->command("speed", R"({"factor": 50})"));
}

std::vector<std::string> RunningHooks::writes() {
  std::vector<std::string> out;
  for (const sim::CallEntry& call : sim_->writes())
    out.push_back(call.pool + " " + call.method + " " + call.user);
  return out;
}

}  // namespace xenha::test
