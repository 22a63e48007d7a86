#!/usr/bin/python3 -B
"""xenhactl links nothing of the exporter, nor the daemon's act, nor the tests. What only looks (xenha_ctl_app) links no
library that writes.

    ctl_links.py PROGRAM_FILE APP_FILE      one linked target or library a line, as CMake resolved them
"""

import pathlib
import re
import sys

FORBIDDEN = re.compile(r"exporter|hooks_action|hooks_app|hooks_alert|hooks_config|xenha_web|civetweb|sim|test|gtest|gmock", re.I)
WRITERS = re.compile(r"xapi_operator|cloudstack_operator|xapi_enable|procedures", re.I)
# Without these the lists are not what they say they are.
NEEDED = {"xenha_ctl_app", "xenha_hooks_situation", "xenha_hooks_decision", "xenha_hooks_journal", "xenha_xapi"}


def problems(program, app):
    out = [f"xenhactl links {name}" for name in program if FORBIDDEN.search(name)]
    out += [f"xenha_ctl_app links {name}" for name in app if WRITERS.search(name)]
    out += [f"{name} is missing in the list of what xenhactl links" for name in sorted(NEEDED - set(program))]
    out += [f"{name} is missing in the list of what xenha_ctl_app links" for name in sorted(NEEDED - set(app))]
    return out


def main():
    lists = [pathlib.Path(name).read_text(encoding="utf-8").split("\n") for name in sys.argv[1:3]]
    found = problems(*lists)
    print("\n".join(found) or "xenhactl links what it needs, and what looks links no writer")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
