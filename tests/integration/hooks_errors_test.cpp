// Every error of enable_ha, in the order in which XenServer raises them: the real act against the simulator.
// What became of it, what stands in the journal, whether it is tried again, and how often the call was sent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "hooks/action/enable_errors.h"
#include "hooks/action/outcome.h"
#include "tests/integration/acting_worker.h"
#include "tests/integration/operator_call.h"
#include "tests/sim/control/commands.h"
#include "tests/sim/world/database.h"
#include "tests/sim/world/world.h"
#include "tests/unit/hooks/scarce_disk.h"

#include <nlohmann/json.hpp>

namespace xenha::test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

enum class Then {
  kRetry,   ///< it counts; a second call after the cool-down, and not before
  kAtOnce,  ///< it does not count; a second call as soon as nobody objects
  kNever,   ///< latched; a second call only after an operator's word
  kDone,    ///< HA is on in the end, and there is no second call
};

struct Row {
  std::string name;
  std::string code;  ///< as journaled
  hooks::journal::AttemptResult result;
  Then then;
  Deed before = {};                                   ///< while HA is off and the worker knows
  Deed strike = {};                                   ///< between the last look and the call
  std::function<void(ActingWorker&)> meanwhile = {};  ///< once the task is known
  Deed mend = {};
  std::string release = "8.2";
  std::string text = {};  ///< stands in the journal, for people
};
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

using enum hooks::journal::AttemptResult;

Deed fails(const std::string& phase, const std::string& code, bool rollback_hangs = false) {
  return command("enable-fails", R"({"phase": ")" + phase + R"(", "code": ")" + code +
                                     R"(", "rollback_hangs": )" + (rollback_hangs ? "true}" : "false}"));
}

Deed in_database(std::function<void(sim::Site&, sim::Database&)> deed) {
  return [deed = std::move(deed)](sim::Simulation& sim) {
    sim.run([&](sim::World& world) {
      sim::Site& site = *world.sites.front();
      deed(site, *site.master()->db);
    });
  };
}

Deed operation(const std::string& running) {
  return command("set-field",
                 running.empty()
                     ? R"({"field": "current_operations", "value": {}})"
                     : R"({"field": "current_operations", "value": {"OpaqueRef:x": ")" + running + "\"}}");
}

Deed live(bool is) {
  return in_database([is](sim::Site& site, sim::Database& db) {
    db.set("host_metrics", db.text("host", site.hosts[2]->ref, "metrics"), "live", is);
  });
}

Deed sr_type(const std::string& type) {
  return command("set-field",
                 R"({"class": "SR", "name": "MGMT-HA", "field": "type", "value": ")" + type + "\"}");
}

Deed interface_plugged(bool is) {
  return in_database([is](sim::Site&, sim::Database& db) {
    const std::string pif = db.refs("PIF").front();
    db.set("PIF", pif, "disallow_unplug", true);
    db.set("PIF", pif, "currently_attached", is);
  });
}

Deed actor_may(sim::Role role) {
  return in_database([role](sim::Site& site, sim::Database&) { site.users["operator"].role = role; });
}

Deed both(Deed one, Deed other) {
  return [one = std::move(one), other = std::move(other)](sim::Simulation& sim) {
    one(sim);
    other(sim);
  };
}

/// An operator is quicker, and it works.
void enable_as_operator(sim::Simulation& sim) {
  std::string sr;
  sim.run([&](sim::World& world) { sr = world.sites.front()->heartbeat_sr; });
  EXPECT_EQ(
      call_as_operator(sim, "pool.enable_ha",
                       {std::vector<std::string>{sr}, std::vector<std::pair<std::string, std::string>>{}}),
      "");
}

Deed task_ends(const std::string& status) {
  return in_database([status](sim::Site&, sim::Database& db) {
    for (const std::string& task : db.find_by_name("task", "Async.pool.enable_ha"))
      if (db.text("task", task, "status") == "pending") db.set("task", task, "status", status);
  });
}

std::function<void(ActingWorker&)> then_do(Deed deed) {
  return [deed = std::move(deed)](ActingWorker& worker) { deed(worker.sim()); };
}

const Deed kNothing = [](sim::Simulation&) {};
const Deed kNoFault = fails("", "");

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      // 1 to 6: before anything is looked at.
      {.name = "not_the_master_any_more",
       .code = "HOST_IS_SLAVE",
       .result = kFailed,
       .then = Then::kRetry,
       .before = fails("refuse", "HOST_IS_SLAVE"),
       .mend = kNoFault,
       .text = "127.10"},
      {.name = "role_is_too_low",
       .code = "RBAC_PERMISSION_DENIED",
       .result = kFailed,
       .then = Then::kNever,
       .before = actor_may(sim::Role::kReadOnly),
       .mend = actor_may(sim::Role::kPoolOperator)},
      {.name = "role_is_too_low_by_the_task",
       .code = "RBAC_PERMISSION_DENIED",
       .result = kFailed,
       .then = Then::kNever,
       .before = fails("check", "RBAC_PERMISSION_DENIED"),
       .mend = kNoFault},
      {.name = "secret_rotation",
       .code = "POOL_SECRET_ROTATION_PENDING",
       .result = kFailed,
       .then = Then::kRetry,
       .before = fails("check", "POOL_SECRET_ROTATION_PENDING"),
       .mend = kNoFault},
      {.name = "somebody_enables",
       .code = "HA_ENABLE_IN_PROGRESS",
       .result = kFailed,
       .then = Then::kAtOnce,
       .strike = operation("ha_enable"),
       .mend = operation("")},
      {.name = "somebody_disables",
       .code = "HA_DISABLE_IN_PROGRESS",
       .result = kFailed,
       .then = Then::kAtOnce,
       .strike = operation("ha_disable"),
       .mend = operation("")},
      {.name = "somebody_changes_the_master",
       .code = "DESIGNATE_NEW_MASTER_IN_PROGRESS",
       .result = kFailed,
       .then = Then::kAtOnce,
       .strike = operation("designate_new_master"),
       .mend = operation("")},
      {.name = "somebody_installs_updates",
       .code = "APPLY_UPDATES_IN_PROGRESS",
       .result = kFailed,
       .then = Then::kAtOnce,
       .strike = operation("apply_updates"),
       .mend = operation("")},
      {.name = "an_operator_was_quicker",
       .code = "HA_IS_ENABLED",
       .result = kSuccess,
       .then = Then::kDone,
       .strike = enable_as_operator,
       .text = "every host is armed"},
      {.name = "another_operation_for_hours",
       .code = "OTHER_OPERATION_IN_PROGRESS",
       .result = kFailed,
       .then = Then::kAtOnce,
       .before = fails("queue", "OTHER_OPERATION_IN_PROGRESS"),
       .meanwhile = then_do([](sim::Simulation& sim) { sim.advance(2h + 1min); }),
       .mend = kNoFault},
      {.name = "another_operation_for_longer_than_we_wait",
       .code = "",
       .result = kUnknown,
       .then = Then::kDone,
       .before = fails("queue", "OTHER_OPERATION_IN_PROGRESS"),
       .meanwhile = [](ActingWorker& worker) { worker.pass(10min); },
       .mend = kNoFault,
       .text = "still running"},
      {.name = "queue_is_full",
       .code = "TOO_MANY_PENDING_TASKS",
       .result = kFailed,
       .then = Then::kRetry,
       .before = fails("check", "TOO_MANY_PENDING_TASKS"),
       .mend = kNoFault},
      {.name = "cancelled_in_the_queue",
       .code = "TASK_CANCELLED",
       .result = kFailed,
       .then = Then::kRetry,
       .before = fails("queue", "OTHER_OPERATION_IN_PROGRESS"),
       .meanwhile = then_do(task_ends("cancelling")),
       .mend = kNoFault},
      // 7 to 16: what it demands of the pool.
      {.name = "upgrade_began",
       .code = "NOT_SUPPORTED_DURING_UPGRADE",
       .result = kFailed,
       .then = Then::kRetry,
       .strike = command("rolling-upgrade"),
       .mend = command("rolling-upgrade", R"({"on": false})")},
      {.name = "licence_ran_out",
       .code = "LICENCE_RESTRICTION",
       .result = kFailed,
       .then = Then::kNever,
       .strike = command("licence", R"({"on": false})"),
       .mend = command("licence", R"({"on": true})")},
      {.name = "licence_ran_out_62",
       .code = "LICENCE_RESTRICTION",
       .result = kFailed,
       .then = Then::kNever,
       .strike = command("licence", R"({"on": false})"),
       .mend = command("licence", R"({"on": true})"),
       .release = "6.2"},
      {.name = "interface_is_unplugged",
       .code = "REQUIRED_PIF_IS_UNPLUGGED",
       .result = kFailed,
       .then = Then::kNever,
       .before = interface_plugged(false),
       .mend = interface_plugged(true)},
      {.name = "a_host_went_away",
       .code = "HOST_OFFLINE",
       .result = kFailed,
       .then = Then::kRetry,
       .strike = live(false),
       .mend = live(true)},
      {.name = "cluster_is_not_ready",
       .code = "CLUSTER_HOST_NOT_JOINED",
       .result = kFailed,
       .then = Then::kRetry,
       .before = fails("check", "CLUSTER_HOST_NOT_JOINED"),
       .mend = kNoFault},
      {.name = "cluster_is_not_there",
       .code = "NO_COMPATIBLE_CLUSTER_HOST",
       .result = kFailed,
       .then = Then::kRetry,
       .before = fails("check", "NO_COMPATIBLE_CLUSTER_HOST"),
       .mend = kNoFault},
      {.name = "no_sr_would_do",
       .code = "CANNOT_CREATE_STATE_FILE",
       .result = kFailed,
       .then = Then::kNever,
       .before = fails("check", "CANNOT_CREATE_STATE_FILE"),
       .mend = kNoFault},
      {.name = "pbd_was_unplugged",
       .code = "SR_HAS_NO_PBDS",
       .result = kFailed,
       .then = Then::kRetry,
       .strike = command("unplug-pbd", R"({"host": 2})"),
       .mend = command("plug-pbd", R"({"host": 2})")},
      {.name = "sr_of_another_stack",
       .code = "INCOMPATIBLE_STATEFILE_SR",
       .result = kFailed,
       .then = Then::kNever,
       .before = sr_type("gfs2"),
       .mend = sr_type("nfs")},
      {.name = "sr_cannot_carry_it",
       .code = "SR_OPERATION_NOT_SUPPORTED",
       .result = kFailed,
       .then = Then::kNever,
       .before = sr_type("smb"),
       .mend = sr_type("nfs")},
      {.name = "room_was_taken",
       .code = "SR_BACKEND_FAILURE_44",
       .result = kFailed,
       .then = Then::kRetry,
       .strike = both(command("dangle-statefile"),
                      command("set-sr-space", R"({"size": 1073741824, "used": 1073741824})")),
       .mend = command("set-sr-space", R"({"size": 10737418240, "used": 0})")},
      {.name = "room_was_taken_8",
       .code = "SR_SOURCE_SPACE_INSUFFICIENT",
       .result = kFailed,
       .then = Then::kRetry,
       .strike = both(command("dangle-statefile"),
                      command("set-sr-space", R"({"size": 1073741824, "used": 1073741824})")),
       .mend = command("set-sr-space", R"({"size": 10737418240, "used": 0})"),
       .release = "8"},
      {.name = "sr_is_full",
       .code = "SR_FULL",
       .result = kFailed,
       .then = Then::kRetry,
       .before = fails("check", "SR_FULL"),
       .mend = kNoFault},
      // 17, 18: on the master.
      {.name = "master_lost_the_disk",
       .code = "VDI_NOT_AVAILABLE",
       .result = kFailed,
       .then = Then::kRetry,
       .strike = command("lose-statefile", R"({"host": 1})"),
       .mend = command("restore-statefile", R"({"host": 1})")},
      {.name = "disk_of_the_wrong_type",
       .code = "VDI_INCOMPATIBLE_TYPE",
       .result = kFailed,
       .then = Then::kRetry,
       .before = fails("attach", "VDI_INCOMPATIBLE_TYPE"),
       .mend = kNoFault},
      {.name = "no_cluster_stack",
       .code = "INTERNAL_ERROR",
       .result = kFailed,
       .then = Then::kRetry,
       .before = fails("attach", "INTERNAL_ERROR"),
       .mend = kNoFault},
      // 19 to 21: begun, and undone before the error is told.
      {.name = "a_slave_lost_the_disk",
       .code = "SR_BACKEND_FAILURE_46",
       .result = kRolledBack,
       .then = Then::kRetry,
       .strike = command("lose-statefile", R"({"host": 3})"),
       .mend = command("restore-statefile", R"({"host": 3})"),
       .text = "The VDI is not available"},
      {.name = "a_slave_was_cut_off",
       .code = "CANNOT_CONTACT_HOST",
       .result = kRolledBack,
       .then = Then::kRetry,
       .strike = command("network", R"({"host": 3, "mode": "cut"})"),
       .mend = command("network", R"({"host": 3, "mode": "up"})")},
      {.name = "the_first_host_is_out_of_reach",
       .code = "CANNOT_CONTACT_HOST",
       .result = kRolledBack,
       .then = Then::kRetry,
       .before = fails("preconfigure", "CANNOT_CONTACT_HOST"),
       .mend = kNoFault},
      {.name = "no_liveset",
       .code = "HA_FAILED_TO_FORM_LIVESET",
       .result = kRolledBack,
       .then = Then::kRetry,
       .before = fails("join", "HA_FAILED_TO_FORM_LIVESET"),
       .mend = kNoFault},
      {.name = "a_host_cannot_join",
       .code = "HA_HOST_CANNOT_ACCESS_STATEFILE",
       .result = kRolledBack,
       .then = Then::kRetry,
       .before = fails("join", "HA_HOST_CANNOT_ACCESS_STATEFILE"),
       .mend = kNoFault},
      {.name = "backup_failed",
       .code = "CANNOT_CONTACT_HOST",
       .result = kRolledBack,
       .then = Then::kRetry,
       .before = fails("backup", "CANNOT_CONTACT_HOST"),
       .mend = kNoFault},
      {.name = "existing_master_failed",
       .code = "INTERNAL_ERROR",
       .result = kRolledBack,
       .then = Then::kRetry,
       .before = fails("backup", "INTERNAL_ERROR"),
       .mend = kNoFault},
      {.name = "way_back_never_ends",
       .code = "",
       .result = kUnknown,
       .then = Then::kRetry,
       .before = fails("preconfigure", "CANNOT_CONTACT_HOST", true),
       .meanwhile =
           [](ActingWorker& worker) {
             worker.sim().advance(2min);  // on the way back, and waiting for the hosts
             worker.pass(10min);
           },
       .mend = kNoFault,
       .text = "still running"},
      // The line between us and the pool.
      {.name = "session_was_lost",
       .code = "SESSION_INVALID",
       .result = kFailed,
       .then = Then::kRetry,
       .strike = command("expire-sessions"),
       .text = "session was lost"},
      {.name = "session_is_lost_on_the_way",
       .code = "",
       .result = kSuccess,
       .then = Then::kDone,
       .meanwhile = then_do(command("expire-sessions"))},
      {.name = "call_never_arrives",
       .code = "",
       .result = kUnknown,
       .then = Then::kRetry,
       .strike =
           [](sim::Simulation& sim) {
             command("network", R"({"host": 1, "mode": "refuse"})")(sim);
             sim.run([](sim::World& world) {  // and is there again before anybody gives up
               world.clock.after(10s, [&world] {
                 EXPECT_TRUE(run_command(world, "network", sim::Json{{"host", 1}, {"mode", "up"}}));
               });
             });
           }},
      {.name = "answer_is_cut_off",
       .code = "",
       .result = kSuccess,
       .then = Then::kDone,
       .before = command("answers", R"({"method": "Async.pool.enable_ha", "fault": "truncate"})")},
      {.name = "answer_is_garbage",
       .code = "",
       .result = kSuccess,
       .then = Then::kDone,
       .before = command("answers", R"({"method": "Async.pool.enable_ha", "fault": "garble"})")},
      {.name = "answer_is_a_proxys_page",
       .code = "",
       .result = kSuccess,
       .then = Then::kDone,
       .before = command("answers", R"({"method": "Async.pool.enable_ha", "fault": "html"})")},
      {.name = "answer_never_comes",
       .code = "",
       .result = kSuccess,
       .then = Then::kDone,
       .before = command("answers", R"({"method": "Async.pool.enable_ha", "fault": "hang"})")},
      {.name = "masters_toolstack_restarts",
       .code = "",
       .result = kUnknown,
       .then = Then::kRetry,
       .meanwhile = then_do(command("restart-toolstack", R"({"host": 1})"))},
  };
  return all;
}

class EnableError : public testing::TestWithParam<Row> {};

TEST_P(EnableError, IsJournaledAndTriedAgainOrNot) {
  const Row& row = GetParam();
  ActingWorker worker(row.release);
  worker.lose_ha();
  if (row.before) row.before(worker.sim());
  if (row.strike) worker.strike(row.strike);
  worker.alert();
  if (row.meanwhile) {
    worker.until_task_known();
    row.meanwhile(worker);
  }
  worker.until_outcome(1);
  const hooks::journal::Attempt attempt = worker.attempts().front();
  const hooks::journal::Outcome& outcome = *attempt.outcome;
  SCOPED_TRACE(outcome.error_text);
  EXPECT_EQ(hooks::journal::kAttemptResultWords[static_cast<std::size_t>(outcome.result)],
            std::string(hooks::journal::kAttemptResultWords[static_cast<std::size_t>(row.result)]));
  EXPECT_EQ(outcome.error_code, row.code);
  EXPECT_THAT(outcome.error_text, HasSubstr(row.text.empty() ? row.code : row.text));
  EXPECT_FALSE(outcome.error_text.empty());
  const bool others = row.then == Then::kAtOnce || row.code == "HA_IS_ENABLED";
  EXPECT_EQ(outcome.counts, !others);
  worker.until("gave up or not",
               [&] { return worker.latched() == (row.then == Then::kNever ? row.code : ""); });
  const std::size_t arrived = row.name == "call_never_arrives" ? 0 : 1;

  if (row.then == Then::kAtOnce) {
    if (row.mend) row.mend(worker.sim());
    worker.until_outcome(2);
  } else if (row.then == Then::kDone) {
    if (row.mend) row.mend(worker.sim());
    worker.until("the alert is closed", [&] { return !worker.alert_is_open(); });
    worker.pass(16min);
    EXPECT_EQ(worker.enables(), arrived);
    return;
  } else {
    if (row.mend) row.mend(worker.sim());
    const std::string holds = row.then == Then::kNever ? "refuse gave_up" : "wait cool_down";
    worker.until(holds, [&] { return worker.decisions().front() == holds; });
    worker.until_looked_again(2);
    EXPECT_EQ(worker.enables(), arrived) << "the cool-down was not kept";
    worker.pass(16min);
    if (row.then == Then::kNever) {
      worker.until_looked_again(3);
      EXPECT_EQ(worker.enables(), arrived) << "it gave up, and tried again";
      EXPECT_TRUE(worker.journal().clear("pool1", "the test", std::chrono::system_clock::now() + 17min));
    }
    worker.until_outcome(2);
  }
  EXPECT_EQ(worker.enables(), arrived + 1);
  EXPECT_EQ(worker.attempts().front().outcome->result, kSuccess)
      << worker.attempts().front().outcome->error_text;
  worker.until("the alert is closed", [&] { return !worker.alert_is_open(); });
}

INSTANTIATE_TEST_SUITE_P(Hooks, EnableError, testing::ValuesIn(rows()),
                         [](const auto& made) { return made.param.name; });

TEST(EnableErrors, EachOfTheTableWasShown) {
  for (const hooks::EnableError& error : hooks::enable_errors()) {
    bool shown = false;
    for (const Row& row : rows()) {
      if (hooks::enable_error(row.code) != &error) continue;
      shown = true;
      EXPECT_EQ(error.after == hooks::AfterError::kNever, row.then == Then::kNever) << row.name;
      if (error.begun == hooks::Begun::kYes) {
        EXPECT_EQ(row.result, kRolledBack) << row.name;
      }
      if (error.begun == hooks::Begun::kNo && row.code != "HA_IS_ENABLED") {
        EXPECT_EQ(row.result, kFailed) << row.name;
      }
    }
    EXPECT_TRUE(shown) << error.code;
  }
}

TEST(EnableErrors, AnActorWhoMayNotLogInSendsNothing) {
  ActingWorker worker;
  worker.lose_ha();
  command("change-password", R"({"user": "operator", "password": "another"})")(worker.sim());
  worker.alert();
  worker.until("it would act",
               [&] { return worker.decisions() == std::vector<std::string>{"act safe_to_enable"}; });
  worker.until_looked_again(3);
  EXPECT_THAT(worker.attempts(), IsEmpty());
  EXPECT_EQ(worker.enables(), 0u);
  const std::vector<sim::CallEntry> calls = worker.sim().calls();
  EXPECT_EQ(std::count_if(
                calls.begin(), calls.end(),
                [](const sim::CallEntry& call) { return call.outcome == "SESSION_AUTHENTICATION_FAILED"; }),
            1)
      << "a password that was refused is not sent again for 15 minutes";
}

/// The disk is full from the moment the task is known until long after the act is over.
TEST(EnableErrors, AnOutcomeThatCannotBeWrittenIsFoundOutLater) {
  const hooks::journal::test::ScarceDisk disk;
  ActingWorker worker;
  worker.lose_ha();
  worker.alert();
  worker.until_task_known();
  hooks::journal::test::writes_left = 0;
  worker.until("the act is over", [&] {
    bool on = false;
    in_database([&on](sim::Site&, sim::Database& db) { on = db.flag("pool", db.pool_ref(), "ha_enabled"); })(
        worker.sim());
    return on && worker.board().shown().counts.journal_errors > 0;
  });
  worker.until_looked_again(3);
  ASSERT_EQ(worker.attempts().size(), 1u);
  EXPECT_FALSE(worker.attempts().front().outcome) << "the disk was not full";
  EXPECT_TRUE(worker.board().shown().counts.actions.empty()) << "counted before it was written down";
  hooks::journal::test::writes_left = -1;
  worker.until_outcome(1);
  EXPECT_EQ(worker.attempts().front().outcome->result, kSuccess);
  worker.until("the alert is closed", [&] { return !worker.alert_is_open(); });
  EXPECT_EQ(worker.enables(), 1u);
  EXPECT_EQ(worker.attempts().size(), 1u);
}

}  // namespace
}  // namespace xenha::test
