// Rows of CloudStack's answers as records. Fields we do not know are ignored; what is null, absent or, for a
// fact that may be absent anyway, unreadable, stays absent.
#pragma once

#include <optional>
#include <string>

#include "lib/base/result.h"
#include "lib/cloudstack/answer.h"
#include "lib/model/cloud.h"

namespace xenha::cloudstack {

/// Nothing: the row is none of ours, such as another hypervisor's VM. kBadReply: the row lacks what every
/// release gives, so it is not understood.
template <class T>
using Decoded = Result<std::optional<T>>;

/// How a list is read.
template <class T>
struct Shape {
  Wanted wanted;
  Decoded<T> (*decode)(const Row&);
  /// What tells two rows apart, also those that are none of ours.
  std::string id(const Row& row) const { return row.text(wanted.fields.front()); }
};

extern const Shape<model::CloudCluster> kClusterShape;
extern const Shape<model::CloudHost> kHostShape;
extern const Shape<model::CloudVm> kUserVmShape, kRouterShape, kSystemVmShape;
extern const Shape<model::CloudOffering> kOfferingShape;
extern const Shape<model::CloudStoragePool> kStoragePoolShape;
extern const Shape<model::CloudConfiguration> kConfigurationShape;
extern const Shape<model::CloudAlert> kAlertShape;
extern const Shape<model::CloudEvent> kEventShape;

extern const Wanted kCapabilitiesWanted, kApisWanted;

}  // namespace xenha::cloudstack
