// What CloudStack says, read while the pool is being asked: clusters, XenServer hosts and what was done about
// maintenance; and which part of it is this pool's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hooks/situation/situation.h"
#include "lib/base/credential_gate.h"
#include "lib/cloudstack/reader.h"
#include "lib/config/access.h"
#include "lib/model/cloud.h"

namespace xenha::hooks {

/// One look at CloudStack. Times are our clock.
struct CloudWord {
  std::string problem;  ///< why it was not read; empty = it was
  std::vector<model::CloudCluster> clusters;
  std::vector<model::CloudHost> hosts;
  std::vector<model::CloudEvent>
      maintenance;  ///< MAINT.CANCEL and MAINT.PREPARE of the last day, newest first
};

/// A host of the pool, as the cluster may know it.
struct CloudMember {
  std::string label, name_label;
  std::vector<std::string> addresses;
};

/// The pool's part. Pure.
struct CloudView {
  CloudSituation situation;                  ///< maintenance_ended from events only
  std::optional<WallTime> last_maintenance;  ///< newest event of maintenance, begun or ended
  bool planned_now = false;                  ///< a host is in maintenance, or the cluster is unmanaged
};
CloudView view_of_pool(const CloudWord& word, const std::string& pool, const std::string& pinned_cluster,
                       const std::vector<CloudMember>& members);

/// Planned work as reference 7 counts it.
bool is_planned(const std::string& resource_state);

/// The management server, with the keys for reading.
cloudstack::Server server_of(const config::CloudConfig& config);

class CloudReading {
 public:
  CloudReading(config::CloudConfig config, http::Transport& transport, const Clock& clock,
               Duration request_timeout);

  /// Begins a look; the transport's poll carries it on.
  void start();
  bool done() const { return !under_way_; }
  /// What came, at the latest now.
  CloudWord take();

 private:
  template <class T>
  cloudstack::Reader::Done<T> then(void (CloudReading::*next)(cloudstack::Listing<T>));
  void renew_keys();
  void take_clusters(cloudstack::Listing<model::CloudCluster> listing);
  void take_hosts(cloudstack::Listing<model::CloudHost> listing);
  void ask_events(const std::string& type);
  void take_cancelled(cloudstack::Listing<model::CloudEvent> listing);
  void take_prepared(cloudstack::Listing<model::CloudEvent> listing);
  void keep_events(const cloudstack::Listing<model::CloudEvent>& listing);
  void end(std::string problem);

  config::CloudConfig config_;
  const Clock& clock_;
  CredentialGate gate_;
  bool under_way_ = false;
  CloudWord word_;
  cloudstack::Reader reader_;  ///< last: what its answers change outlives it
};

}  // namespace xenha::hooks
