// Listeners without sockets, for a simulation in virtual time: requests are handed over in memory, answers
// come back after a moment of virtual time. Network faults of a listener mean here what they mean on the
// wire. Everything runs on one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "tests/sim/wire/http_server.h"

namespace xenha::sim {

class VirtualListener;

class VirtualNetwork {
 public:
  static constexpr Duration kTrip = std::chrono::milliseconds(1);  ///< each way

  /// `later` plans a task in virtual time.
  explicit VirtualNetwork(std::function<void(Duration, Loop::Task)> later) : later_(std::move(later)) {}
  VirtualNetwork(const VirtualNetwork&) = delete;
  VirtualNetwork& operator=(const VirtualNetwork&) = delete;

  struct Answer {
    enum class Fate {
      kAnswered,
      kRefused,  ///< nobody listens there
      kReset,    ///< the connection ended without an answer, or in the middle of one
    } fate = Fate::kAnswered;
    int status = 0;
    std::string content_type, body;
    Exchange::Headers headers = {};
  };
  using Done = std::function<void(Answer)>;
  class Sent;
  /// Dropping the last reference to what comes back is the client's going away. A silent peer never answers.
  std::shared_ptr<Sent> send(const std::string& address, std::uint16_t port, Request request, Done done);

  enum class Knock { kOpen, kRefused, kSilent };
  /// Would a TCP connection come about?
  Knock knock(const std::string& address, std::uint16_t port) const;

  /// The clients' own uplink is cut: they reach nobody, while hosts reach each other as before.
  void cut_uplink(bool cut) { uplink_cut_ = cut; }
  /// Only the way from the clients to this address.
  void cut_way(const std::string& address, bool cut);

  Result<std::unique_ptr<Listener>> open(ListenerOptions options, Handler handler);
  void later(Duration span, Loop::Task task) { later_(span, std::move(task)); }

 private:
  friend class VirtualListener;
  using Place = std::pair<std::string, std::uint16_t>;
  bool way_is_cut(const std::string& address) const { return uplink_cut_ || cut_ways_.contains(address); }

  std::function<void(Duration, Loop::Task)> later_;
  std::map<Place, VirtualListener*> listeners_;
  std::set<std::string> cut_ways_;
  bool uplink_cut_ = false;
  std::uint16_t next_port_ = 8443;
};

}  // namespace xenha::sim
