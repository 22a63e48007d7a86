#!/usr/bin/python3 -B
"""The name of no XenAPI method beyond the allowed ones stands in the exporter's binary: what is not there cannot
be called by accident.

    exporter_strings.py SOURCE_ROOT BINARY
"""

import re
import sys

import datamodel

EXEMPT = {
    "pool.enable_ha": "name of a task that the exporter recognises when somebody else runs it",
    "pool.disable_ha": "name of a task that the exporter recognises when somebody else runs it",
    "host.get_data_sources": "a getter, named in METRICS.md as the source of a fact",
}


def strings(data):
    return (run.decode("ascii") for run in re.findall(rb"[\x20-\x7e]{4,}", data))


def names_in(data, model):
    """Method names in the printable parts of a binary. Symbols of C++ hold no such dots."""
    found = set()
    for text in strings(data):
        for word in re.findall(r"[A-Za-z_][A-Za-z_0-9]*\.[A-Za-z_0-9]+", text):
            if word in model:
                found.add(word)
    return found


def problems(data, allowed, model):
    found = names_in(data, model)
    out = [f"{name} stands in the binary" for name in sorted(found - set(allowed) - set(EXEMPT))]
    # The search itself is sound only if it finds what must be there.
    out += [f"{name} is not found in the binary, although it is called" for name in allowed if name not in found]
    return out


def main():
    with open(sys.argv[2], "rb") as binary:
        data = binary.read()
    found = problems(data, datamodel.allowed(sys.argv[1])[0], datamodel.methods(sys.argv[1]))
    print("\n".join(found) or "the binary names no method beyond the allowed ones")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
