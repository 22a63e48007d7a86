#!/usr/bin/env python3
"""Writes the dashboards that are installed: dashboards/fleet.json, pool.json, recovery.json.

make.py          writes them
make.py --check  writes nothing; prints a difference and ends with 1 when one of them is not what the sources say
"""

import difflib
import importlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
NAMES = ("fleet", "pool", "recovery")


def text(name):
    return json.dumps(importlib.import_module(name).board().json(), indent=2, ensure_ascii=False) + "\n"


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    stale = 0
    for name in NAMES:
        path, wanted = HERE.parent / f"{name}.json", text(name)
        found = path.read_text(encoding="utf-8") if path.exists() else ""
        if not arguments:
            path.write_text(wanted, encoding="utf-8")
        elif found != wanted:
            stale = 1
            sys.stdout.writelines(difflib.unified_diff(found.splitlines(True), wanted.splitlines(True),
                                                       f"dashboards/{name}.json", f"dashboards/source/{name}.py", n=1))
    if stale:
        print("dashboards/*.json are not what dashboards/source says: run dashboards/source/make.py", file=sys.stderr)
    return stale


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.exit(main(sys.argv[1:]))
