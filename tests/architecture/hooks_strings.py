#!/usr/bin/python3 -B
"""The name of no XenAPI method beyond the allowed ones stands in the binary of the hooks.

    hooks_strings.py SOURCE_ROOT BINARY
"""

import re
import sys

import datamodel
from exporter_strings import strings

EXEMPT = {
    "pool.disable_ha": "a task and a line of the audit log that are recognised when somebody else did it",
}


def names_in(data, model):
    """Method names in the printable parts of a binary; "Async." in front is the same method."""
    found = set()
    for text in strings(data):
        for word in re.findall(r"(?:Async\.)?([A-Za-z_][A-Za-z_0-9]*\.[A-Za-z_0-9]+)", text):
            if word in model:
                found.add(word)
    return found


def problems(data, allowed, model):
    allowed = {name.removeprefix("Async.") for name in allowed}
    found = names_in(data, model)
    out = [f"{name} stands in the binary" for name in sorted(found - allowed - set(EXEMPT))]
    # The search itself is sound only if it finds what must be there.
    out += [f"{name} is not found in the binary, although it is called" for name in sorted(allowed - found)]
    return out


def main():
    with open(sys.argv[2], "rb") as binary:
        data = binary.read()
    found = problems(data, datamodel.allowed(sys.argv[1], datamodel.HOOKS_LIST)[0], datamodel.methods(sys.argv[1]))
    print("\n".join(found) or "the binary names no method beyond the allowed ones")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
