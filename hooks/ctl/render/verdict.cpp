#include "hooks/ctl/render/verdict.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "hooks/decision/reason.h"

namespace xenha::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

const hooks::ReasonText* row_of(const std::string& reason) {
  const auto rows = hooks::reason_texts();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.word == reason; });
  return found == rows.end() ? nullptr : &*found;
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

Tone tone_of(const Verdict& verdict) {
  if (verdict.verdict == "refuse") return Tone::kBad;
  return verdict.objects() ? Tone::kWarn : Tone::kGood;
}

std::string state_words(const GuardWord& guard) {
  if (guard.state == "fail") return "NO";
  if (guard.state == "unknown") return "NO (unknown)";
  return guard.state == "pass" ? "ok" : "-";
}

}  // namespace

bool Verdict::objects() const {
  return verdict == "wait" || verdict == "refuse" || verdict == "ignored";
}

Verdict read_verdict(const Json& json) {
  Verdict out{text_at(json, "pool"), text_at(json, "verdict"), text_at(json, "reason"), {}};
  const auto guards = json.find("guards");
  if (guards == json.end() || !guards->is_array()) return out;
  for (const Json& guard : *guards)
    out.guards.push_back({text_at(guard, "name"), text_at(guard, "state"), text_at(guard, "fact")});
  return out;
}

std::string meaning_of(const std::string& reason) {
  const hooks::ReasonText* row = row_of(reason);
  return row == nullptr ? "" : std::string(row->meaning);
}

std::string step_of(const std::string& reason) {
  const hooks::ReasonText* row = row_of(reason);
  return row == nullptr ? "" : std::string(row->step);
}

std::string verdict_screen(const Verdict& verdict, const Style& style) {
  std::string out;
  for (const std::string& line : lines_of(verdict.pool + ": " + headline(verdict), style.width))
    out += style.paint(line, tone_of(verdict)) + "\n";
  if (verdict.objects()) {
    for (const std::string& text : {meaning_of(verdict.reason), step_of(verdict.reason)})
      if (!text.empty()) out += wrapped(text, 2, style.width);
  }
  Table table({"GUARD", "", "SEEN"});
  for (const GuardWord& guard : verdict.guards)
    table.add({{guard.name, guard.objects() ? Tone::kBad : Tone::kPlain},
               {state_words(guard), guard.objects()         ? Tone::kBad
                                    : guard.state == "pass" ? Tone::kGood
                                                            : Tone::kDim},
               {guard.fact, guard.objects() ? Tone::kPlain : Tone::kDim}});
  return out + "\n" + table.text(style);
}

}  // namespace xenha::ctl
