// One XenAPI call on its way through a host: who asks, what for, and how it is answered: at once, later
// through a task, or never.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/sim/wire/codec.h"
#include "tests/sim/wire/datamodel.h"
#include "tests/sim/wire/http_server.h"
#include "tests/sim/world/world.h"

namespace xenha::sim {

class ApiCall : public std::enable_shared_from_this<ApiCall> {
 public:
  ApiCall(World& world, Host& host, std::shared_ptr<Exchange> exchange, Call wire, bool json);
  ~ApiCall();
  ApiCall(const ApiCall&) = delete;
  ApiCall& operator=(const ApiCall&) = delete;

  World& world;
  Host& host;  ///< that was asked
  std::shared_ptr<Exchange> exchange;
  Call wire;
  bool json = false;   ///< came by JSON-RPC
  std::string method;  ///< without "Async."
  bool async = false;
  const MessageDef* def = nullptr;
  Json params;                   ///< checked; element 0 is the session where the call takes one
  std::shared_ptr<Database> db;  ///< of the master that serves the call; null for calls without database
  Host* master = nullptr;        ///< whose `db` it is

  bool has_session = false;
  Session::Kind kind = Session::Kind::kPool;
  std::string session, user, originator;
  Role role = Role::kPoolAdmin;
  bool superuser = true;
  std::uint64_t log_number = 0;

  Site& site() const { return *host.site; }
  Release release() const { return host.site->release; }
  /// Parameter `index` (0 is the session) as text.
  std::string text(std::size_t index) const;

  void succeed(Json value = nullptr);
  /// A value without envelope: system.listMethods.
  void succeed_bare(const Type& type, const Json& value);
  void fail(Failure failure);
  /// An XML-RPC fault instead of an envelope.
  void fault(const std::string& text);
  /// The connection ends without an answer: the host restarted or died.
  void abort();
  bool finished() const { return finished_; }
  /// True once nobody waits any more and nothing is left to do for a synchronous call.
  bool abandoned() const { return finished_ || (!async && exchange->closed()); }

  /// The call's task record, made at the first use: every long call has one, synchronous or not.
  const std::string& task();
  void progress(double fraction);
  /// Async: makes the task and sends its reference.
  void answer_with_task();

 private:
  void finish(const std::string& outcome);
  void end_task(const Failure* failure, const Json& value);
  void send(std::string document);
  void release_session();

  bool finished_ = false;
  bool answered_ = false;
  std::string task_;
};

using ApiCallPtr = std::shared_ptr<ApiCall>;

}  // namespace xenha::sim
