// Which of CloudStack's settings decide over VM HA, and what they really are: a row may be missing, null or
// hidden, and then the release's default applies. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/cloudstack/reader.h"
#include "lib/model/cloud.h"

namespace xenha::cloudstack {

struct Settings {
  /// By name; those that this release has. Of an unknown release: those that it lists.
  std::vector<model::CloudSetting> settings;
  std::optional<std::string> ha_tag;  ///< absent: none is set
  bool operator==(const Settings&) const = default;
};

Settings judge_settings(const std::vector<model::CloudConfiguration>& rows, const Version& version);

}  // namespace xenha::cloudstack
