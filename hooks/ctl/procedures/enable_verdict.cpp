#include "hooks/ctl/procedures/enable_verdict.h"

#include "hooks/decision/reenable_ha.h"

namespace xenha::ctl {
namespace {

void leave_out(hooks::Situation& situation, bool sr_changed) {
  situation.policy_known = true;
  situation.kill_switch = false;
  situation.paused.reset();
  situation.intent.reset();
  situation.audit = {.read = true, .problem = {}, .disabled_at = {}, .by = {}};
  situation.journal = {};
  situation.fleet = {};
  situation.cloud.reset();
  if (sr_changed) situation.last_good_sr.clear();
}

}  // namespace

EnableFacts enable_verdict(hooks::Situation first, hooks::Situation second, const hooks::Policy& policy,
                           bool sr_changed) {
  leave_out(first, sr_changed);
  leave_out(second, sr_changed);
  hooks::Policy acting = policy;
  acting.mode = hooks::Mode::kAct;
  const hooks::Decision decision = hooks::decide_reenable_ha(first, second, acting);
  EnableFacts out{.reason = std::string(word(decision.reason)), .fact = decision.fact};
  switch (decision.verdict) {
    case hooks::Verdict::kAct:
      out.verdict = EnableFacts::Verdict::kMay;
      break;
    case hooks::Verdict::kDone:
      out.verdict = EnableFacts::Verdict::kOn;
      break;
    case hooks::Verdict::kRefuse:
      out.verdict = EnableFacts::Verdict::kRefuse;
      break;
    default:
      out.verdict = EnableFacts::Verdict::kWait;
  }
  return out;
}

}  // namespace xenha::ctl
