// The account we read CloudStack with: its two keys, when they may be used, and what it may ask.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "exporter/cloud/cloud_schedule.h"
#include "exporter/exporter_config.h"
#include "lib/base/clock.h"
#include "lib/base/credential_gate.h"
#include "lib/cloudstack/reader.h"

namespace xenha::exporter {

/// How to go on after an error.
enum class CloudTrouble {
  kAway,     ///< no usable answer: wait, longer each time
  kBusy,     ///< the server asked us to be quiet
  kKeys,     ///< the key was refused, or the command is not for it
  kRefused,  ///< this account may not ask this
  kFaulty,   ///< the server answers, but not this
};
CloudTrouble trouble_of(const Error& error);

/// How long to leave a server alone that failed `failures` times in a row. `chance` is from [0, 1).
Duration cloud_back_off(int failures, bool focus, double chance);

class CloudAccess {
 public:
  static constexpr std::chrono::seconds kLookEvery{5};

  CloudAccess(CloudKey api_key, CloudKey secret_key)
      : api_key_(std::move(api_key)), secret_key_(std::move(secret_key)) {}

  cloudstack::Keys keys() const { return {api_key_.text, secret_key_.text}; }
  bool blocked(SteadyTime now) const { return gate_.blocked(now); }
  /// Leaves the keys alone for a quarter of an hour, or until a file changes.
  void refuse(SteadyTime now);
  /// The keys are refused and a file changed: they are read again, and true means that they may be tried.
  /// Looks at most every kLookEvery.
  bool renewed(SteadyTime now);
  /// When something can change without an answer.
  SteadyTime next_look(SteadyTime now) const;

  /// What listApis said. False: the account is of no use; missing_text() says why.
  bool may_watch(const cloudstack::Apis& apis);
  /// The server refuses a question although listApis had it. False: without it the account is of no use.
  bool lose(CloudQuestion question);
  const CloudAbilities& abilities() const { return abilities_; }
  bool can(CloudQuestion question) const { return abilities_.questions.contains(question); }
  /// "listHosts, listAlerts"; empty when nothing is missing.
  std::string missing_text() const;

  /// A command was refused as if by the key. True the second time without an answer in between: then it is
  /// not the key.
  bool doubt(CloudQuestion question) { return !doubted_.insert(question).second; }
  void answered(CloudQuestion question) { doubted_.erase(question); }

 private:
  CloudKey api_key_, secret_key_;
  CredentialGate gate_;
  SteadyTime next_look_{};
  CloudAbilities abilities_;
  std::set<CloudQuestion> missing_, doubted_;
};

}  // namespace xenha::exporter
