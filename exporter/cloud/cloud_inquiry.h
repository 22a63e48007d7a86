// Everything that is asked of one CloudStack and what the answers came to: one question at a time, and what
// follows from each way a question can end. Used by the cloud watcher, on its thread.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "exporter/cloud/alert_book.h"
#include "exporter/cloud/clock_offset.h"
#include "exporter/cloud/cloud_access.h"
#include "exporter/cloud/cloud_merge.h"
#include "exporter/cloud/cloud_schedule.h"
#include "exporter/cloud/cloud_watcher.h"
#include "lib/cloudstack/reader.h"

namespace xenha::exporter {

class CloudInquiry {
 public:
  /// References must outlive the inquiry.
  CloudInquiry(const CloudConfig& config, const CloudPollSettings& settings, CloudState state,
               const Clock& clock, http::Transport& transport);

  /// Starts what is due. Gives when it next has something to do; the transport's poll may end earlier.
  SteadyTime step(SteadyTime now, CloudNeeds needs);
  void cancel();
  /// What has not been confirmed for keep_facts is no longer told, and must not come back as if it were fresh
  /// when the first answer arrives: ready() is false until everything was read again.
  void expire(SteadyTime now);

  /// Something worth telling happened since the last call.
  bool take_news() { return std::exchange(news_, false); }
  bool up() const { return up_; }
  /// A question failed, so there is something to tell even if nothing is known.
  bool ever_failed() const { return ever_failed_; }
  /// Everything was read once, or will never be.
  bool ready() const;
  std::optional<WallTime> last_success() const { return last_success_; }
  std::optional<WallTime> hosts_read() const { return hosts_read_; }
  std::optional<WallTime> vms_read() const;
  std::optional<Duration> clock_offset() const { return offset_.value(); }
  const CloudMerge& merge() const { return merge_; }
  AlertBook& alerts() { return alerts_; }

 private:
  void ask_what_is_due(SteadyTime now);
  void start(const CloudAsk& ask);
  template <class T, class Take>
  cloudstack::Reader::Done<T> taking(Take take);
  cloudstack::Reader::Done<model::CloudVm> taking_all(std::set<model::CloudVmKind> kinds);
  void on_apis(Result<cloudstack::Apis> apis);
  void on_capabilities(Result<cloudstack::Capabilities> capabilities);
  void on_user_vms(Result<cloudstack::Listing<model::CloudVm>> vms);

  void answered(bool changed);
  void failed(const Error& error);
  void doubt(const Error& error);
  void lose(const Error& error);
  void away(const Error& error);
  void faulty(const Error& error);
  void give_up(const std::string& why);
  void set_up(bool up, const std::string& problem);

  const std::string name_;
  const CloudPollSettings settings_;
  const Clock& clock_;
  CloudAccess access_;
  CloudSchedule schedule_;
  CloudMerge merge_;
  AlertBook alerts_;
  ClockOffset offset_;
  std::minstd_rand chance_;
  CloudNeeds needs_;

  std::optional<CloudAsk> asked_;
  SteadyTime began_{};
  std::optional<SteadyTime> quiet_until_;
  int failures_ = 0, busy_answers_ = 0;
  std::vector<std::string> refused_victims_;  ///< ids of which the server does not know one
  std::set<CloudQuestion> complained_of_;     ///< questions that failed alone, told once
  std::string complained_missing_;            ///< commands that the account lacks, told once
  std::string gave_up_why_;                   ///< told once

  bool news_ = false, up_ = false, ever_failed_ = false, told_down_ = false;
  std::optional<WallTime> last_success_;
  SteadyTime last_success_steady_{};
  bool clusters_read_ = false;
  std::optional<WallTime> hosts_read_;
  std::map<model::CloudVmKind, WallTime> vms_read_;  ///< when the whole listing of a kind was true

  cloudstack::Reader reader_;  ///< last: what its answers change outlives it
};

}  // namespace xenha::exporter
