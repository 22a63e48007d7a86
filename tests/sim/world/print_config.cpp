#include "tests/sim/world/print_config.h"

#include <sys/stat.h>

#include <fstream>

#include "tests/sim/cloud/cloud.h"
#include "tests/sim/world/world.h"

namespace xenha::sim {
namespace {

Status write_secret(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text << '\n';
  if (!file.flush()) return Error{ErrorCode::kBadConfig, "cannot write " + path};
  ::chmod(path.c_str(), 0600);
  return Nothing{};
}

std::string tls_lines(const World& world, const Site& site) {
  if (!world.options.tls) return {};
  std::string out = "    tls:\n";
  if (site.release <= Release::k65) return out + "      min_version: \"1.0\"\n      verify_name: false\n";
  if (site.release <= Release::k70) return out + "      verify_name: false\n";
  return out + "      ca_file: " + world.options.tls_dir + "/ca.pem\n";
}

/// Old releases have self-signed certificates: the client needs each host's pin.
std::string host_line(const World& world, const Site& site, const Host& host) {
  if (!world.options.tls || site.release > Release::k70) return "      - " + host.address + "\n";
  std::ifstream file(world.options.tls_dir + "/" + host.address + ".pin");
  std::string pin;
  std::getline(file, pin);
  return "      - {address: " + host.address + ", pinned_sha256: [\"" + pin + "\"]}\n";
}

/// The cloud that the pool is a cluster of.
std::string cloud_line(const World& world, const Site& site) {
  for (const auto& each : world.clouds)
    for (const auto& cluster : each->clusters)
      if (cluster->site == &site) return "    cloudstack: " + each->name + "\n";
  return {};
}

std::string cloud_lines(const World& world, const std::string& directory) {
  std::string out;
  for (const auto& each : world.clouds) {
    if (out.empty()) out = "cloudstack:\n";
    out += "  - name: " + each->name + "\n    url: " + each->url() + "\n    api_key_file: " + directory +
           "/" + each->name + ".key\n    secret_key_file: " + directory + "/" + each->name + ".secret\n";
    if (world.options.tls) out += "    tls:\n      ca_file: " + world.options.tls_dir + "/ca.pem\n";
  }
  return out;
}

std::string pool_lines(const World& world, const Site& site, const std::string& directory) {
  std::string out = "  - name: " + site.name + "\n    hosts:\n";
  for (const auto& host : site.hosts) out += host_line(world, site, *host);
  out += "    scheme: " + std::string(world.options.tls ? "https" : "http") +
         "\n    port: " + std::to_string(world.port) +
         "\n    username: monitor\n    password_file: " + directory + "/monitor.pw\n" +
         "    host_login:\n      username: root\n      password_file: " + directory + "/root.pw\n" +
         "    actor:\n      username: operator\n      password_file: " + directory + "/operator.pw\n" +
         tls_lines(world, site) + "    heartbeat_sr: " + site.spec.heartbeat_sr + "\n    ha_timeout: 90s\n";
  return out + cloud_line(world, site);
}

}  // namespace

Result<std::string> make_config(const World& world, const std::string& directory) {
  const std::pair<const char*, const std::string*> secrets[] = {
      {"root", &world.options.root_password},
      {"monitor", &world.options.monitor_password},
      {"operator", &world.options.operator_password}};
  for (const auto& [name, password] : secrets)
    if (Status status = write_secret(directory + "/" + name + ".pw", *password); !status)
      return status.error();
  if (world.options.tls && world.options.tls_dir.empty())
    return Error{ErrorCode::kBadConfig,
                 "with https a configuration needs --tls-dir, where CA and pins are written"};
  for (const auto& each : world.clouds)
    for (const auto& [ending, secret] :
         {std::pair{".key", &each->spec.api_key}, {".secret", &each->spec.secret_key}})
      if (Status status = write_secret(directory + "/" + each->name + ending, *secret); !status)
        return status.error();
  std::string out = "pools:\n";
  for (const auto& site : world.sites)
    if (site->number < 1000) out += pool_lines(world, *site, directory);
  out += cloud_lines(world, directory);
  return out + "exporter:\n  state_dir: " + directory + "/exporter\nhooks:\n  state_dir: " + directory +
         "/hooks\n";
}

}  // namespace xenha::sim
