#include "lib/xapi_operator/pool_calls.h"

#include "lib/xapi_operator/write_call.h"

namespace xenha::xapi {

Result<std::string> start_disable_ha(Session& actor, SteadyTime deadline) {
  return start_task(actor, "Async.pool.disable_ha", {}, deadline);
}

Status designate_new_master(Session& actor, const std::string& host_ref, SteadyTime deadline) {
  return write(actor, "pool.designate_new_master", {host_ref}, deadline);
}

Status set_pool_mark(Session& actor, const std::string& pool_ref, const std::string& key,
                     const std::string& text, SteadyTime deadline) {
  if (Status removed = remove_pool_mark(actor, pool_ref, key, deadline); !removed) return removed;
  return write(actor, "pool.add_to_other_config", {pool_ref, key, text}, deadline);
}

Status remove_pool_mark(Session& actor, const std::string& pool_ref, const std::string& key,
                        SteadyTime deadline) {
  return write(actor, "pool.remove_from_other_config", {pool_ref, key}, deadline);
}

}  // namespace xenha::xapi
