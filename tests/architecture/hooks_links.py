#!/usr/bin/python3 -B
"""xenha-hooks links one library that can write to a pool, and no other; nothing of the exporter, nothing of the tests.

    hooks_links.py FILE           FILE: one linked target or library a line, as CMake resolved them
"""

import pathlib
import re
import sys

FORBIDDEN = re.compile(r"ctl|exporter|sim|test|gtest|gmock", re.I)
# Of all libraries that speak to pools and clouds, these: two that read, and the one act.
SPEAKS = re.compile(r"xapi|cloudstack", re.I)
MAY_SPEAK = {"xenha_xapi", "xenha_xapi_enable", "xenha_cloudstack"}
# Without these the list is not what it says it is.
NEEDED = {"xenha-hooks", "xenha_xapi_enable", "xenha_hooks_action", "xenha_hooks_decision", "xenha_hooks_journal",
          "xenha_hooks_situation", "xenha_xapi", "xenha_cloudstack", "xenha_web"}


def problems(links):
    out = [f"xenha-hooks links {name}" for name in links
           if FORBIDDEN.search(name) or (SPEAKS.search(name) and name not in MAY_SPEAK)]
    out += [f"{name} is missing in the list of what xenha-hooks links" for name in sorted(NEEDED - set(links))]
    return out


def main():
    found = problems(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").split("\n"))
    print("\n".join(found) or "xenha-hooks links readers and the one act")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
