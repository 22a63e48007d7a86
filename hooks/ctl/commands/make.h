// Each command stands in a file of its own; this is how reading_commands() gets them.
#pragma once

#include <memory>

#include "hooks/ctl/command.h"
#include "hooks/ctl/commands/on_pool.h"

namespace xenha::ctl {

std::unique_ptr<Command> make_clear();
std::unique_ptr<Command> make_decisions();
std::unique_ptr<Command> make_doctor();
std::unique_ptr<Command> make_explain();
std::unique_ptr<Command> make_failovers();
std::unique_ptr<Command> make_journal();
std::unique_ptr<Command> make_latency(bool enable);
std::unique_ptr<Command> make_pause(OnPool on_pool);
std::unique_ptr<Command> make_pin();
std::unique_ptr<Command> make_resume(OnPool on_pool);
std::unique_ptr<Command> make_status();

}  // namespace xenha::ctl
