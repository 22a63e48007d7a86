#include "exporter/cloud/cloud_access.h"

#include <algorithm>
#include <array>

namespace xenha::exporter {
namespace {

using Q = CloudQuestion;

constexpr std::array kWanted{Q::kCapabilities, Q::kConfigurations, Q::kOfferings, Q::kClusters,
                             Q::kStoragePools, Q::kHosts,          Q::kUserVms,   Q::kRouters,
                             Q::kSystemVms,    Q::kAlerts,         Q::kEvents};

bool essential(CloudQuestion question) {
  return question == Q::kClusters || question == Q::kHosts || question == Q::kUserVms;
}

}  // namespace

CloudTrouble trouble_of(const Error& error) {
  if (error.code == ErrorCode::kAuth) return CloudTrouble::kKeys;
  if (error.code != ErrorCode::kRemoteFault) return CloudTrouble::kAway;
  const std::string& code = error.remote_code;
  if (code == "429") return CloudTrouble::kBusy;
  if (code == "432" || code == "531") return CloudTrouble::kRefused;
  if (code == "502" || code == "503" || code == "504") return CloudTrouble::kAway;
  return CloudTrouble::kFaulty;
}

Duration cloud_back_off(int failures, bool focus, double chance) {
  const Duration first = focus ? CloudSchedule::kFastPause : std::chrono::seconds(5);
  const Duration most = focus ? CloudSchedule::kSlowPause : std::chrono::seconds(60);
  const Duration plain = std::min<Duration>(first * (1 << std::clamp(failures - 1, 0, 10)), most);
  // Never shorter: the pause between two rounds is a promise.
  return plain + std::chrono::duration_cast<Duration>(plain * 0.25 * chance);
}

void CloudAccess::refuse(SteadyTime now) {
  gate_.refused(now);
  next_look_ = now;
}

bool CloudAccess::renewed(SteadyTime now) {
  if (!gate_.blocked(now) || now < next_look_) return false;
  next_look_ = now + kLookEvery;
  if (!api_key_.changed_since_read() && !secret_key_.changed_since_read()) return false;
  const auto read = [](const CloudKey& key) -> Result<CloudKey> {
    // A key without a place was made up by a test and stays.
    return key.source.is_set() ? key.read_again() : Result<CloudKey>(key);
  };
  Result<CloudKey> api_key = read(api_key_);
  Result<CloudKey> secret_key = read(secret_key_);
  if (!api_key || !secret_key) return false;  // half written: looked at again
  api_key_ = *std::move(api_key);
  secret_key_ = *std::move(secret_key);
  gate_.renew();
  doubted_.clear();
  return true;
}

SteadyTime CloudAccess::next_look(SteadyTime now) const {
  return gate_.blocked(now) ? std::max(next_look_, now) : SteadyTime::max();
}

bool CloudAccess::may_watch(const cloudstack::Apis& apis) {
  abilities_ = {};
  missing_.clear();
  for (const Q question : kWanted) {
    if (apis.has(command_of(question)))
      abilities_.questions.insert(question);
    else
      missing_.insert(question);
  }
  abilities_.questions.insert(Q::kApis);
  if (can(Q::kUserVms)) abilities_.questions.insert(Q::kVictims);
  abilities_.by_ids = apis.has_parameter(command_of(Q::kUserVms), "ids");
  return std::none_of(missing_.begin(), missing_.end(), essential);
}

bool CloudAccess::lose(CloudQuestion question) {
  abilities_.questions.erase(question);
  missing_.insert(question);
  return !essential(question);
}

std::string CloudAccess::missing_text() const {
  std::string out;
  for (const Q question : missing_) {
    if (!out.empty()) out += ", ";
    out += command_of(question);
  }
  return out;
}

}  // namespace xenha::exporter
