// Reads single classes without the event stream: get_all_records, and when that answer cannot be parsed
// because of one key in one record, the few fields we need by getters (pool, host, host_metrics, PBD, SR,
// task), or only the records that matter by a server-side filter (VM, VDI), so that the number of calls never
// depends on the number of VMs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "exporter/poll/call_slot.h"
#include "exporter/poll/pool_context.h"
#include "lib/model/records.h"
#include "lib/xapi/record_reader.h"

namespace xenha::exporter {

class ClassReader {
 public:
  explicit ClassReader(PoolContext& context) : context_(context), slot_(context.client) {}

  struct Outcome {
    model::PoolDb db;                 ///< only the classes asked for
    std::vector<std::string> broken;  ///< event names of those whose get_all_records does not parse
    std::optional<Error> error;       ///< the master did not answer; `db` is then incomplete
  };
  using Done = std::function<void(Outcome)>;

  bool busy() const { return busy_; }
  void cancel();
  /// Reads `classes` (event names) one after the other; `known` helps to pick the records that matter.
  void read(std::shared_ptr<const http::Endpoint> endpoint, std::string session,
            std::vector<std::string> classes, const model::PoolDb& known, Done done);

 private:
  void next_class();
  void whole_class(const xapi::FollowedClass& followed);
  void filtered(const xapi::FollowedClass& followed, const std::string& expression);
  void by_fields(const xapi::FollowedClass& followed);
  void next_field();
  void ask(std::string method, xapi::Params params, xapi::Keep keep, xapi::Client::Done then);
  void finish(std::optional<Error> error);

  PoolContext& context_;
  CallSlot slot_;
  bool busy_ = false;
  std::shared_ptr<const http::Endpoint> endpoint_;
  std::string session_, method_;
  std::vector<std::string> classes_;
  std::vector<std::string> heartbeat_srs_;  ///< references
  Outcome outcome_;
  Done done_;

  const xapi::FollowedClass* field_class_ = nullptr;
  std::vector<std::string> refs_;
  std::size_t ref_ = 0, field_ = 0;
};

}  // namespace xenha::exporter
