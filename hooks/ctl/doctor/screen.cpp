#include "hooks/ctl/doctor/screen.h"

#include <algorithm>

#include "hooks/ctl/render/json.h"
#include "hooks/ctl/render/spans.h"

namespace xenha::ctl {
namespace {

Cell state_cell(CheckState state) {
  switch (state) {
    case CheckState::kFail:
      return {"FAIL", Tone::kBad};
    case CheckState::kUnknown:
      return {"unknown", Tone::kWarn};
    case CheckState::kPass:
      return {"ok", Tone::kGood};
    case CheckState::kNotApplicable:
      break;
  }
  return {"-", Tone::kDim};
}

long count(const std::vector<Check>& checks, CheckState state) {
  return std::count_if(checks.begin(), checks.end(),
                       [&](const Check& check) { return check.state == state; });
}

std::string releases(const DoctorFacts& facts) {
  const model::HostRecord* master = model::master_of(facts.db);
  std::string out = master == nullptr
                        ? "XenServer: unknown"
                        : (master->product_brand.empty() ? "XenServer" : master->product_brand) + " " +
                              master->product_version;
  if (!facts.cloud.version_text.empty()) out += ", CloudStack " + facts.cloud.version_text;
  return out;
}

}  // namespace

std::string doctor_screen(const DoctorFacts& facts, const std::vector<Check>& checks, const Style& style) {
  const long failed = count(checks, CheckState::kFail), dark = count(checks, CheckState::kUnknown);
  std::string out = style.paint(plain(facts.pool), Tone::kBold) + "  ";
  if (failed > 0) out += style.paint(std::to_string(failed) + " FAILED", Tone::kBad) + ", ";
  out += std::to_string(count(checks, CheckState::kPass)) + " passed";
  if (dark > 0) out += ", " + style.paint(std::to_string(dark) + " unknown", Tone::kWarn);
  out += "\n" + wrapped(plain(releases(facts)), 0, style.width);
  Table table;
  // What failed first, then what nobody knows, then the rest; within each the order of the practices.
  for (const CheckState state :
       {CheckState::kFail, CheckState::kUnknown, CheckState::kPass, CheckState::kNotApplicable})
    for (const Check& check : checks) {
      if (check.state != state) continue;
      const Cell mark = state_cell(state);
      table.add({mark,
                 {check.practice, Tone::kDim},
                 {check.fact, state == CheckState::kNotApplicable ? Tone::kDim : Tone::kPlain}});
      if (!check.fix.empty()) table.add({{""}, {"->", Tone::kBold}, {check.fix}});
      if (!check.command.empty()) table.add({{""}, {""}, {check.command, Tone::kBold}});
    }
  out += table.text(style);
  if (!facts.situation.failed_reads.empty()) {
    Table missing;
    for (const std::string& failed_read : facts.situation.failed_reads) missing.add({{"-"}, {failed_read}});
    out += "Not read:\n" + missing.text(style);
  }
  return out;
}

Json doctor_json(const DoctorFacts& facts, const std::vector<Check>& checks) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  Json list = Json::array();
  for (const Check& check : checks)
    list.push_back({{"practice", check.practice},
                    {"check", check.name},
                    {"state", kCheckStateWords[static_cast<std::size_t>(check.state)]},
                    {"fact", check.fact},
                    {"fix", text_or_null(check.fix)},
                    {"command", text_or_null(check.command)}});
  return {{"pool", facts.pool},
          {"timestamp_seconds", unix_seconds(facts.situation.now)},
          {"failed", count(checks, CheckState::kFail)},
          {"unknown", count(checks, CheckState::kUnknown)},
          {"cloudstack_version", text_or_null(facts.cloud.version_text)},
          {"checks", list},
          {"not_read", facts.situation.failed_reads}};
}

}  // namespace xenha::ctl
