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

constexpr const char* kUserAgent = "xenha-exporter/" XENHA_VERSION;

std::vector<std::string> names_of(const ExporterConfig& config) {
  std::vector<std::string> names;
  for (const PoolConfig& pool : config.pools) names.push_back(pool.name);
  return names;
}

void tell(const std::vector<config::Problem>& warnings) {
  for (const config::Problem& warning : warnings) log::warn(config::to_string(warning), {});
}

std::vector<std::string> cloud_names_of(const ExporterConfig& config) {
  std::vector<std::string> names;
  for (const CloudConfig& cloud : config.clouds) names.push_back(cloud.name);
  return names;
}

CloudPollSettings cloud_settings_of(const ExporterConfig& config) {
  return {config.cloudstack_interval, config.request_timeout, config.keep_facts};
}

PollSettings settings_of(const ExporterConfig& config) {
  return {config.probe_interval, config.request_timeout, config.keep_facts};
}

/// What a reload ends and what it begins; a changed entry is both.
struct Restart {
  std::vector<std::string> stop, start;
  bool starts(const std::string& name) const {
    return std::find(start.begin(), start.end(), name) != start.end();
  }
};

Restart restart(const PoolChanges& changes) {
  Restart out{changes.removed, changes.added};
  out.stop.insert(out.stop.end(), changes.changed.begin(), changes.changed.end());
  out.start.insert(out.start.end(), changes.changed.begin(), changes.changed.end());
  return out;
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
        SnapshotStore& store, CloudLink cloud)
      : transport({.user_agent = kUserAgent}),
        watcher(
            pool, settings_of(config), config.state_dir, clock, transport, isolation,
            [&store](PoolSnapshot snapshot) { store.publish(std::move(snapshot)); }, std::move(cloud)),
        thread([this, name = pool.name](const std::stop_token& stop) {
          pthread_setname_np(pthread_self(), ("pool " + name).substr(0, 15).c_str());
          watcher.run(stop);
        }) {}

  http::CurlTransport transport;
  PoolWatcher watcher;
  std::jthread thread;
};

/// One CloudStack's thread and what it stands on.
struct ExporterApp::CloudWatch {
  CloudWatch(const CloudConfig& cloud, const ExporterConfig& config, const Clock& clock,
             CloudWatcher::Publish publish)
      : transport({.user_agent = kUserAgent}),
        watcher(cloud, cloud_settings_of(config), config.state_dir, clock, transport, std::move(publish)),
        thread([this, name = cloud.name](const std::stop_token& stop) {
          pthread_setname_np(pthread_self(), ("cloud " + name).substr(0, 15).c_str());
          watcher.run(stop);
        }) {}

  http::CurlTransport transport;
  CloudWatcher watcher;
  std::jthread thread;
};

ExporterApp::ExporterApp(AppOptions options, const Clock& clock, ExporterConfig config)
    : options_(std::move(options)),
      clock_(clock),
      reloads_(options_.config_file.string(), clock),
      config_(std::move(config)),
      isolation_(std::make_unique<Isolation>(config_.probe_interval)),
      store_(std::make_unique<SnapshotStore>(names_of(config_), [this] { return own_families(self()); })) {
  store_->set_clouds(cloud_names_of(config_));
}

ExporterApp::~ExporterApp() {
  if (server_) server_->stop();
  stop_watching(names_of(config_));
  stop_watching_clouds(cloud_names_of(config_));
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
  for (const CloudConfig& cloud : app->config_.clouds) app->start_watching(cloud);
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
  auto watch = std::make_unique<Watch>(pool, config_, clock_, *isolation_, *store_,
                                       switch_.link(pool.name, pool.cloudstack));
  switch_.connect(pool.name, pool.cloudstack, watch->watcher);
  watches_[pool.name] = std::move(watch);
}

void ExporterApp::start_watching(const CloudConfig& cloud) {
  auto watch = std::make_unique<CloudWatch>(cloud, config_, clock_,
                                            [this](const std::shared_ptr<const CloudSnapshot>& snapshot) {
                                              store_->publish_cloud(snapshot);
                                              switch_.publish(snapshot);
                                            });
  switch_.connect(cloud.name, watch->watcher);
  cloud_watches_[cloud.name] = std::move(watch);
}

/// All of them at once, so that a dozen hanging pools take no longer than one.
void ExporterApp::stop_watching(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    switch_.disconnect_pool(name);
    if (const auto watch = watches_.find(name); watch != watches_.end()) watch->second->thread.request_stop();
  }
  for (const std::string& name : names) watches_.erase(name);
}

void ExporterApp::stop_watching_clouds(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    switch_.disconnect_cloud(name);
    if (const auto watch = cloud_watches_.find(name); watch != cloud_watches_.end())
      watch->second->thread.request_stop();
  }
  for (const std::string& name : names) {
    cloud_watches_.erase(name);
    switch_.forget_cloud(name);
  }
}

Status ExporterApp::try_reload() {
  Result<ExporterConfig, config::Problems> loaded = load_exporter_config(options_.config_file);
  if (!loaded) return Error{ErrorCode::kBadConfig, loaded.error().text()};
  const Result<web::WebConfig> web = read_web_config(web_config_path(*loaded));
  if (!web) return web.error();
  if (Status served = server_->reload(*web); !served) return served;
  tell(loaded->warnings);

  const bool same = config_.same_settings(*loaded);
  const Restart pools =
      same ? restart(pool_changes(config_, *loaded)) : Restart{names_of(config_), names_of(*loaded)};
  const Restart clouds = same ? restart(cloud_changes(config_, *loaded))
                              : Restart{cloud_names_of(config_), cloud_names_of(*loaded)};
  stop_watching(pools.stop);
  stop_watching_clouds(clouds.stop);
  if (!same) isolation_->set_probe_interval(loaded->probe_interval);
  config_ = *std::move(loaded);
  store_->set_pools(names_of(config_));
  store_->set_clouds(cloud_names_of(config_));
  for (const CloudConfig& cloud : config_.clouds)
    if (clouds.starts(cloud.name)) start_watching(cloud);
  for (const PoolConfig& pool : config_.pools)
    if (pools.starts(pool.name)) start_watching(pool);
  return Nothing{};
}

ExporterSelf ExporterApp::self() const {
  ExporterSelf self;
  if (store_->ready()) self.isolated = isolation_->isolated();
  const Reloads::Last last = reloads_.last();
  self.last_reload_successful = last.successful;
  self.last_reload_success = last.success;
  return self;
}

}  // namespace xenha::exporter
