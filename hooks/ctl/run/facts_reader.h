// Reads what a procedure has to know: a look of the hooks' observer, and beside it what only a procedure
// asks for. Reads only. Belongs to the thread of its transport.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hooks/ctl/ctl_config.h"
#include "hooks/ctl/procedures/facts.h"
#include "hooks/ctl/procedures/position.h"
#include "hooks/situation/observer.h"
#include "lib/cloudstack/reader.h"
#include "lib/xapi/ask.h"

namespace xenha::ctl {

/// What the act of switching HA on needs, from the newest look.
struct HeartbeatChoice {
  std::string sr_ref;
  std::chrono::seconds timeout{90};
};

class FactsReader {
 public:
  struct Settings {
    hooks::Policy policy;
    Duration read_gap{}, request_timeout{};
    bool sr_changed = false;  ///< the person says that another heartbeat SR is meant
  };
  /// `cloud` is null where CloudStack is left out.
  FactsReader(const CtlPool& pool, const CtlCloud* cloud, http::Transport& transport, const Clock& clock,
              Settings settings);
  ~FactsReader();

  /// What was good the last time HA was on, as another run of the procedure saw it.
  void remember(const Position& position);
  /// Everything anew. Of `position` the host, and the task or job of the step under way. `thorough`: also
  /// what matters only before the first step. Ended early by `stop`; then nothing more can be read.
  Facts read(const Position& position, bool thorough, const std::stop_token& stop);
  /// What was good is learnt from the look while HA is on.
  const hooks::Remembered& remembered() const { return remembered_; }
  HeartbeatChoice heartbeat() const;

 private:
  struct Reading;
  void add_pool(Facts& facts, const hooks::Look& look) const;
  void add_db(Facts& facts, const hooks::Look& look);
  void add_operations(Reading& reading);
  void add_vms(Reading& reading);
  void add_work(Reading& reading);
  void add_emergency(Facts& facts);
  void add_cloud(Facts& facts, bool thorough);
  void choose_cluster(const cloudstack::Listing<model::CloudHost>& hosts);
  void add_job(Facts& facts, const Position& position);
  void mark_primary(Facts& facts, const std::vector<model::CloudStoragePool>& pools);
  void add_primary(Facts& facts);
  void add_enable(Facts& facts, const hooks::Look& look);
  SteadyTime soon() const { return clock_.steady() + settings_.request_timeout; }
  template <class T>
  Result<cloudstack::Listing<T>> list(const std::function<void(cloudstack::Reader::Done<T>)>& ask);

  const CtlPool& pool_;
  http::Transport& transport_;
  const Clock& clock_;
  const Settings settings_;
  xapi::Client client_;
  const xapi::Line line_;
  hooks::Observer observer_;
  hooks::Remembered remembered_;
  std::optional<cloudstack::Reader> cloud_;
  std::optional<cloudstack::Server> cloud_actor_;
  hooks::Look look_;          ///< newest
  CloudFacts cloud_cluster_;  ///< as it was chosen
  std::vector<std::string> cluster_ids_;
  struct Seen {
    SteadyTime at;
    hooks::Situation situation;
  };
  std::deque<Seen> seen_;  ///< of the last moments, oldest first
};

}  // namespace xenha::ctl
