// Plays a story in virtual time, without a judgement of its own.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tests/integration/failover_story.h"
#include "tests/integration/virtual_world.h"

namespace xenha::test {

struct PlayHooks {
  /// A check line: what was found, absent when there is no such path.
  std::function<void(const std::optional<std::string>& found, const Claim& claim)> check;
  Duration interval{};  ///< of `every`
  std::function<void()>
      every;  ///< called at 0 and after each interval of virtual time, before the steps of that time
};

/// Starts the exporter as the story says and takes every step. Throws std::runtime_error with the line of a
/// step that the simulator refuses.
void play_steps(VirtualWorld& world, const Story& story, const PlayHooks& hooks);

}  // namespace xenha::test
