#include "tests/sim/cloud/tests/cloud_client.h"

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "tests/sim/cloud/cloud.h"
#include "tests/sim/control/state.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::test {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string escape(const std::string& value, const char* raw) {
  std::string out;
  for (const char c : value) {
    if (std::isalnum(static_cast<unsigned char>(c)) || std::string(raw).find(c) != std::string::npos) {
      out += c;
      continue;
    }
    std::array<char, 4> hex{};
    std::snprintf(hex.data(), hex.size(), "%%%02X", static_cast<unsigned char>(c));
    out += hex.data();
  }
  return out;
}

/// Other escapes than the string to sign has: the wire is free.
std::string form_of(const Params& params) {
  std::string out;
  for (const auto& [name, value] : params)
    out += (out.empty() ? "" : "&") + escape(name, "-_.~") + "=" + escape(value, "-_.~");
  return out;
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* to) {
  static_cast<std::string*>(to)->append(data, size);
  return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* to) {
  const std::string line(data, size);
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return size;
  const std::size_t end = line.find_last_not_of("\r\n");
  const std::size_t from = line.find_first_not_of(' ', colon + 1);
  (*static_cast<std::map<std::string, std::string>*>(to))[lower(line.substr(0, colon))] =
      from <= end ? line.substr(from, end - from + 1) : "";
  return size;
}

}  // namespace

Json CloudAnswer::inside(const std::string& key) const {
  EXPECT_TRUE(json.is_object() && json.contains(key)) << body;
  return json.is_object() && json.contains(key) ? json.at(key) : Json::object();
}

int CloudAnswer::code() const {
  if (!json.is_object() || json.empty()) return 0;
  return json.begin().value().value("errorcode", 0);
}

std::string signature_of(Params params, const std::string& secret) {
  std::sort(params.begin(), params.end());
  std::string text;
  for (const auto& [name, value] : params)
    text += (text.empty() ? "" : "&") + name + "=" + escape(value, ".-_*");
  text = lower(text);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data(), &size);
  std::array<unsigned char, 64> base64{};
  EVP_EncodeBlock(base64.data(), hash.data(), static_cast<int>(size));
  return reinterpret_cast<const char*>(base64.data());
}

Params CloudClient::signed_params(const std::string& command, Params params) const {
  params.emplace_back("command", command);
  params.emplace_back("apikey", keys_.api);
  params.emplace_back("response", "json");
  params.emplace_back("signature", signature_of(params, keys_.secret));
  return params;
}

CloudAnswer CloudClient::send(const Params& params, bool post) const {
  CloudAnswer out;
  CURL* curl = curl_easy_init();
  const std::string form = form_of(params);
  const std::string url = post ? url_ : url_ + "?" + form;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  if (post) curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form.c_str());
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &out.body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &out.headers);
  if (curl_easy_perform(curl) == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out.status);
  curl_easy_cleanup(curl);
  out.json = Json::parse(out.body, nullptr, false);
  return out;
}

CloudAnswer CloudClient::call(const std::string& command, Params params) const {
  return send(signed_params(command, std::move(params)));
}

CloudAnswer CloudClient::get(const std::string& command, Params params) const {
  return send(signed_params(command, std::move(params)), false);
}

Json CloudClient::rows(const std::string& command, const std::string& object, Params params) const {
  const CloudAnswer answer = call(command, std::move(params));
  EXPECT_EQ(answer.status, 200) << answer.body;
  return answer.inside(lower(command) + "response").value(object, Json::array());
}

std::unique_ptr<Simulation> start_cloud_world(CloudSpec cloud, PoolSpec pool, int pools) {
  SimulationOptions options;
  options.pools.assign(static_cast<std::size_t>(pools), pool);
  options.clouds = {std::move(cloud)};
  Result<std::unique_ptr<Simulation>> sim = Simulation::start(options);
  EXPECT_TRUE(sim) << (sim ? "" : sim.error().message);
  return sim ? std::move(*sim) : nullptr;
}

Json cloud_state(Simulation& sim) {
  return Json::parse(sim.state_json()).at("clouds").at(0);
}

Json cloud_host(Simulation& sim, int number) {
  return cloud_state(sim).at("hosts").at(static_cast<std::size_t>(number) - 1);
}

Json cloud_vm(Simulation& sim, const std::string& instance_name) {
  for (const Json& vm : Json(cloud_state(sim).at("vms")))
    if (vm.at("name") == instance_name) return vm;
  return Json::object();
}

std::vector<Json> truths(Simulation& sim, const std::string& what) {
  std::vector<Json> out;
  sim.run([&](World& world) {
    for (const Json& entry : Json(truth_of(world).at("entries")))
      if (entry.at("what") == what) out.push_back(entry);
  });
  return out;
}

std::string disagreements(World& world) {
  for (const auto& vm : world.clouds.front()->vms) {
    if (vm->removed || vm->state != cloud::VmState::kRunning || vm->host->state != cloud::HostState::kUp)
      continue;
    const Host* master = vm->cluster->site->master();
    if (!master) continue;
    bool there = false;
    for (const std::string& ref : master->db->find_by_name("VM", vm->instance_name))
      there = there || (!master->db->flag("VM", ref, "is_a_snapshot") &&
                        master->db->text("VM", ref, "power_state") == "Running" &&
                        master->db->text("VM", ref, "resident_on") == vm->host->xen->ref);
    if (!there) return vm->instance_name + " is not on " + vm->host->name;
  }
  return {};
}

std::string twins(World& world) {
  for (const auto& site : world.sites) {
    const Host* master = site->master();
    if (!master) continue;
    std::map<std::string, int> running;
    for (const std::string& ref : master->db->refs("VM"))
      if (master->db->text("VM", ref, "power_state") == "Running" &&
          ++running[master->db->text("VM", ref, "name_label")] > 1)
        return master->db->text("VM", ref, "name_label");
  }
  return {};
}

Json tags_of(World& world, int pool, int host) {
  const Site& site = *world.sites.at(static_cast<std::size_t>(pool) - 1);
  return site.master()->db->get("host", site.hosts.at(static_cast<std::size_t>(host) - 1)->ref, "tags");
}

}  // namespace xenha::sim::test
