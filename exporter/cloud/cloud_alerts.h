// CloudStack's alerts are sentences. Reads those of reference 4.5, in the wording of every release; what is
// none of them is nothing to us. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "exporter/snapshot/cloud_snapshot.h"
#include "lib/model/cloud.h"

namespace xenha::exporter {

/// A host as an alert names it; each part may be empty.
struct AlertHost {
  std::string number;  ///< CloudStack's internal id, not the API's
  std::string name;
  std::string id;  ///< the API's id
  bool operator==(const AlertHost&) const = default;
};

struct AlertText {
  CloudAlertKind kind{};
  AlertHost host;
  std::string vm;  ///< see CloudAlertSnapshot::vm
  bool operator==(const AlertText&) const = default;
};

std::optional<AlertText> read_alert(const std::string& subject);

/// Which host an internal number means, learnt from the alerts that carry both.
class HostNumbers {
 public:
  struct Host {
    std::string name, id;
    bool operator==(const Host&) const = default;
  };
  void learn(const AlertHost& host);
  /// What is missing in `host` and known here is filled in.
  AlertHost completed(AlertHost host) const;

  const std::map<std::string, Host>& all() const { return hosts_; }
  void restore(std::map<std::string, Host> hosts) { hosts_ = std::move(hosts); }
  bool operator==(const HostNumbers&) const = default;

 private:
  static constexpr std::size_t kMost = 10'000;  ///< hosts of a cloud; a garbling server must not fill memory
  std::map<std::string, Host> hosts_;
};

}  // namespace xenha::exporter
