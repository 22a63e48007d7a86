// The master's database, followed by event.from on a session of its own (reference 6): one call in flight,
// the token lives as long as the session, lost deletions are found by valid_ref_counts, and everything is
// read anew now and then. A class whose records cannot be parsed (an unescaped key, reference 1.4) is left
// out of the stream and read by ClassReader until the next full reading.
#pragma once

#include <optional>
#include <random>
#include <set>
#include <string>

#include "exporter/poll/pool_context.h"
#include "lib/model/records.h"
#include "lib/xapi/call_slot.h"
#include "lib/xapi/class_reader.h"

namespace xenha::exporter {

class EventListener {
 public:
  virtual ~EventListener() = default;
  /// The copy changed; `full` after a complete reading, when what is missing is gone.
  virtual void on_records(bool full) = 0;
  /// The master answered, with or without changes.
  virtual void on_master_answered() = 0;
  /// It did not, or no longer as the master. The follower tries again by itself until told to stop.
  virtual void on_stream_failed(const Error& error) = 0;
  virtual void discard(const std::string& address, const std::string& session, bool local) = 0;
  virtual void on_refused_password(const std::string& address, const std::string& username) = 0;
};

class EventFollower {
 public:
  static constexpr double kPollSeconds = 30;
  static constexpr std::chrono::minutes kReadAnewEvery{15};
  static constexpr std::chrono::seconds kBadClassEvery{60};

  EventFollower(PoolContext& context, EventListener& listener);

  /// Begins with a login on this master and a full reading. What is known stays until that is complete.
  void follow(const std::string& address);
  /// Stops; the session goes to `discard`, unless a login is under way (see login_under_way).
  void stop();
  const std::string& following() const { return address_; }
  bool login_under_way() const { return logging_in_; }
  const std::string& session() const { return session_; }

  /// Due work of its own: retries, full readings. Returns when it next has some.
  SteadyTime tick(SteadyTime now);

  /// Complete, or empty before the first full reading.
  const model::PoolDb& db() const { return db_; }
  bool complete() const { return complete_; }

 private:
  void log_in();
  void ask();
  void take(const xapi::Answer& answer);
  bool apply(const xapi::Value& answer, bool full);
  bool counts_agree(const xapi::Value& answer);
  void failed(const Error& error);
  void find_bad_classes();
  void retry_later(bool at_once);
  void stopped();
  std::vector<std::string> class_names() const;

  PoolContext& context_;
  EventListener& listener_;
  xapi::CallSlot slot_;
  xapi::ClassReader class_reader_;
  std::mt19937 random_{std::random_device{}()};

  std::string address_, next_address_;
  std::string session_;
  std::string token_;
  bool logging_in_ = false, stopping_ = false, complete_ = false;
  bool relogged_in_ = false;  ///< the one renewed login after SESSION_INVALID is used up
  int failures_ = 0;
  std::optional<SteadyTime> retry_at_;
  SteadyTime read_anew_at_{}, bad_classes_at_{};
  std::set<std::string, std::less<>> bad_classes_;  ///< event names
  model::PoolDb db_, fresh_;
};

}  // namespace xenha::exporter
