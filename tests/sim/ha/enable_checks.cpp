#include "tests/sim/ha/enable_checks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "tests/sim/ha/host_records.h"
#include "tests/sim/world/storage_builder.h"

namespace xenha::sim {
namespace {

constexpr std::array<std::string_view, 4> kOffline{"nfs", "lvmoiscsi", "lvmohba", "lvmofcoe"};

bool mixed_versions(const Database& db) {
  std::string first;
  for (const std::string& host : db.refs("host")) {
    const Json version = db.get("host", host, "software_version");
    const std::string build = version.value("product_version", "") + version.value("build_number", "");
    if (first.empty()) first = build;
    if (build != first) return true;
  }
  return db.get("pool", db.pool_ref(), "other_config").contains("rolling_upgrade_in_progress");
}

std::optional<Failure> check_interfaces(const Database& db) {
  Failure failure = fail("REQUIRED_PIF_IS_UNPLUGGED");
  for (const std::string& pif : db.refs("PIF"))
    if (db.flag("PIF", pif, "disallow_unplug") && !db.flag("PIF", pif, "currently_attached"))
      failure.description.push_back(pif);
  return failure.description.size() > 1 ? std::optional(failure) : std::nullopt;
}

bool plugged_everywhere(const Database& db, const std::string& sr) {
  for (const std::string& host : db.refs("host")) {
    bool plugged = false;
    for (const Json& pbd : db.get("SR", sr, "PBDs"))
      plugged = plugged || (db.text("PBD", pbd.get<std::string>(), "host") == host &&
                            db.flag("PBD", pbd.get<std::string>(), "currently_attached"));
    if (!plugged) return false;
  }
  return true;
}

bool attaches_offline(const Database& db, const std::string& sr) {
  const std::string type = db.text("SR", sr, "type");
  return std::find(kOffline.begin(), kOffline.end(), type) != kOffline.end();
}

std::string any_suitable_sr(const Database& db) {
  for (const std::string& sr : db.refs("SR"))
    if (db.flag("SR", sr, "shared") && attaches_offline(db, sr) && plugged_everywhere(db, sr)) return sr;
  return {};
}

std::optional<Failure> check_room(const Site& site, const Database& db, EnablePlan& plan) {
  const std::int64_t metadata = metadata_vdi_bytes(site.release);
  plan.statefile = find_ha_vdi(db, plan.sr, "ha_statefile", kStatefileBytes);
  plan.metadata = find_ha_vdi(db, plan.sr, "redo_log", metadata);
  if (!plan.statefile.empty() && !plan.metadata.empty()) return std::nullopt;
  if (site.release >= Release::k8) {
    if (free_bytes(db, plan.sr) < metadata + kStatefileBytes)
      return fail("SR_SOURCE_SPACE_INSUFFICIENT", plan.sr);
    return std::nullopt;
  }
  const std::int64_t needed =
      (plan.statefile.empty() ? kStatefileBytes : 0) + (plan.metadata.empty() ? metadata : 0);
  if (free_bytes(db, plan.sr) < needed)
    return fail("SR_BACKEND_FAILURE_44", "", "There is insufficient space", "");
  return std::nullopt;
}

std::optional<Failure> check_sr(const Site& site, const Database& db, const std::vector<std::string>& srs,
                                EnablePlan& plan) {
  plan.sr = srs.empty() ? any_suitable_sr(db) : srs.front();
  if (plan.sr.empty()) return fail("CANNOT_CREATE_STATE_FILE");
  if (!db.exists("SR", plan.sr)) return fail("HANDLE_INVALID", "SR", plan.sr);
  if (!plugged_everywhere(db, plan.sr)) return fail("SR_HAS_NO_PBDS", plan.sr);
  if (db.text("SR", plan.sr, "type") == "gfs2") return fail("INCOMPATIBLE_STATEFILE_SR", "gfs2");
  if (!attaches_offline(db, plan.sr)) return fail("SR_OPERATION_NOT_SUPPORTED", plan.sr);
  return check_room(site, db, plan);
}

}  // namespace

std::optional<Failure> other_operation(const Database& db) {
  const Json running = db.get("pool", db.pool_ref(), "current_operations");
  if (!running.is_object() || running.empty()) return std::nullopt;
  std::string name = running.begin().value().get<std::string>();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return fail(name + "_IN_PROGRESS");
}

std::optional<Failure> check_enable(const Site& site, const Database& db, const std::vector<std::string>& srs,
                                    EnablePlan& plan) {
  const std::string pool = db.pool_ref();
  if (mixed_versions(db)) return fail("NOT_SUPPORTED_DURING_UPGRADE");
  if (db.get("pool", pool, "restrictions").value("enable_xha", "true") != "true")
    return site.release == Release::k62 ? fail("LICENCE_RESTRICTION") : fail("LICENCE_RESTRICTION", "XHA");
  if (auto failure = check_interfaces(db)) return failure;
  for (const std::string& host : db.refs("host"))
    if (!db.flag("host_metrics", db.text("host", host, "metrics"), "live")) return fail("HOST_OFFLINE", host);
  return check_sr(site, db, srs, plan);
}

std::optional<Failure> choose_timeout(const Database& db, EnablePlan& plan) {
  const std::string pool = db.pool_ref();
  const std::string usual = db.get("pool", pool, "other_config").value("default_ha_timeout", "60");
  const std::string text = db.get("pool", pool, "ha_configuration").value("timeout", usual);
  char* end = nullptr;
  const long seconds = std::strtol(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || seconds < 10)
    return fail("INTERNAL_ERROR", "Failure(\"timeout '" + text + "' is not a number of at least 10\")");
  plan.timeout = static_cast<int>(seconds);
  return std::nullopt;
}

}  // namespace xenha::sim
