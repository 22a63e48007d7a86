#include "hooks/decision/reenable_ha.h"

#include "hooks/decision/guards.h"

namespace xenha::hooks {
namespace {

bool objects(GuardState state) {
  return state == GuardState::kFail || state == GuardState::kUnknown;
}

struct Look {
  std::vector<GuardReport> reports;
  std::vector<bool> latches;
};

Look look(const Situation& situation, const Policy& policy) {
  Look out;
  for (const Guard& guard : guards()) {
    Finding found = guard.look(situation, policy);
    const Verdict verdict = found.verdict.value_or(text_of(guard.reason).verdict);
    out.reports.push_back({guard.reason, found.state, std::move(found.fact), verdict});
    out.latches.push_back(found.latch);
  }
  return out;
}

/// Why the two looks are not one situation; empty when they are.
std::string difference(const Situation& first, const Situation& second, const Look& before,
                       const Look& after) {
  if (first.master_uuid != second.master_uuid) return "the master changed between two reads";
  for (std::size_t i = 0; i < after.reports.size(); ++i)
    if (before.reports[i].state != after.reports[i].state)
      return "changed between two reads: " + std::string(word(after.reports[i].guard)) + " was " +
             std::string(word(before.reports[i].state)) + ", is " + std::string(word(after.reports[i].state));
  return "";
}

Verdict verdict_of(Mode mode) {
  switch (mode) {
    case Mode::kAct:
      return Verdict::kAct;
    case Mode::kStandby:
      return Verdict::kStandby;
    case Mode::kDryRun:
      break;
  }
  return Verdict::kWouldAct;
}

}  // namespace

Decision decide_reenable_ha(const Situation& first, const Situation& second, const Policy& policy) {
  const Look before = look(first, policy);
  Look now = look(second, policy);
  if (std::string changed = difference(first, second, before, now); !changed.empty()) {
    GuardReport& report = now.reports[static_cast<std::size_t>(Reason::kFactsUnknown)];
    if (!objects(report.state)) {
      report.state = GuardState::kUnknown;
      report.fact = std::move(changed);
    }
  }
  for (std::size_t i = 0; i < now.reports.size(); ++i) {
    const GuardReport& report = now.reports[i];
    if (objects(report.state))
      return {report.verdict, report.guard, report.fact, now.latches[i], std::move(now.reports)};
  }
  return {verdict_of(policy.mode), Reason::kSafeToEnable, "nobody objects", false, std::move(now.reports)};
}

}  // namespace xenha::hooks
