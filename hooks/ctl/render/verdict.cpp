#include "hooks/ctl/render/verdict.h"

#include <algorithm>

#include "hooks/ctl/render/json.h"
#include "hooks/decision/reason.h"

namespace xenha::ctl {
namespace {

const hooks::ReasonText* row_of(const std::string& reason) {
  const auto rows = hooks::reason_texts();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.word == reason; });
  return found == rows.end() ? nullptr : &*found;
}

/// From the daemon's own list; empty for an unknown word.
std::string meaning_of(const std::string& reason) {
  const hooks::ReasonText* row = row_of(reason);
  return row == nullptr ? "" : std::string(row->meaning);
}

std::string step_of(const std::string& reason) {
  const hooks::ReasonText* row = row_of(reason);
  return row == nullptr ? "" : std::string(row->step);
}

std::string headline(const Verdict& verdict) {
  if (verdict.verdict == "done") return "HA is on; nothing is to be done";
  if (verdict.verdict == "act")
    return "nothing objects: xenha-hooks switches HA on when an alert asks for it";
  if (verdict.verdict == "would_act")
    return "nothing objects, but xenha-hooks is in dry-run and does nothing: xenhactl ha enable " +
           verdict.pool;
  if (verdict.verdict == "standby")
    return "nothing objects, but this xenha-hooks is the standby and does nothing";
  if (verdict.verdict == "wait") return "xenha-hooks waits: " + verdict.reason;
  if (verdict.verdict == "refuse") return "xenha-hooks refuses: " + verdict.reason;
  return "xenha-hooks does nothing: " + verdict.reason;
}

std::string state_words(const GuardWord& guard) {
  return guard.state == "unknown" ? "NO (unknown)" : "NO";
}

}  // namespace

bool Verdict::objects() const {
  return verdict == "wait" || verdict == "refuse" || verdict == "ignored";
}

Tone tone_of(const Verdict& verdict) {
  if (verdict.verdict == "refuse") return Tone::kBad;
  return verdict.objects() ? Tone::kWarn : Tone::kGood;
}

std::string Verdict::fact() const {
  const auto found = std::find_if(guards.begin(), guards.end(),
                                  [&](const GuardWord& guard) { return guard.name == reason; });
  return found == guards.end() ? meaning_of(reason) : found->fact;
}

Verdict read_verdict(const Json& json) {
  Verdict out{text_at(json, "pool"), text_at(json, "verdict"), text_at(json, "reason"), {}};
  for (const Json& guard : list_at(json, "guards"))
    out.guards.push_back({text_at(guard, "name"), text_at(guard, "state"), text_at(guard, "fact")});
  return out;
}

std::string verdict_screen(const Verdict& verdict, const Style& style) {
  std::string out;
  for (const std::string& line : lines_of(verdict.pool + ": " + headline(verdict), style.width))
    out += style.paint(line, tone_of(verdict)) + "\n";
  const bool on = verdict.reason == "already_enabled";
  Table objections;
  for (const GuardWord& guard : verdict.guards)
    if (guard.objects() && !on) objections.add({{guard.name, Tone::kBad}, {guard.fact}});
  out += objections.text(style, 2);
  if (verdict.objects()) {
    out += "\n" + wrapped(meaning_of(verdict.reason), 2, style.width);
    out += wrapped("Next: " + step_of(verdict.reason), 2, style.width);
  }
  Table table({"GUARD", "", "SEEN"});
  for (const GuardWord& guard : verdict.guards) {
    const bool objects = guard.objects() && !on;
    table.add({{guard.name, objects ? Tone::kBad : Tone::kPlain},
               {objects                           ? state_words(guard)
                : guard.state == "not_applicable" ? "-"
                                                  : "ok",
                objects                           ? Tone::kBad
                : guard.state == "not_applicable" ? Tone::kDim
                                                  : Tone::kGood},
               {guard.fact, objects ? Tone::kPlain : Tone::kDim}});
  }
  return table.empty() ? out : out + "\n" + table.text(style);
}

}  // namespace xenha::ctl
