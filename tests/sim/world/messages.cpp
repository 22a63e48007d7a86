#include "tests/sim/world/messages.h"

#include <algorithm>
#include <utility>

namespace xenha::sim {

void MessageStore::add(Message message) {
  message.generation = ++generation_;
  messages_.push_back(std::move(message));
  if (messages_.size() > kLimit) messages_.pop_front();
}

bool MessageStore::remove(const std::string& ref) {
  const auto found = std::find_if(messages_.begin(), messages_.end(),
                                  [&](const Message& message) { return message.ref == ref; });
  if (found == messages_.end()) return false;
  messages_.erase(found);
  deleted_.emplace_back(++generation_, ref);
  if (deleted_.size() > 512) deleted_.pop_front();
  return true;
}

const Message* MessageStore::find(const std::string& ref) const {
  const auto found = std::find_if(messages_.begin(), messages_.end(),
                                  [&](const Message& message) { return message.ref == ref; });
  return found == messages_.end() ? nullptr : &*found;
}

}  // namespace xenha::sim
