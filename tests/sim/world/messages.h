// XAPI messages: files on the master's disk, not in the database. A failover falls back to the member's old
// copy.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "lib/base/clock.h"

namespace xenha::sim {

struct Message {
  std::string ref, uuid, name, cls, obj_uuid, body;
  int priority = 5;
  WallTime timestamp;
  std::uint64_t generation = 0;
};

class MessageStore {
 public:
  static constexpr std::size_t kLimit = 10'000;
  void add(Message message);
  /// False when there is none.
  bool remove(const std::string& ref);
  const Message* find(const std::string& ref) const;
  const std::deque<Message>& all() const { return messages_; }
  const std::deque<std::pair<std::uint64_t, std::string>>& deleted() const { return deleted_; }
  std::uint64_t generation() const { return generation_; }

 private:
  std::deque<Message> messages_;
  std::deque<std::pair<std::uint64_t, std::string>> deleted_;
  std::uint64_t generation_ = 0;
};

}  // namespace xenha::sim
