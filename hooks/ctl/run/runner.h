// Carries a procedure out: facts -> next step -> journal -> mark -> act -> verify, until it is done, cannot
// go on, or is interrupted. Where it stands is on disk before every call, and in the mark on the pool.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hooks/ctl/command.h"
#include "hooks/ctl/consent.h"
#include "hooks/ctl/run/acts.h"
#include "hooks/ctl/run/facts_reader.h"
#include "hooks/ctl/run/position_file.h"
#include "hooks/ctl/run/teller.h"

namespace xenha::ctl {

struct Request {
  std::optional<Procedure> procedure;  ///< absent: go on with the one that was begun
  std::string pool, host;              ///< host: as the person wrote it; empty for ha enable and ha disable
  bool with_cloud = true;
  bool sr_changed = false, override_mark = false;
  std::set<std::string> risks;
  std::string new_master;  ///< as the person wrote it; empty = chosen
  Consent consent;
};

class Runner {
 public:
  /// Everything the request needs is configured: see `unconfigured`.
  Runner(Context& context, Request request);
  ExitCode run();

  /// What is missing in the config file for it, and how to go on without; empty = nothing.
  static std::string unconfigured(const CtlConfig& config, const Request& request);

 private:
  std::optional<ExitCode> begin();
  std::optional<ExitCode> resume();
  std::optional<ExitCode> prepare(const std::vector<Risk>& risks);
  const HostFacts* find_host(const std::string& name) const;
  ExitCode no_such_host(const std::string& name);
  ExitCode no_master();
  std::optional<Risk> other_mark() const;
  std::vector<Risk> risks_now() const;
  std::optional<Position> left_over();
  void take_up(Procedure procedure);
  void forget_what_failed();

  ExitCode go_on();
  std::optional<ExitCode> act();
  void learn();
  Status keep();
  Status mark();
  void mark_if_due();
  std::optional<ExitCode> taken_over();
  bool is_too_late() const;
  std::optional<ExitCode> hold(const Error& error, const std::string& why);
  void rest_between_looks();
  ExitCode finish();
  /// `code` where nothing was done: otherwise it is kNotMet.
  ExitCode stop(const std::string& why, std::string command, ExitCode code = ExitCode::kRefused);
  ExitCode too_late(const std::string& what);
  std::string own_command() const;
  ExitCode untouched(ExitCode code, bool told = false);
  ExitCode interrupted();
  bool is_interrupted() const { return context_.interrupted.stop_requested(); }
  void read(bool thorough);
  void rest(Duration span);

  Context& context_;
  const Request request_;
  const CtlPool& pool_;
  const CtlCloud* cloud_;  ///< null: left out
  FactsReader reader_;
  Acts acts_;
  Teller teller_;
  std::optional<PositionFile> file_;
  Facts facts_;
  Position position_;
  std::optional<std::size_t> marked_;  ///< the step that the mark tells
  std::string taken_id_;               ///< of the run that this one goes on with, by the mark
  bool resumed_by_mark_ = false, sent_any_ = false;
};

}  // namespace xenha::ctl
