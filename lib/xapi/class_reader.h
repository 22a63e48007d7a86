// Reads single classes without the event stream: get_all_records, and when that answer cannot be parsed
// because of one key in one record, the few fields we need by getters (pool, host, host_metrics, PBD, SR,
// task), or only the records that matter by a server-side filter (VM, VDI), so that the number of calls never
// depends on the number of VMs.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "lib/model/records.h"
#include "lib/xapi/call_slot.h"
#include "lib/xapi/record_reader.h"

namespace xenha::xapi {

class ClassReader {
 public:
  /// `deadline` is asked before each call for that call's.
  ClassReader(Client& client, std::function<SteadyTime()> deadline)
      : deadline_(std::move(deadline)), slot_(client) {}

  struct Outcome {
    model::PoolDb db;                 ///< only the classes asked for
    std::vector<std::string> broken;  ///< event names of those whose get_all_records does not parse
    /// Event names of those of which nothing could be read at all, and why.
    std::vector<std::pair<std::string, Error>> unread;
    std::optional<Error> error;  ///< the master did not answer; `db` is then incomplete
  };
  using Done = std::function<void(Outcome)>;

  bool busy() const { return busy_; }
  void cancel();
  /// Reads `classes` (event names) one after the other; `known` helps to pick the records that matter.
  void read(std::shared_ptr<const http::Endpoint> endpoint, std::string session,
            std::vector<std::string> classes, const model::PoolDb& known, Done done);
  /// Reads the records of one class that a filter of the server's lets through (VM and VDI only).
  void read_where(std::shared_ptr<const http::Endpoint> endpoint, std::string session,
                  const std::string& event_class, const std::string& expression, Done done);

 private:
  void begin(std::shared_ptr<const http::Endpoint> endpoint, std::string session, Done done);
  void next_class();
  void whole_class(const FollowedClass& followed);
  void filtered(const FollowedClass& followed, const std::string& expression);
  void by_fields(const FollowedClass& followed);
  void next_field();
  void ask(std::string method, Params params, Keep keep, Client::Done then);
  void finish(std::optional<Error> error);

  std::function<SteadyTime()> deadline_;
  CallSlot slot_;
  bool busy_ = false;
  std::shared_ptr<const http::Endpoint> endpoint_;
  std::string session_, method_;
  std::vector<std::string> classes_;
  std::vector<std::string> heartbeat_srs_;  ///< references
  Outcome outcome_;
  Done done_;

  const FollowedClass* field_class_ = nullptr;
  std::vector<std::string> refs_;
  std::size_t ref_ = 0, field_ = 0;
};

}  // namespace xenha::xapi
