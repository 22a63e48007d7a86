// What is asked once a minute beside the event stream: the hosts' clocks, HA messages, patches of old
// releases, and each host's own heartbeat latencies. A constant number of calls per host, whatever the number
// of VMs.
#pragma once

#include <algorithm>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exporter/poll/pool_context.h"
#include "exporter/snapshot/pool_snapshot.h"
#include "lib/model/records.h"
#include "lib/xapi/call_slot.h"

namespace xenha::exporter {

/// A member that answers, as the chores need it.
struct ChoreHost {
  std::string ref, uuid;
  std::string address;  ///< where its RRD is asked; empty = not to be asked directly
};

struct HaMessage {
  std::string uuid, name;
  WallTime timestamp;
};

struct HostLatencies {
  HostSnapshot::Latency statefile, network, xapi;
  SteadyTime at;
};

class MasterChores {
 public:
  static constexpr std::chrono::seconds kEvery{60};
  static constexpr std::chrono::seconds kAtLeastBetween{2};
  static constexpr std::chrono::seconds kLatencyEvery{20};  ///< xapi pushes new values this often
  static constexpr std::chrono::minutes kPatchesEvery{15};
  static constexpr std::chrono::minutes kLatencyGoodFor{2};

  MasterChores(PoolContext& context, std::function<void(const std::vector<HaMessage>&)> on_messages);

  /// Runs what is due. `since`: HA messages from here on, by the master's clock.
  void tick(SteadyTime now, const std::string& master_address, const std::string& session,
            const std::vector<ChoreHost>& hosts, bool ha_enabled, WallTime since);
  SteadyTime next_due() const;
  /// A host came to answer, or to be known: do not let it wait for the next minute.
  void soon() { due_ = std::min(due_, last_run_ + kAtLeastBetween); }
  void cancel();

  const std::map<std::string, Duration>& clock_offsets() const { return clock_offsets_; }  ///< by host uuid
  /// By host uuid: is XS62ESP1004 applied. Empty where releases have no such patches or none were read.
  const std::map<std::string, bool>& hotfix() const { return hotfix_; }
  std::optional<HostLatencies> latencies(const std::string& uuid, SteadyTime now) const;
  /// What the master's clock says more than ours.
  Duration clock_offset(const std::string& uuid) const;

 private:
  void next_servertime();
  void ask_messages();
  void ask_patches();
  void take_patches(const xapi::Value& host_patches, const xapi::Value& pool_patches);
  void ask_latencies(const std::string& session, const std::vector<ChoreHost>& hosts);
  void take_latencies(const std::string& uuid, const std::string& body);
  xapi::Client::Call call(std::string_view method, xapi::Params params) const;

  PoolContext& context_;
  std::function<void(const std::vector<HaMessage>&)> on_messages_;
  xapi::CallSlot slot_;
  SteadyTime due_{}, last_run_{}, latency_due_{}, patches_due_{};
  std::string master_, session_;
  WallTime since_{};
  std::vector<ChoreHost> hosts_;
  std::size_t host_ = 0;
  std::map<std::string, http::RequestId> latency_calls_;  ///< by host uuid
  std::map<std::string, Duration> clock_offsets_;
  std::map<std::string, bool> hotfix_;
  std::map<std::string, HostLatencies> latencies_;
  std::shared_ptr<xapi::Answer> host_patches_;
};

}  // namespace xenha::exporter
