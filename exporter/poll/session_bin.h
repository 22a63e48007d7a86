// Sessions nobody needs any more, until they are logged out. Pool sessions are capped per user and would push
// out other tools' sessions; local sessions never expire (reference 2.2, 2.3). A host that is silent now gets
// its logout when it answers again.
#pragma once

#include <functional>
#include <list>
#include <string>

#include "exporter/poll/pool_context.h"
#include "lib/xapi/call_slot.h"

namespace xenha::exporter {

class SessionBin {
 public:
  static constexpr std::size_t kMost = 256;  ///< per pool; the oldest is given up beyond that

  explicit SessionBin(PoolContext& context) : context_(context) {}

  void put(const std::string& address, const std::string& session, bool local);
  /// Tries those that wait, on addresses where `answers` says so.
  void tick(const std::function<bool(const std::string& address)>& answers);
  bool empty() const { return entries_.empty(); }
  /// None that is being logged out right now.
  bool idle() const;

 private:
  struct Entry {
    Entry(PoolContext& context, std::string address_in, std::string session_in, bool local_in)
        : address(std::move(address_in)),
          session(std::move(session_in)),
          local(local_in),
          slot(context.client) {}
    std::string address, session;
    bool local, done = false, waits = false;
    xapi::CallSlot slot;
  };
  void log_out(Entry& entry);
  void sweep() {
    entries_.remove_if([](const Entry& entry) { return entry.done; });
  }

  PoolContext& context_;
  std::list<Entry> entries_;
};

}  // namespace xenha::exporter
