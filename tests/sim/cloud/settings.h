// Global settings: what the database holds and what the running management server goes by. They differ for
// settings that are read at its start, and for half a minute in 4.20+.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "tests/sim/cloud/rules.h"

namespace xenha::sim::cloud {

struct SettingDef {
  std::string category, default_value, description;
  bool dynamic = false;  ///< read at each use
  bool hidden = false;   ///< never listed
};

class Settings {
 public:
  Settings(const Version& version, const std::map<std::string, std::string>& overrides);

  const std::map<std::string, SettingDef>& definitions() const { return definitions_; }
  bool exists(const std::string& name) const { return definitions_.count(name) != 0; }
  /// In the database; absent = null: the default applies.
  std::optional<std::string> stored(const std::string& name) const;
  void store(const std::string& name, std::optional<std::string> value);
  /// The management server takes over one value, or at its start all.
  void take_over(const std::string& name);
  void take_over_all();

  std::string text(const std::string& name) const;
  double number(const std::string& name) const;
  bool flag(const std::string& name) const { return text(name) == "true"; }
  Duration seconds(const std::string& name) const;
  bool is_null(const std::string& name) const { return !running_.at(name); }

 private:
  std::map<std::string, SettingDef> definitions_;
  std::map<std::string, std::optional<std::string>> stored_, running_;
};

}  // namespace xenha::sim::cloud
