"""What the simulator's log of writes must hold of our own programs: the third proof that they are harmless, beside the
link graph and the lists of methods (tests/architecture)."""

import re

# Program, as its calls name it -> what it may change. People's tools, xenhactl among them, may do what they are told.
MAY = {"xenha-exporter": set(), "xenha-hooks": {"Async.pool.enable_ha"}}


def problems(writes):
    out = []
    for call in writes:
        program = re.search(r"\b(xenha-[a-z]+)/", call["client"])
        if program and call["method"] not in MAY.get(program[1], {call["method"]}):
            out.append(f"{program[1]} called {call['method']} on {call['host'] or call['cloud']}: {call['outcome']}")
    return out
