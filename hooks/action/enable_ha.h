// Switches pool HA on, follows it to its end, and looks whether it lasts. The call is sent once; whatever
// happens after that, the next step is to look at the pool, never to send it again (reference X 4.8, 4.9).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "hooks/action/outcome.h"
#include "hooks/situation/observer.h"
#include "lib/config/access.h"
#include "lib/xapi/ask.h"

namespace xenha::hooks {

/// What is to be done, as it was decided.
struct EnableOrder {
  std::shared_ptr<const http::Endpoint> master;
  config::Credential actor;
  std::string sr_ref;
  std::chrono::seconds timeout{90};
  std::size_t hosts = 0;  ///< of the pool: how long it may take depends on them
};

struct ActionReport {
  bool sent = false;  ///< it left this daemon
  std::optional<Outcome>
      outcome;            ///< absent: the daemon was stopped while it runs; the next start reconciles
  std::string code;       ///< XenServer's error, or empty
  std::string text;       ///< one line for people; holds no secret
  bool latch = false;     ///< an error that says never to retry
  bool not_ours = false;  ///< somebody else switched it on, or is at it: no attempt
};

/// The journal, as the action sees it.
class ActionLog {
 public:
  virtual ~ActionLog() = default;
  /// Just before the call leaves. An error: nothing is sent. No journal, no action.
  virtual Status sending() = 0;
  virtual void task_known(const std::string& task) = 0;
};

class EnableHa {
 public:
  struct Settings {
    Duration request_timeout = std::chrono::seconds(10);
    Duration look_every = std::chrono::seconds(3);
    Duration verify = std::chrono::seconds(60);
    Duration grace =
        std::chrono::seconds(30);  ///< after a lost answer or task, before nothing is taken for nothing
    std::string originator = "xenha-hooks";
  };
  /// `look` reads the pool anew, by whichever host is its master then.
  EnableHa(const xapi::Line& line, std::function<Look()> look, Settings settings);

  ActionReport run(const EnableOrder& order, ActionLog& log, std::stop_token stop);
  /// An attempt of an earlier life of this daemon: `task` may be empty, if it died before it knew.
  ActionReport reconcile(const EnableOrder& order, const std::string& task, std::stop_token stop);

  /// Reference X 4.4: a minute a host, the timeout, three minutes.
  static Duration bound(std::size_t hosts, std::chrono::seconds timeout);

 private:
  struct Progress;
  ActionReport follow(const EnableOrder& order, std::optional<xapi::Session> session, std::string task,
                      std::stop_token stop);
  ActionReport judge_facts(Progress& progress, std::stop_token stop);
  ActionReport verify(std::stop_token stop);
  ActionReport refused(const std::string& code, const std::string& text, bool begun, std::stop_token stop);
  Result<xapi::Session> log_in(const EnableOrder& order);
  /// False when stopped.
  bool wait(Duration span, const std::stop_token& stop);
  SteadyTime soon() const { return line_.clock.steady() + settings_.request_timeout; }

  xapi::Line line_;
  std::function<Look()> look_;
  Settings settings_;
};

}  // namespace xenha::hooks
