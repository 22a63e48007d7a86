// How a procedure shows on the screen: the plan, what speaks against it, each step as it goes, and the end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hooks/ctl/command.h"
#include "hooks/ctl/procedures/facts.h"
#include "hooks/ctl/procedures/next_step.h"
#include "hooks/ctl/procedures/risks.h"

namespace xenha::ctl {

class Teller {
 public:
  explicit Teller(const Context& context) : context_(context) {}

  /// From the position on. `risks` are those that no flag has taken.
  void plan(const Facts& facts, const Position& position, const std::vector<Risk>& risks,
            const std::string& note);
  /// Nothing was changed. Ends with kRefused.
  ExitCode refuse(const Facts& facts, const Position& position, const std::vector<Risk>& risks);
  /// Steps between the two were verified; the one that is next begins.
  void moved(const Facts& facts, const Position& before, const Position& after);
  void acts(const Facts& facts, const Position& position);
  /// One line, once for each text; on a terminal it stands until something changes.
  void waits(const Position& position, const std::string& what, WallTime now);
  /// Before the position is known.
  void waits_outside(const std::string& what);
  void note(const std::string& what);

  struct End {
    ExitCode code = ExitCode::kDone;
    std::string outcome;  ///< done, not_met, refused, interrupted
    std::string text;     ///< why, for people; empty when done
    std::string command;  ///< what to type next; may be empty
    bool begun = true;    ///< false: no step was begun
    bool told = false;    ///< the person knows `text` already
    bool left = true;     ///< there is something to go on with, or to take back
  };
  /// What is true now, what to type, and last whether HA is on.
  ExitCode end(const Facts& facts, const Position& position, const End& end);

 private:
  std::string risk_words(const std::vector<Risk>& risks) const;
  void say(const std::string& text, std::size_t indent = 0);
  /// Never broken: it is to be copied.
  void say_command(const std::string& before, const std::string& command);
  void clear_line();
  void line(const std::string& text);

  const Context& context_;
  std::string waited_for_;
  bool standing_ = false;  ///< a line of progress without its newline
};

}  // namespace xenha::ctl
