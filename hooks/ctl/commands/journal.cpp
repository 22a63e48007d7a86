// journal: what xenha-hooks wrote down, from its file; also while it does not run.
#include "hooks/ctl/commands/arguments.h"
#include "hooks/ctl/commands/make.h"
#include "hooks/ctl/render/json.h"
#include "hooks/ctl/render/spans.h"
#include "hooks/journal/sqlite_journal.h"

namespace xenha::ctl {
namespace {

namespace journal = hooks::journal;

class Journal final : public Command {
 public:
  std::string path() const override { return "journal"; }
  config::FlagParser::Text text() const override {
    return {
        "What xenha-hooks wrote down; --verify checks it",
        "Reads the journal in hooks.state_dir on this machine: alerts, decisions, attempts, pauses, newest "
        "first. Works while the daemon runs and while it does not. Only root may read it, and the user of "
        "xenha-hooks. Changes nothing.",
        "xenhactl journal cluster1 --limit=50"};
  }
  void declare(config::FlagParser& parser) override {
    parser.argument("POOL", "Only of this pool.", pool_, false);
    limit_.declare(parser, "How many entries at most.");
    parser.flag(
        "verify",
        "Check instead: the file is sound, nothing was changed afterwards, every attempt has its outcome. "
        "Ends with 1 when not.",
        verify_);
  }
  Needs needs() const override { return {.only_pool = pool_}; }
  std::string usage_problem() const override { return limit_.problem(); }

  ExitCode run(Context& context) override {
    Result<std::unique_ptr<journal::JournalReader>> reader =
        journal::open_journal_reader(context.config.hooks_state_dir);
    if (!reader) return broken(context, reader.error());
    return verify_ ? verify(context, **reader) : list(context, **reader);
  }

 private:
  ExitCode broken(const Context& context, const Error& error) const {
    // A journal that is not sound is what --verify is there to find.
    if (verify_ && error.remote_code == "CORRUPT") return fail(context, ExitCode::kNotMet, error.message);
    return fail(context, error.code == ErrorCode::kBadConfig ? ExitCode::kUsage : ExitCode::kUnreachable,
                error.message);
  }

  ExitCode verify(const Context& context, journal::JournalReader& reader) const {
    const Result<journal::Verification> verified = reader.verify();
    if (!verified) return broken(context, verified.error());
    const std::string file = (context.config.hooks_state_dir / "journal.db").string();
    if (context.output == Output::kJson) {
      print(context.screen.out, {{"file", file},
                                 {"sound", verified->sound()},
                                 {"problems", verified->problems},
                                 {"last_id", verified->last_id},
                                 {"in_progress", known(verified->in_progress)}});
    } else if (verified->sound()) {
      context.screen.out << wrapped(
          "The journal " + file + " is sound: " + std::to_string(verified->last_id) +
              " entries were written, none was changed, and " +
              (verified->in_progress ? "an attempt runs right now." : "every attempt has its outcome."),
          0, context.screen.width);
    } else {
      context.screen.out << style_of(context.screen).paint("The journal is NOT sound", Tone::kBad) << " ("
                         << file << "):\n";
      for (const std::string& problem : verified->problems)
        context.screen.out << wrapped(plain(problem), 2, context.screen.width);
    }
    return verified->sound() ? ExitCode::kDone : ExitCode::kNotMet;
  }

  ExitCode list(const Context& context, journal::JournalReader& reader) const {
    const Result<std::vector<journal::Line>> lines = reader.lines({.pool = pool_, .limit = limit_.value()});
    if (!lines) return broken(context, lines.error());
    if (context.output == Output::kJson) {
      Json out = Json::array();
      for (const journal::Line& line : *lines)
        out.push_back({{"id", line.id},
                       {"timestamp_seconds", unix_seconds(line.at)},
                       {"kind", line.kind},
                       {"pool", line.pool},
                       {"text", line.text}});
      print(context.screen.out, {{"entries", out}});
      return ExitCode::kDone;
    }
    if (lines->empty()) context.screen.out << "Nothing has been written yet: no alert has come.\n";
    const WallTime now = context.clock.wall();
    Table table({"WHEN (UTC)", "POOL", "ENTRY", "WHAT"});
    for (const journal::Line& line : *lines)
      table.add({{moment_short(line.at, now)}, {line.pool}, {line.kind}, {line.text}});
    if (!table.empty()) context.screen.out << table.text(style_of(context.screen));
    return ExitCode::kDone;
  }

  std::string pool_;
  Limit limit_{30};
  bool verify_ = false;
};

}  // namespace

std::unique_ptr<Command> make_journal() {
  return std::make_unique<Journal>();
}

}  // namespace xenha::ctl
