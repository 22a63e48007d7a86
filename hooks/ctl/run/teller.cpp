#include "hooks/ctl/run/teller.h"

#include <algorithm>

#include "hooks/ctl/procedures/telling.h"
#include "hooks/ctl/render/json.h"
#include "hooks/ctl/render/spans.h"
#include "hooks/ctl/render/table.h"

namespace xenha::ctl {
namespace {

std::string number_of(const Position& position, std::size_t step) {
  return std::to_string(step + 1) + "/" + std::to_string(steps_of(position.form).size());
}

std::string title(const Position& position) {
  return command_of(position.form.procedure) + " " + position.pool +
         (position.host_label.empty() ? "" : " " + position.host_label);
}

Json plan_json(const Facts& facts, const Position& position, const std::vector<Risk>& risks) {
  Json json{{"pool", position.pool},
            {"host", position.host_label.empty() ? Json(nullptr) : Json(position.host_label)},
            {"procedure", word(position.form.procedure)},
            {"ha_enabled", known(facts.ha_enabled)},
            {"steps", Json::array()},
            {"risks", Json::array()}};
  const std::vector<StepId> steps = steps_of(position.form);
  for (std::size_t at = position.step; at < steps.size(); ++at) {
    const StepText& text = text_of(steps[at]);
    json["steps"].push_back({{"number", at + 1},
                             {"name", text.word},
                             {"does", named(text.does, facts, position)},
                             {"calls", text.calls},
                             {"before", named(text.precondition, facts, position)},
                             {"after", named(text.verification, facts, position)},
                             {"deadline_seconds", seconds(text.deadline)}});
  }
  for (const Risk& risk : risks)
    json["risks"].push_back({{"flag", risk.flag.empty() ? Json(nullptr) : Json(risk.flag)},
                             {"what", risk.what},
                             {"step", risk.step}});
  return json;
}

}  // namespace

void Teller::clear_line() {
  if (!standing_) return;
  context_.screen.err << "\r\x1b[K";
  standing_ = false;
}

void Teller::line(const std::string& text) {
  clear_line();
  for (const std::string& each : lines_of(text, context_.screen.width)) context_.screen.err << each << "\n";
  context_.screen.err.flush();
}

void Teller::plan(const Facts& facts, const Position& position, const std::vector<Risk>& risks,
                  const std::string& note) {
  if (context_.output == Output::kJson) {
    print(context_.screen.out, plan_json(facts, position, risks));
    return;
  }
  std::ostream& out = context_.screen.out;
  out << "Plan: " << title(position) << "\n";
  for (const std::string& each : truth_words(facts, position)) out << wrapped(each, 2, context_.screen.width);
  if (!note.empty()) out << wrapped(note, 2, context_.screen.width);
  const std::vector<StepId> steps = steps_of(position.form);
  for (std::size_t at = position.step; at < steps.size(); ++at) {
    const StepText& text = text_of(steps[at]);
    const std::string head = (at < 9 ? " " : "") + std::to_string(at + 1) + ". ";
    out << head << named(text.does, facts, position) << "\n";
    std::string more;
    if (!text.calls.empty()) more += "sends " + std::string(text.calls) + "; ";
    out << wrapped(more + "then: " + named(text.verification, facts, position), 4, context_.screen.width);
  }
  out << risk_words(risks);
  out.flush();
}

std::string Teller::risk_words(const std::vector<Risk>& risks) const {
  std::string out;
  for (const Risk& risk : risks) {
    out += wrapped("Not now: " + plain(risk.what) + ".", 0, context_.screen.width);
    out += "  Do: " + plain(risk.step) + "\n";
    if (!risk.flag.empty()) out += "  Or take the risk: --" + risk.flag + "\n";
  }
  return out;
}

void Teller::say(const std::string& text, std::size_t indent) {
  context_.screen.out << wrapped(plain(text), indent, context_.screen.width);
}

void Teller::say_command(const std::string& before, const std::string& command) {
  context_.screen.out << before << plain(command) << "\n";
}

ExitCode Teller::refuse(const Facts& facts, const Position& position, const std::vector<Risk>& risks) {
  clear_line();
  const std::string closing = closing_words(facts, position, false);
  if (context_.output == Output::kJson) {
    Json json = plan_json(facts, position, risks);
    json["outcome"] = "refused";
    json["closing"] = closing;
    print(context_.screen.out, json);
    return ExitCode::kRefused;
  }
  say("Refused: " + title(position) + ". Nothing was changed.");
  for (const std::string& each : truth_words(facts, position)) say(each, 2);
  context_.screen.out << risk_words(risks);
  say_command("", closing);
  context_.screen.out.flush();
  return ExitCode::kRefused;
}

void Teller::moved(const Facts& facts, const Position& before, const Position& after) {
  const std::vector<StepId> steps = steps_of(after.form);
  for (std::size_t at = before.step; at < after.step && at < steps.size(); ++at) {
    const StepText& text = text_of(steps[at]);
    const bool took_time = at == before.step && before.since;
    line(number_of(after, at) + " done: " + named(text.verification, facts, after) +
         (took_time ? " (" + span_words(facts.now - *before.since) + ")" : ""));
  }
  if (after.step < before.step)
    line("Back to step " + number_of(after, after.step) + ": the pool has changed.");
  if (!after.over() && (after.step != before.step || !before.since))
    line(number_of(after, after.step) + " " + named(text_of(after.current()).does, facts, after));
  waited_for_.clear();
}

void Teller::acts(const Facts& facts, const Position& position) {
  const StepText& text = text_of(position.current());
  line(number_of(position, position.step) + " sends " + named(text.calls, facts, position));
}

void Teller::waits(const Position& position, const std::string& what, WallTime now) {
  const Duration span = position.since ? Duration(now - *position.since) : Duration{};
  if (context_.screen.progress) {
    clear_line();
    std::string text = number_of(position, position.step) + " " + plain(what) + " (" + span_words(span) + ")";
    const std::vector<std::string> lines = lines_of(text, context_.screen.width);
    context_.screen.err << lines.front() << std::flush;
    standing_ = true;
  } else if (what != waited_for_) {
    line(number_of(position, position.step) + " waits: " + what);
  }
  waited_for_ = what;
}

void Teller::waits_outside(const std::string& what) {
  if (what != waited_for_) line("Waiting: " + what);
  waited_for_ = what;
}

void Teller::note(const std::string& what) {
  line(what);
}

ExitCode Teller::end(const Facts& facts, const Position& position, const End& end) {
  clear_line();
  const bool good = end.code == ExitCode::kDone;
  const bool left = end.left && !good;
  const std::string closing = closing_words(facts, position, left);
  const bool in_a_step = end.begun && !position.over();
  if (context_.output == Output::kJson) {
    Json truth = Json::array();
    if (end.begun || !facts.hosts.empty())
      for (const std::string& each : truth_words(facts, position)) truth.push_back(each);
    // A host and no procedure of a host: it was to go on with one, and that was not read yet.
    const bool unread = position.form.procedure == Procedure::kHaEnable && !position.host_label.empty();
    print(context_.screen.out,
          Json{{"pool", position.pool},
               {"host", position.host_label.empty() ? Json(nullptr) : Json(position.host_label)},
               {"procedure", unread ? Json(nullptr) : Json(word(position.form.procedure))},
               {"outcome", end.outcome},
               {"step", in_a_step ? Json(text_of(position.current()).word) : Json(nullptr)},
               {"text", end.text},
               {"next", end.command.empty() ? Json(nullptr) : Json(end.command)},
               {"truth", std::move(truth)},
               {"ha_enabled", known(facts.ha_enabled)},
               {"closing", closing}});
    return end.code;
  }
  if (good) {
    say("Done: " + title(position) + ".");
    if (!end.command.empty()) say_command("When it is powered on again: ", end.command);
  } else {
    const std::string where = in_a_step ? " at step " + number_of(position, position.step) + ", " +
                                              std::string(text_of(position.current()).word)
                                        : "";
    if (!end.told)
      say((end.outcome == "interrupted" ? "Interrupted" : "Stopped") + where +
          (end.text.empty() ? "." : ": " + end.text + "."));
    if (end.begun) {
      say("What is true now:");
      for (const std::string& each : truth_words(facts, position)) say(each, 2);
    }
    if (!end.command.empty()) say_command("Next: ", end.command);
    const bool can_return = left && (position.form.procedure == Procedure::kRestart ||
                                     position.form.procedure == Procedure::kShutdown);
    if (can_return)
      say_command("To give the host back instead: ",
                  command_line(Procedure::kReturn, position.pool, position.host_label));
  }
  say_command("", closing);
  context_.screen.out.flush();
  return end.code;
}

}  // namespace xenha::ctl
