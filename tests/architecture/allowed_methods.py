#!/usr/bin/python3 -B
"""No method that the exporter can encode is a write, and each of them exists.

    allowed_methods.py SOURCE_ROOT
"""

import sys

import datamodel


def problems(names, size, model):
    out = []
    if size not in (None, len(names)):
        out.append(f"allowed_methods.h: {len(names)} names in an array of {size}; the others are empty")
    for name in names:
        if name not in model:
            out.append(f"{name} is no method of any release")
        elif not model[name].is_read():
            method = model[name]
            out.append(f"{name} may change a pool (role {method.role}, answers {method.result})")
    out += [f"{name} is listed twice" for name in sorted(set(names)) if names.count(name) > 1]
    out += [f"{name} need not be exempt: it is not listed" for name in datamodel.HARMLESS if name not in names]
    return out


def main():
    found = problems(*datamodel.allowed(sys.argv[1]), datamodel.methods(sys.argv[1]))
    print("\n".join(found) or "every allowed method reads only")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
