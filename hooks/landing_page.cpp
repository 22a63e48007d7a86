#include "hooks/landing_page.h"

#include "lib/web/html.h"
#include "lib/web/page_style.h"

namespace xenha::hooks {
namespace {

using web::html::escape;
using web::html::utc;

std::string mode_words(const std::string& mode) {
  if (mode == "act") return "act: switches HA on when nobody objects";
  if (mode == "standby") return "standby: writes down what it hears, does nothing";
  return "dry-run: says what it would do, does nothing";
}

struct Mark {
  const char* card;
  const char* text;
};

Mark mark_of(const PoolBoard& pool) {
  if (pool.acting) return {"warn", "&#8635; switching HA on"};
  if (pool.gave_up) return {"bad", "&#10007; gave up"};
  if (pool.paused) return {"wait", "&#9208; paused"};
  if (!pool.evaluation) return {"good", "&#10003; no open alert"};
  switch (pool.evaluation->decision.verdict) {
    case Verdict::kRefuse:
      return {"bad", "&#10007; refuses"};
    case Verdict::kDone:
      return {"good", "&#10003; HA is on"};
    case Verdict::kAct:
      return {"warn", "&#8635; acts"};
    default:
      break;
  }
  return {"warn", "&#8230; waits"};
}

std::string guards_table(const Decision& decision) {
  std::string out =
      "<table><thead><tr><th>Guard</th><th>State</th><th>What was seen</th></tr></thead><tbody>\n";
  for (const GuardReport& report : decision.guards) {
    const bool objects = report.state == GuardState::kFail || report.state == GuardState::kUnknown;
    out += "<tr><td>" + std::string(word(report.guard)) + "</td><td" +
           (objects ? " class=\"no\">&#10007; " : std::string(">")) + std::string(word(report.state)) +
           "</td><td>" + escape(report.fact) + "</td></tr>\n";
  }
  return out + "</tbody></table>\n";
}

std::string card(const std::string& name, const PoolBoard& pool) {
  const Mark mark = mark_of(pool);
  std::string out = "<details class=\"" + std::string(mark.card) + "\"" +
                    (pool.evaluation || pool.gave_up ? " open" : "") + "><summary><span class=\"mark\">" +
                    mark.text + "</span> <b>" + escape(name) + "</b>";
  if (pool.evaluation) {
    const Decision& decision = pool.evaluation->decision;
    out += " <span>" + std::string(word(decision.verdict)) + ", " + std::string(word(decision.reason)) +
           ": " + escape(decision.fact) + "</span>";
  }
  out += "</summary>\n";
  if (pool.evaluation) {
    const ReasonText& text = text_of(pool.evaluation->decision.reason);
    out += "<p>" + escape(text.meaning) + " " + escape(text.step) + "</p><p class=\"soft\">As of " +
           utc(pool.evaluation->at) + "</p>\n" + guards_table(pool.evaluation->decision);
  }
  return out + "</details>\n";
}

}  // namespace

std::string render_landing_page(const LandingPage& page) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"refresh\" content=\"30\">\n<title>xenha hooks</title>\n<style>" +
      std::string(web::html::kStyle) +
      "</style></head>\n<body>\n<header><h1>xenha hooks <small>" XENHA_VERSION
      "</small></h1>\n<p class=\"sum\">" +
      escape(mode_words(page.mode)) +
      "</p>\n<nav><a href=\"/metrics\">metrics</a><a href=\"/api/v1/decisions\">decisions as JSON</a>"
      "<a href=\"/-/healthy\">healthy</a><a href=\"/-/ready\">ready</a></nav></header>\n<main>\n";
  for (const auto& [name, pool] : page.shown.pools) out += card(name, pool);
  out += "</main>\n<details class=\"good\" open><summary><b>Journal, newest first</b></summary>\n";
  if (!page.journal_problem.empty())
    out += "<ul><li class=\"critical\"><b>&#10007;</b>" + escape(page.journal_problem) + "</li></ul>\n";
  if (page.lines.empty()) out += "<p>Nothing has been written yet: no alert has come.</p>\n";
  if (!page.lines.empty()) {
    out += "<table><thead><tr><th>When</th><th>Pool</th><th>What</th><th></th></tr></thead><tbody>\n";
    for (const journal::Line& line : page.lines)
      out += "<tr><td>" + utc(line.at) + "</td><td>" + escape(line.pool) + "</td><td>" + escape(line.kind) +
             "</td><td>" + escape(line.text) + "</td></tr>\n";
    out += "</tbody></table>\n";
  }
  return out + "</details>\n<footer>As of " + utc(page.now) +
         "; renewed every 30 s.</footer>\n</body></html>\n";
}

}  // namespace xenha::hooks
