#include "exporter/poll/session_bin.h"

#include <algorithm>

namespace xenha::exporter {

void SessionBin::put(const std::string& address, const std::string& session, bool local) {
  if (session.empty()) return;
  if (entries_.size() >= kMost) entries_.pop_front();
  log_out(entries_.emplace_back(context_, address, session, local));
}

void SessionBin::log_out(Entry& entry) {
  entry.waits = false;
  entry.slot.call({.endpoint = endpoint_of(context_.config, entry.address),
                   .method = entry.local ? "session.local_logout" : "session.logout",
                   .params = {entry.session},
                   .deadline = context_.deadline()},
                  [&entry](const Result<xapi::Reply>& reply) {
                    // Any answer will do: whoever says SESSION_INVALID has no such session either.
                    const bool answered = reply || reply.error().code == ErrorCode::kRemoteFault;
                    entry.done = answered;
                    entry.waits = !answered;
                  });
}

void SessionBin::tick(const std::function<bool(const std::string& address)>& answers) {
  sweep();
  for (Entry& entry : entries_) {
    if (entry.waits && answers(entry.address)) log_out(entry);
  }
}

bool SessionBin::idle() const {
  return std::none_of(entries_.begin(), entries_.end(), [](const Entry& entry) { return entry.slot.busy(); });
}

}  // namespace xenha::exporter
