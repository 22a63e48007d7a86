// Everything that `doctor` looks at, of one pool: what the config file wants, what XenServer, CloudStack and
// our daemons say. A plain value. Absent means unknown.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hooks/ctl/status/pool_status.h"
#include "hooks/situation/situation.h"
#include "lib/cloudstack/settings.h"
#include "lib/model/cloud.h"
#include "lib/model/pool_reading.h"
#include "lib/model/records.h"

namespace xenha::ctl {

/// CloudStack's side, as far as it decides over VM HA of the pool's cluster.
struct CloudFacts {
  std::string problem;  ///< why nothing was read; empty: see each part
  std::string version_text;
  cloudstack::Version version;  ///< unknown() when it was not read
  std::optional<cloudstack::Settings> settings;
  std::optional<std::vector<model::CloudStoragePool>> storage_pools;
  std::optional<std::vector<model::CloudHost>> hosts;  ///< of the pool's cluster
  std::optional<int> user_vms, user_vms_with_ha;       ///< running on those hosts
};

struct LastFailover {
  std::string id, host, outcome;
  WallTime lost_at;
  std::optional<double> all_vms_seconds;
};

struct DoctorFacts {
  // Of the config file.
  std::string pool, configured_sr, cloudstack;
  std::chrono::seconds ha_timeout_expected{90};
  bool has_actor = false;

  hooks::Situation situation;  ///< `now` is when it was read
  model::PoolDb db;            ///< VDIs: of HA, and all of the heartbeat SR
  std::vector<model::Identity> members;
  model::Ref heartbeat_sr;                            ///< what carries the heartbeat, or would; empty: none
  bool heartbeat_in_use = false;                      ///< HA is on, and a statefile lies on it
  std::optional<std::map<std::string, bool>> hotfix;  ///< of 6.x, by label: XS62ESP1004 is applied
  std::optional<std::vector<std::string>> protected_vms;  ///< names of those that XenServer would restart
  bool all_vdis_read = false;                             ///< of the heartbeat SR

  CloudFacts cloud;
  ExporterWord exporter;
  std::optional<LastFailover> last_failover;  ///< absent: none was measured, or the exporter was not read
  HooksWord hooks;

  bool has_cloud() const { return !cloudstack.empty(); }
  const model::SrRecord* sr() const {
    const auto found = db.srs.find(heartbeat_sr);
    return found == db.srs.end() ? nullptr : &found->second;
  }
};

}  // namespace xenha::ctl
