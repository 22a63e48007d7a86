// The request's side of the journal: an alert that arrives becomes a receipt on disk, and a worker is woken.
// Nothing slower happens while Alertmanager waits.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "hooks/alert/receipt_rule.h"
#include "hooks/board.h"
#include "hooks/journal/journal.h"
#include "lib/base/clock.h"
#include "lib/web/router.h"

namespace xenha::hooks {

class Inbox {
 public:
  /// `wake` is called with each pool that got something new; any thread.
  Inbox(journal::Journal& journal, Board& board, const Clock& clock,
        std::function<void(const std::string& pool)> wake)
      : journal_(journal), board_(board), clock_(clock), wake_(std::move(wake)) {}

  void set_rule(ReceiptRule rule);  ///< at start and after a reload

  /// The body of POST /api/v1/alerts -> 200 with {"results":[{"fingerprint","pool","result","reason","id"}]},
  /// in the order of the alerts; 400 malformed, 413 over a limit, 503 when the journal cannot be written:
  /// Alertmanager sends again.
  web::Reply receive(const std::string& body);

 private:
  journal::Journal& journal_;
  Board& board_;
  const Clock& clock_;
  std::function<void(const std::string& pool)> wake_;
  std::mutex mutex_;
  ReceiptRule rule_;
};

}  // namespace xenha::hooks
