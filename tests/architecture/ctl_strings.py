#!/usr/bin/python3 -B
"""The name of no XenAPI method beyond those of its own lists stands in the binary of xenhactl.

    ctl_strings.py SOURCE_ROOT BINARY
"""

import pathlib
import re
import sys

import datamodel
from hooks_strings import names_in

EXEMPT = {
    "pool.enable_ha": "a task that is recognised when somebody else did it",
    "pool.disable_ha": "a task and a line of the audit log that are recognised when somebody else did it",
}


def lists(root):
    """Of every header of lists that xenhactl links: those of what looks, and those of the procedures."""
    root = pathlib.Path(root)
    headers = [root / datamodel.CTL_LIST, *sorted((root / "lib").glob("xapi_operator/*methods*.h")),
               *sorted((root / "hooks/ctl/procedures").rglob("*methods*.h"))]
    names = set()
    for header in headers:
        text = re.sub(r"//[^\n]*", "", header.read_text(encoding="utf-8"))
        names.update(name.removeprefix("Async.") for name in re.findall(r'"([A-Za-z_.]+\.[A-Za-z_]+)"', text))
    return names


def problems(data, allowed, model):
    found = names_in(data, model)
    out = [f"{name} stands in the binary" for name in sorted(found - allowed - set(EXEMPT))]
    # The search itself is sound only if it finds what must be there.
    out += [f"{name} is not found in the binary, although it is called" for name in sorted(allowed - found)]
    return out


def main():
    with open(sys.argv[2], "rb") as binary:
        data = binary.read()
    found = problems(data, lists(sys.argv[1]), datamodel.methods(sys.argv[1]))
    print("\n".join(found) or "the binary names no method beyond the allowed ones")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
