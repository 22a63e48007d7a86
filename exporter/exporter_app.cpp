#include "exporter/exporter_app.h"

#include <pthread.h>

#include <algorithm>

#include "exporter/pages.h"
#include "exporter/poll/pool_watcher.h"
#include "lib/base/log.h"
#include "lib/http/curl_transport.h"
#include "lib/web/web_config.h"

namespace xenha::exporter {
namespace {

std::vector<std::string> names_of(const ExporterConfig& config) {
  std::vector<std::string> names;
  for (const PoolConfig& pool : config.pools) names.push_back(pool.name);
  return names;
}

void tell(const std::vector<config::Problem>& warnings) {
  for (const config::Problem& warning : warnings) log::warn(config::to_string(warning), {});
}

PollSettings settings_of(const ExporterConfig& config) {
  return {config.probe_interval, config.request_timeout, config.keep_facts};
}

Result<web::WebConfig> read_web_config(const std::filesystem::path& file) {
  if (file.empty()) return web::WebConfig{};
  config::Problems problems;
  std::optional<web::WebConfig> web = web::load_web_config(file, problems);
  if (!web) return Error{ErrorCode::kBadConfig, problems.text()};
  return *std::move(web);
}

}  // namespace

/// One pool's thread and what it stands on.
struct ExporterApp::Watch {
  Watch(const PoolConfig& pool, const ExporterConfig& config, const Clock& clock, Isolation& isolation,
        SnapshotStore& store)
      : transport({.user_agent = std::string("xenha-exporter/") + XENHA_VERSION}),
        watcher(pool, settings_of(config), config.state_dir, clock, transport, isolation,
                [&store](PoolSnapshot snapshot) { store.publish(std::move(snapshot)); }),
        thread([this, name = pool.name](const std::stop_token& stop) {
          pthread_setname_np(pthread_self(), ("pool " + name).substr(0, 15).c_str());
          watcher.run(stop);
        }) {}

  http::CurlTransport transport;
  PoolWatcher watcher;
  std::jthread thread;
};

ExporterApp::ExporterApp(AppOptions options, const Clock& clock, ExporterConfig config)
    : options_(std::move(options)),
      clock_(clock),
      config_(std::move(config)),
      isolation_(std::make_unique<Isolation>(config_.probe_interval)),
      last_good_reload_(clock.wall()),
      store_(std::make_unique<SnapshotStore>(names_of(config_), [this] { return own_families(self()); })) {}

ExporterApp::~ExporterApp() {
  if (server_) server_->stop();
  stop_watching(names_of(config_));
}

Result<std::unique_ptr<ExporterApp>> ExporterApp::start(AppOptions options, const Clock& clock) {
  Result<ExporterConfig, config::Problems> config = load_exporter_config(options.config_file);
  if (!config) return Error{ErrorCode::kBadConfig, config.error().text()};
  tell(config->warnings);
  std::error_code not_made;
  std::filesystem::create_directories(config->state_dir,
                                      not_made);  // if it cannot be, the first save says so
  std::unique_ptr<ExporterApp> app(new ExporterApp(std::move(options), clock, *std::move(config)));
  if (const Status serving = app->serve(); !serving) return serving.error();
  for (const PoolConfig& pool : app->config_.pools) app->start_watching(pool);
  return app;
}

Status ExporterApp::serve() {
  const std::filesystem::path file = web_config_path(config_);
  Result<web::WebConfig> web = read_web_config(file);
  if (!web) return web.error();
  add_pages(
      router_, *store_,
      {.telemetry_path = options_.telemetry_path, .reload = [this] { return reload(); }, .clock = &clock_});
  Result<std::unique_ptr<web::CivetServer>> server = web::CivetServer::start(options_.listen, *web, router_);
  if (!server) return server.error();
  server_ = *std::move(server);
  for (const web::ListenAddress& address : server_->addresses()) {
    log::info("listening", {{"address", address.text()}, {"tls", server_->tls() ? "true" : "false"}});
  }
  return Nothing{};
}

std::filesystem::path ExporterApp::web_config_path(const ExporterConfig& config) const {
  return options_.web_config_file.empty() ? config.web_config_file : options_.web_config_file;
}

void ExporterApp::start_watching(const PoolConfig& pool) {
  watches_[pool.name] = std::make_unique<Watch>(pool, config_, clock_, *isolation_, *store_);
}

/// All of them at once, so that a dozen hanging pools take no longer than one.
void ExporterApp::stop_watching(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (const auto watch = watches_.find(name); watch != watches_.end()) watch->second->thread.request_stop();
  }
  for (const std::string& name : names) watches_.erase(name);
}

Status ExporterApp::reload() {
  const std::lock_guard one_at_a_time(reload_mutex_);
  Status done = try_reload();
  const std::lock_guard lock(self_mutex_);
  last_reload_good_ = static_cast<bool>(done);
  if (done) {
    last_good_reload_ = clock_.wall();
    log::info("configuration reloaded", {{"file", options_.config_file.string()}});
  } else {
    log::error("configuration not reloaded, the running one stays",
               {{"file", options_.config_file.string()}, {"problem", done.error().message}});
  }
  return done;
}

Status ExporterApp::try_reload() {
  Result<ExporterConfig, config::Problems> loaded = load_exporter_config(options_.config_file);
  if (!loaded) return Error{ErrorCode::kBadConfig, loaded.error().text()};
  const Result<web::WebConfig> web = read_web_config(web_config_path(*loaded));
  if (!web) return web.error();
  if (Status served = server_->reload(*web); !served) return served;
  tell(loaded->warnings);

  const PoolChanges changes = pool_changes(config_, *loaded);
  std::vector<std::string> to_stop = changes.removed;
  std::vector<std::string> to_start = changes.added;
  if (config_.same_settings(*loaded)) {
    to_stop.insert(to_stop.end(), changes.changed.begin(), changes.changed.end());
    to_start.insert(to_start.end(), changes.changed.begin(), changes.changed.end());
  } else {
    to_stop = names_of(config_);
    to_start = names_of(*loaded);
  }
  stop_watching(to_stop);
  if (!config_.same_settings(*loaded)) isolation_->set_probe_interval(loaded->probe_interval);
  config_ = *std::move(loaded);
  store_->set_pools(names_of(config_));
  for (const PoolConfig& pool : config_.pools) {
    if (std::find(to_start.begin(), to_start.end(), pool.name) != to_start.end()) start_watching(pool);
  }
  return Nothing{};
}

ExporterSelf ExporterApp::self() const {
  ExporterSelf self;
  if (store_->ready()) self.isolated = isolation_->isolated();
  const std::lock_guard lock(self_mutex_);
  self.last_reload_successful = last_reload_good_;
  self.last_reload_success = last_good_reload_;
  return self;
}

}  // namespace xenha::exporter
