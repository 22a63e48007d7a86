// What happened in a database and its messages since a token: the body of an event.from answer.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/world/database.h"
#include "tests/sim/world/messages.h"

namespace xenha::sim {

struct EventToken {
  std::uint64_t database = 0;
  std::uint64_t messages = 0;
};
/// "%020d,%020d"; "" is the start. Absent: no token.
std::optional<EventToken> parse_token(const std::string& text);
std::string format_token(EventToken token);

struct EventBatch {
  Json events = Json::array();
  Json counts = Json::object();  ///< valid_ref_counts
  EventToken token;
};

/// `classes` as event.from takes them: "*", "pool", "vm/OpaqueRef:...". Unknown classes give nothing.
EventBatch collect_events(const Database& db, const MessageStore& messages,
                          const std::vector<std::string>& classes, EventToken since);
/// The record of class message.
Json message_record(const Message& message);

}  // namespace xenha::sim
