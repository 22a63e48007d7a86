#include "hooks/hooks_app.h"

#include <pthread.h>

#include <algorithm>
#include <thread>

#include "hooks/allowed_methods.h"
#include "hooks/journal/sqlite_journal.h"
#include "hooks/pages.h"
#include "lib/base/log.h"
#include "lib/base/wall_time.h"
#include "lib/http/curl_transport.h"

namespace xenha::hooks {
namespace {

constexpr const char* kUserAgent = "xenha-hooks/" XENHA_VERSION;
constexpr std::chrono::seconds kExplainPatience{25};
constexpr std::chrono::hours kDay{24};
constexpr int kKeepMonths = 13;  ///< a year, and what is under way

void tell(const std::vector<config::Problem>& warnings) {
  for (const config::Problem& warning : warnings) log::warn(config::to_string(warning), {});
}

WorkerSettings settings_of(const HooksConfig& config) {
  return {.policy = config.policy,
          .policies = config.policies,
          .read_gap = config.read_gap,
          .recheck = config.recheck,
          .verify = config.verify,
          .kill_switch_file = config.kill_switch_file};
}

const config::CloudConfig* cloud_of(const HooksConfig& config, const HooksPool& pool) {
  for (const config::CloudConfig& cloud : config.clouds)
    if (!pool.reach.cloudstack.empty() && cloud.name == pool.reach.cloudstack) return &cloud;
  return nullptr;
}

}  // namespace

/// One pool's thread, what it stands on, and an observer of its own for `explain`, which comes on the
/// server's threads.
struct HooksApp::Work {
  Work(std::shared_ptr<const HooksConfig> config_in, const HooksPool& pool, HooksApp& app)
      : config(std::move(config_in)),
        settings(settings_of(*config)),
        transport({.user_agent = kUserAgent}),
        worker({.pool = pool.reach,
                .actor = pool.actor,
                .cloud = cloud_of(*config, pool),
                .journal = *app.journal_,
                .fleet = app.fleet_,
                .board = app.board_,
                .transport = transport,
                .clock = app.clock_},
               settings),
        explain_transport({.user_agent = kUserAgent}),
        explainer(pool.reach, cloud_of(*config, pool), explain_transport, app.clock_,
                  {.user_agent = kUserAgent, .methods = kAllowedMethods}),
        surroundings(*app.journal_, app.fleet_, settings),
        thread([this, name = pool.reach.name](const std::stop_token& stop) {
          pthread_setname_np(pthread_self(), ("pool " + name).substr(0, 15).c_str());
          worker.run(stop);
        }) {}

  const std::shared_ptr<const HooksConfig> config;  ///< the clouds that worker and explainer point to
  const WorkerSettings settings;
  http::CurlTransport transport;
  PoolWorker worker;
  std::mutex explaining;
  http::CurlTransport explain_transport;
  Observer explainer;
  Surroundings surroundings;
  std::jthread thread;
};

HooksApp::HooksApp(AppOptions options, const Clock& clock, HooksConfig config,
                   std::unique_ptr<journal::Journal> journal)
    : options_(std::move(options)),
      clock_(clock),
      journal_(std::move(journal)),
      fleet_(*journal_),
      doorkeeper_(config),
      inbox_(*journal_, board_, clock_, [this](const std::string& pool) { wake(pool); }),
      reloads_(options_.config_file.string(), clock) {
  apply(config);
}

HooksApp::~HooksApp() {
  if (server_) server_->stop();
  stop_work(names());
}

Result<std::unique_ptr<HooksApp>> HooksApp::start(AppOptions options, const Clock& clock) {
  Result<HooksConfig, config::Problems> config = load_hooks_config(options.config_file, options.line);
  if (!config) return Error{ErrorCode::kBadConfig, config.error().text()};
  tell(config->warnings);
  Result<std::unique_ptr<journal::Journal>> journal = journal::open_journal(config->state_dir);
  if (!journal) return journal.error();
  if (Result<journal::RetentionReport> kept = (*journal)->retain(kKeepMonths, clock.wall()); !kept)
    log::warn("old months stay in the journal", {{"problem", kept.error().message}});

  std::unique_ptr<HooksApp> app(
      new HooksApp(std::move(options), clock, *std::move(config), *std::move(journal)));
  app->tell_what_was_found();
  for (const HooksPool& pool : app->config_->pools) {
    const Result<journal::AttemptHistory> history =
        app->journal_->attempt_history(pool.reach.name, clock.wall() - kDay);
    if (history && history->last_success)
      app->board_.set_last_success(pool.reach.name, std::string(kEnablePoolHa), *history->last_success);
  }
  for (const HooksPool& pool : app->config_->pools) app->start_work(pool);
  if (const Status serving = app->serve(); !serving) return serving.error();
  return app;
}

/// What an earlier life left; the workers go on with it.
void HooksApp::tell_what_was_found() {
  const Result<std::vector<journal::OpenAlert>> open = journal_->open_alerts("");
  const Result<std::vector<journal::Attempt>> unfinished = journal_->unfinished_attempts("");
  if (!open || !unfinished) return;  // the workers say so
  log::info("the journal was opened", {{"open_alerts", std::to_string(open->size())},
                                       {"attempts_without_outcome", std::to_string(unfinished->size())}});
  const std::vector<std::string> pools = names();
  for (const journal::Attempt& attempt : *unfinished) {
    if (std::find(pools.begin(), pools.end(), attempt.pool) != pools.end()) continue;
    log::warn(
        "an attempt has no outcome, and its pool is not in the configuration any more: look at the pool; "
        "once it is configured again the daemon does",
        {{"pool", attempt.pool},
         {"begun", utc_text(attempt.at, "%Y-%m-%d %H:%M:%S UTC")},
         {"sr", attempt.sr_name}});
  }
}

Status HooksApp::serve() {
  add_pages(router_, {.inbox = inbox_,
                      .journal = *journal_,
                      .board = board_,
                      .doorkeeper = doorkeeper_,
                      .clock = clock_,
                      .self = [this] { return self(); },
                      .pools = [this] { return names(); },
                      .explain = [this](const std::string& pool) { return explain(pool); },
                      .wake = [this](const std::string& pool) { wake(pool); },
                      .unready = [this] { return unready(); },
                      .reload = [this] { return reload(); }});
  web::ServerOptions server_options;
  server_options.workers = 64;
  server_options.max_body = config_->max_body;
  server_options.own_authentication = has_own_authentication;
  server_options.before_body = [this](const web::Request& request) {
    return refuse_before_body(doorkeeper_, request);
  };
  Result<std::unique_ptr<web::CivetServer>> server =
      web::CivetServer::start(options_.line.listen, config_->web, router_, server_options);
  if (!server) return server.error();
  server_ = *std::move(server);
  for (const web::ListenAddress& address : server_->addresses())
    log::info("listening", {{"address", address.text()},
                            {"tls", server_->tls() ? "true" : "false"},
                            {"mode", std::string(word(config_->policy.mode))}});
  return Nothing{};
}

void HooksApp::apply(const HooksConfig& config) {
  auto shared = std::make_shared<const HooksConfig>(config);
  doorkeeper_.set(*shared);
  inbox_.set_rule(shared->receipt_rule());
  std::vector<std::string> pools;
  for (const HooksPool& pool : shared->pools) pools.push_back(pool.reach.name);
  fleet_.set_configured({pools.begin(), pools.end()});
  board_.set_pools(pools);
  const std::lock_guard lock(mutex_);
  config_ = std::move(shared);
}

void HooksApp::start_work(const HooksPool& pool) {
  auto work = std::make_shared<Work>(config_, pool, *this);
  const std::lock_guard lock(mutex_);
  works_[pool.reach.name] = std::move(work);
}

/// All at once, so that a dozen hanging pools take no longer than one.
void HooksApp::stop_work(const std::vector<std::string>& names) {
  std::vector<std::shared_ptr<Work>> leaving;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : names) {
      const auto found = works_.find(name);
      if (found == works_.end()) continue;
      leaving.push_back(std::move(found->second));
      works_.erase(found);
    }
  }
  for (const auto& work : leaving) work->thread.request_stop();
  for (const auto& work : leaving) {
    work->worker.end_looking();
    work->explainer.stop();
    work->worker.wake();
    if (work->thread.joinable()) work->thread.join();
  }
}

Status HooksApp::try_reload() {
  Result<HooksConfig, config::Problems> loaded = load_hooks_config(options_.config_file, options_.line);
  if (!loaded) return Error{ErrorCode::kBadConfig, loaded.error().text()};
  if (loaded->state_dir != config_->state_dir)
    return Error{ErrorCode::kBadConfig, "hooks.state_dir changed, which needs a restart"};
  for (const auto& [name, board] : board_.shown().pools)
    if (board.acting)
      return Error{ErrorCode::kBadConfig,
                   "pool HA of " + name + " is being switched on; try again when that is over"};
  if (Status served = server_->reload(loaded->web); !served) return served;
  tell(loaded->warnings);
  stop_work(names());
  apply(*loaded);
  for (const HooksPool& pool : config_->pools) start_work(pool);
  return Nothing{};
}

std::vector<std::string> HooksApp::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const HooksPool& pool : config_->pools) out.push_back(pool.reach.name);
  return out;
}

HooksSelf HooksApp::self() const {
  const Reloads::Last last = reloads_.last();
  const std::lock_guard lock(mutex_);
  return {.mode = config_->policy.mode,
          .policies = config_->policies,
          .last_reload_successful = last.successful,
          .last_reload_success = last.success};
}

void HooksApp::wake(const std::string& pool) {
  const std::lock_guard lock(mutex_);
  if (const auto found = works_.find(pool); found != works_.end()) found->second->worker.wake();
}

std::string HooksApp::unready() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, work] : works_)
    if (!work->worker.has_begun()) out += (out.empty() ? "not looked at yet: " : ", ") + name;
  return out;
}

/// The worker's newest word while an alert is open. Else one look, on the request's thread, with an observer
/// of its own.
Result<Decision> HooksApp::explain(const std::string& pool) {
  const Board::Shown shown = board_.shown();
  const auto board = shown.pools.find(pool);
  if (board != shown.pools.end() && board->second.evaluation) {
    const std::shared_ptr<const HooksConfig> config = [this] {
      const std::lock_guard lock(mutex_);
      return config_;
    }();
    if (clock_.wall() - board->second.evaluation->at <= config->recheck + config->read_gap + kExplainPatience)
      return board->second.evaluation->decision;
  }
  std::shared_ptr<Work> work;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = works_.find(pool); found != works_.end()) work = found->second;
  }
  if (!work) return Error{ErrorCode::kUnreachable, "the configuration is being reloaded; ask again"};
  const std::lock_guard one_at_a_time(work->explaining);
  Result<Remembered> remembered = work->surroundings.remembered(pool);
  if (!remembered) return remembered.error();
  Look look = work->explainer.look(*remembered, clock_.steady() + kExplainPatience);
  if (const Status done = work->surroundings.complete(look.situation, !work->config->policies.empty()); !done)
    return done.error();
  return decide_reenable_ha(look.situation, look.situation, work->settings.policy);
}

}  // namespace xenha::hooks
