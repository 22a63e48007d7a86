// Who may do what over HTTP. The webhook's token opens /api/v1/alerts, the operator's token what changes the
// automation; what only shows takes either. Users and client certificates of the web config may send alerts
// and look.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "hooks/hooks_config.h"
#include "lib/web/router.h"

namespace xenha::hooks {

enum class Door {
  kAlerts,   ///< POST /api/v1/alerts
  kShow,     ///< GET /api/v1/...
  kOperate,  ///< pause, resume, clear
};

class Doorkeeper {
 public:
  explicit Doorkeeper(const HooksConfig& config) { set(config); }
  void set(
      const HooksConfig& config);  ///< at start and after a reload; a token whose file changes is read again

  /// Absent: let in. Else 401 without or with unknown credentials, 403 for those of another door.
  std::optional<web::Reply> refuse(Door door, const web::Request& request);

 private:
  std::mutex mutex_;
  std::optional<Token> bearer_, operator_;
  /// Nothing is configured that could tell who asks: then the daemon listens on loopback only, and takes what
  /// comes from there.
  bool alerts_open_ = false, show_open_ = false;
};

}  // namespace xenha::hooks
