// What a story may claim of a record, of the exporter's state, and of the truth that the simulator kept.
#pragma once

#include <optional>
#include <string>

#include "exporter/failover/record.h"
#include "tests/integration/failover_story.h"
#include "tests/integration/virtual_world.h"

namespace xenha::test {

/// "open", "phase in seconds", "absent" ... as text; absent when there is no such path.
std::optional<std::string> value_of(const exporter::FailoverRecord& record, const std::string& path);
/// Of the exporter at this moment: POOL.open, POOL.pending, CLOUD.up ...
std::optional<std::string> value_of(VirtualWorld& world, const std::string& path);

/// Does VALUE stand in the relation to what was claimed? "=" compares texts, the others numbers.
bool holds(const std::string& found, const std::string& relation, const std::string& wanted);

/// Compares every time of the record with when it really happened: the phase itself, and its distance from
/// the loss within the record's own uncertainty and one poll.
void compare_with_truth(VirtualWorld& world, const exporter::FailoverRecord& record, const Claim& claim);

}  // namespace xenha::test
