// Sessions are given back, whatever happens: all side by side, so that a host that hangs costs one wait.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <string>

#include "lib/xapi/ask.h"
#include "lib/xapi/call_slot.h"

namespace xenha::hooks {

/// Gives back what it is handed. Belongs to one look.
class OpenSessions {
 public:
  /// Waits no longer than `until`, but a quarter of a second in any case; once `stopped`, two seconds.
  OpenSessions(const xapi::Line& line, SteadyTime until, const std::atomic<bool>& stopped)
      : line_(line), until_(until), stopped_(stopped) {}
  ~OpenSessions() { settle(); }
  OpenSessions(const OpenSessions&) = delete;
  OpenSessions& operator=(const OpenSessions&) = delete;

  /// Starts the logout.
  void give_back(std::shared_ptr<const http::Endpoint> endpoint, std::string session, bool local);
  /// Waits for the logouts that were started.
  void settle();

 private:
  SteadyTime last_moment() const;

  xapi::Line line_;
  SteadyTime until_;
  const std::atomic<bool>& stopped_;
  std::list<xapi::CallSlot> logouts_;
};

/// A session that is given back when this ends.
class OpenSession {
 public:
  OpenSession(OpenSessions& home, std::shared_ptr<const http::Endpoint> endpoint, std::string ref, bool local)
      : home_(home), endpoint_(std::move(endpoint)), ref_(std::move(ref)), local_(local) {}
  ~OpenSession() { home_.give_back(endpoint_, std::move(ref_), local_); }
  OpenSession(const OpenSession&) = delete;
  OpenSession& operator=(const OpenSession&) = delete;

  const std::string& ref() const { return ref_; }
  const std::shared_ptr<const http::Endpoint>& endpoint() const { return endpoint_; }

 private:
  OpenSessions& home_;
  std::shared_ptr<const http::Endpoint> endpoint_;
  std::string ref_;
  bool local_;
};

}  // namespace xenha::hooks
