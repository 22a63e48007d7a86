// What xmlrpc-c wants around every use: an environment that keeps the first error, and owned values.
#pragma once

#include <xmlrpc-c/base.h>

#include "lib/base/handle.h"

namespace xenha::xapi {

using XmlValue = Handle<xmlrpc_value, xmlrpc_DECREF>;
using XmlBlock = Handle<xmlrpc_mem_block, xmlrpc_mem_block_free>;

class XmlrpcEnv {
 public:
  XmlrpcEnv() { xmlrpc_env_init(&env_); }
  ~XmlrpcEnv() { xmlrpc_env_clean(&env_); }
  XmlrpcEnv(const XmlrpcEnv&) = delete;
  XmlrpcEnv& operator=(const XmlrpcEnv&) = delete;

  xmlrpc_env* get() { return &env_; }
  bool failed() const { return env_.fault_occurred != 0; }
  /// xmlrpc-c's own text; may quote a value, so it belongs into no message of ours.
  const char* text() const { return env_.fault_string == nullptr ? "" : env_.fault_string; }

 private:
  xmlrpc_env env_{};
};

}  // namespace xenha::xapi
