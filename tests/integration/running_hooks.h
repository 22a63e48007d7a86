// The whole hooks daemon in process, in mode act, before a simulated world over real sockets.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "hooks/hooks_app.h"
#include "hooks/journal/journal.h"
#include "lib/http/curl_transport.h"
#include "tests/integration/passing_clock.h"
#include "tests/sim/sim.h"

namespace xenha::test {

using Json = nlohmann::json;

/// What is decided about a pool, newest first.
struct Decided {
  std::string verdict, reason;
  bool operator==(const Decided&) const = default;
};
void PrintTo(const Decided& decided, std::ostream* out);

class RunningHooks {
 public:
  struct Setup {
    int pools = 1;
    std::map<std::string, std::string> guards = {};  ///< keys of hooks.guards that differ from quick_guards()
    /// What an operator wrote differently; gets and gives the whole file.
    std::function<std::string(std::string)> config = {};
    /// What an earlier life of the daemon left, in its journal and in the world.
    std::function<void(hooks::journal::Journal&, sim::Simulation&)> before = {};
  };
  explicit RunningHooks(Setup setup);
  ~RunningHooks();
  RunningHooks(const RunningHooks&) = delete;
  RunningHooks& operator=(const RunningHooks&) = delete;

  sim::Simulation& sim() { return *sim_; }
  const std::filesystem::path& directory() const { return directory_; }

  /// The daemon has seen HA on: its SR and timeout are in the journal.
  void until_remembered(const std::string& pool = "pool1");
  /// Remembered, and then every pool loses HA in silence.
  void lose_ha();
  void lose_ha(int pool);
  /// Alertmanager tells that these pools are without HA, in one message. `nth` time it happens.
  void alert(const std::vector<std::string>& pools = {"pool1"}, int nth = 1, bool resolved = false);
  /// 200, or what was said against it.
  int post(const std::string& path, const Json& body, bool as_operator = true);
  int pause(const std::string& pool = "pool1");
  int resume(const std::string& pool = "pool1");
  int clear(const std::string& pool = "pool1");
  /// The config is written anew and read again.
  void rewrite(const std::function<std::string(std::string)>& config);

  /// As GET /api/v1/decisions and /api/v1/explain have it.
  std::vector<Decided> decisions(const std::string& pool = "pool1");
  std::vector<std::string> objectors(const std::string& pool = "pool1");
  std::string explained(const std::string& pool = "pool1");
  /// Attempts as the journal has them, newest first.
  std::vector<hooks::journal::Attempt> attempts(const std::string& pool = "pool1");

  /// Asks again and again; throws, with `what` and all the daemon says, when it does not come true in time.
  void eventually(const std::string& what, const std::function<bool()>& condition);
  void until_decided(const Decided& decided, const std::string& pool = "pool1");
  /// The daemon looked at pool1, twice, this many times more.
  void until_looked_again(int times);
  /// The act for a pool has its outcome.
  void until_acted(const std::string& pool = "pool1", std::size_t attempts = 1);

  /// Hours pass for the daemon, the hosts and the cloud alike.
  void pass(Duration span);
  /// What takes a minute in a pool takes a second from now on.
  void hurry();
  /// Calls that changed a pool, as "pool1 Async.pool.enable_ha operator".
  std::vector<std::string> writes();

 private:
  void write_config();
  void start();
  std::size_t looks();

  Setup setup_;
  PassingClock clock_;
  std::filesystem::path directory_;
  std::unique_ptr<sim::Simulation> sim_;
  std::unique_ptr<hooks::HooksApp> app_;
  http::CurlTransport transport_;
};

}  // namespace xenha::test
