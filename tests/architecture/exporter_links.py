#!/usr/bin/python3 -B
"""xenha-exporter links no library that can make a write call, and nothing of the tests.

    exporter_links.py FILE        FILE: one linked target or library a line, as CMake resolved them
"""

import pathlib
import re
import sys

FORBIDDEN = re.compile(r"ctl|hooks|sim|test|sqlite|gtest|gmock", re.I)
# Of all libraries that speak to pools and clouds, those that read.
SPEAKS = re.compile(r"xapi|cloudstack", re.I)
MAY_SPEAK = {"xenha_xapi", "xenha_cloudstack"}
# Without these the list is not what it says it is.
NEEDED = {"xenha-exporter", "xenha_exporter_poll", "xenha_exporter_cloud", "xenha_xapi", "xenha_cloudstack",
          "xenha_http", "xenha_web", "xenha_base"}


def problems(links):
    out = [f"xenha-exporter links {name}" for name in links
           if FORBIDDEN.search(name) or (SPEAKS.search(name) and name not in MAY_SPEAK)]
    out += [f"{name} is missing in the list of what xenha-exporter links" for name in sorted(NEEDED - set(links))]
    return out


def main():
    found = problems(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").split("\n"))
    print("\n".join(found) or "xenha-exporter links readers only")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
