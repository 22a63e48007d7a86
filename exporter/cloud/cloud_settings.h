// Which of CloudStack's settings decide over VM HA, and what they really are: a row may be missing, null or
// hidden, and then the release's default applies. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exporter/snapshot/cloud_snapshot.h"
#include "lib/cloudstack/reader.h"
#include "lib/model/cloud.h"

namespace xenha::exporter {

struct CloudSettings {
  /// By name; those that this release has. Of an unknown release: those that it lists.
  std::vector<CloudSettingSnapshot> settings;
  std::optional<std::string> ha_tag;  ///< absent: none is set
  bool operator==(const CloudSettings&) const = default;
};

CloudSettings judge_settings(const std::vector<model::CloudConfiguration>& rows,
                             const cloudstack::Version& version);

}  // namespace xenha::exporter
