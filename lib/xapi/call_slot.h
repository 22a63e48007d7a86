// At most one call under way that reads, logs in or out. Dropping the slot drops the call: its answer then
// reaches nobody.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "lib/xapi/client.h"

namespace xenha::xapi {

class CallSlot {
 public:
  explicit CallSlot(Client& client) : client_(client) {}
  ~CallSlot() { cancel(); }
  CallSlot(const CallSlot&) = delete;
  CallSlot& operator=(const CallSlot&) = delete;

  bool busy() const { return busy_; }
  void cancel() {
    if (busy_) client_.cancel(id_);
    busy_ = false;
  }
  /// The slot is free again when `done` runs, so `done` may start the next call, or destroy the slot.
  void call(Client::Call call, Client::Done done) {
    busy_ = true;
    // Reads may be sent again, but a login sent twice leaves a session that nobody knows.
    call.may_repeat = !call.method.ends_with("login_with_password");
    const http::RequestId id =
        client_.call(std::move(call), [this, done = std::move(done)](Result<Reply> reply) {
          busy_ = false;
          const auto next = done;  // `this` may be gone once it runs
          next(std::move(reply));
        });
    if (busy_ && id != 0) id_ = id;
  }

 private:
  Client& client_;
  http::RequestId id_ = 0;
  bool busy_ = false;
};

}  // namespace xenha::xapi
