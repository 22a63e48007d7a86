#!/usr/bin/python3 -B
"""xenhactl is where the write calls are linked; nothing of the exporter, nothing of the tests, no daemon as a whole.

    ctl_links.py FILE             FILE: one linked target or library a line, as CMake resolved them
"""

import pathlib
import re
import sys

FORBIDDEN = re.compile(r"exporter|hooks_app|hooks_alert|civet|sim\b|test|gtest|gmock", re.I)
# Without these the list is not what it says it is.
NEEDED = {"xenhactl", "xenha_ctl_run", "xenha_ctl_procedures", "xenha_xapi_operator", "xenha_cloudstack_operator",
          "xenha_xapi_enable", "xenha_hooks_decision", "xenha_hooks_situation"}


def problems(links):
    out = [f"xenhactl links {name}" for name in links if FORBIDDEN.search(name)]
    out += [f"{name} is missing in the list of what xenhactl links" for name in sorted(NEEDED - set(links))]
    return out


def main():
    found = problems(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").split("\n"))
    print("\n".join(found) or "xenhactl links the calls of its procedures, and no daemon")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
