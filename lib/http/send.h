// One exchange, waited for: for programs and threads without a loop of their own.
#pragma once

#include "lib/base/result.h"
#include "lib/http/transport.h"

namespace xenha::http {

/// Starts the request and polls until it is over. Exchanges already running on the transport go on meanwhile,
/// and their Dones run in here. Not for use inside a Done. Errors: those of Done; kTimeout as well if the
/// transport stays silent past the deadline.
Result<Response> send(Transport& transport, Request request);

}  // namespace xenha::http
