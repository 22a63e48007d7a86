// One call of the management API on its way through the server, and the table of commands.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "tests/sim/cloud/cloud.h"
#include "tests/sim/cloud/signature_check.h"
#include "tests/sim/wire/json.h"

namespace xenha::sim::cloud {

/// errorcode = HTTP status; the table of reference 1.7.
struct ApiFailure {
  int code = 530;
  std::string text;
  int cs_code = 0;
};

/// Who asks what. Parameter names are in lower case from here on.
struct Call {
  Cloud& cloud;
  const CsAccount& account;
  const struct CommandDef& command;
  RawParams params;

  bool has(std::string_view name) const { return find_param(params, name).has_value(); }
  std::string text(std::string_view name) const { return find_param(params, name).value_or(""); }
  bool flag(std::string_view name) const { return lower_case(text(name)) == "true"; }
  bool is_root() const { return account.role == RoleType::kRootAdmin; }
  /// A filter that is absent, or equal.
  bool wants(std::string_view name, std::string_view value) const {
    const std::optional<std::string> wanted = find_param(params, name);
    return !wanted || lower_case(*wanted) == lower_case(value);
  }
  /// keyword: a part of any of them.
  bool matches_keyword(const std::vector<std::string>& texts) const;
};

using ApiResult = Result<Json, ApiFailure>;

enum class Kind {
  kText,
  kBool,
  kInt,
  kHost,  ///< from here on: the id of an object that must exist
  kCluster,
  kPod,
  kZone,
  kVm,
  kVmIds,  ///< comma-joined
  kOffering,
  kProject,
};

struct ParamDef {
  std::string name;
  Kind kind = Kind::kText;
  Version from = {};
  std::vector<std::string> words = {};  ///< not empty: comma-joined words, each one of these
};

struct CommandDef {
  std::string name;
  int rights = 1;         ///< bits 1 root admin, 4 domain admin
  std::string list = {};  ///< array key of a list command; "" = none
  std::vector<ParamDef> params = {};
  Version from = {};
  bool write = false, async = false;
  bool reader = false;  ///< the exporter's role may call it
  /// Of a list command all rows, otherwise the body inside the envelope.
  ApiResult (*run)(Call& call) = nullptr;
};

const std::vector<CommandDef>& all_commands();
/// Null for a name that this release does not have; case matters.
const CommandDef* find_command(const Cloud& cloud, std::string_view name);
bool may_call(const CsAccount& account, const CommandDef& command);
/// Of the command in this release, without the common ones that every list has.
std::vector<ParamDef> params_of(const Cloud& cloud, const CommandDef& command);

inline ApiFailure wrong_param(std::string text) {
  return {431, std::move(text), 4350};
}

// Commands by object.
ApiResult list_apis(Call& call);
ApiResult list_capabilities(Call& call);
ApiResult list_zones(Call& call);
ApiResult list_pods(Call& call);
ApiResult list_clusters(Call& call);
ApiResult list_hosts(Call& call);
ApiResult list_virtual_machines(Call& call);
ApiResult list_system_vms(Call& call);
ApiResult list_routers(Call& call);
ApiResult list_service_offerings(Call& call);
ApiResult list_storage_pools(Call& call);
ApiResult list_configurations(Call& call);
ApiResult list_alerts(Call& call);
ApiResult list_events(Call& call);
ApiResult list_management_servers(Call& call);
ApiResult prepare_host_for_maintenance(Call& call);
ApiResult cancel_host_maintenance(Call& call);
ApiResult declare_host_as_degraded(Call& call);
ApiResult cancel_host_as_degraded(Call& call);
ApiResult update_host(Call& call);
ApiResult update_cluster(Call& call);
ApiResult start_virtual_machine(Call& call);
ApiResult stop_virtual_machine(Call& call);
ApiResult query_async_job_result(Call& call);

// Records, also for answers of other commands.
Json cluster_record(const Cloud& cloud, const CsCluster& cluster);
Json host_record(const Cloud& cloud, const CsHost& host, const std::string& details);
Json vm_record(const Call& call, const CsVm& vm, const std::string& details);

}  // namespace xenha::sim::cloud
