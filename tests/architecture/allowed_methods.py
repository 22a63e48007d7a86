#!/usr/bin/python3 -B
"""No method that the exporter can encode is a write, nor that xenhactl can for looking; the hooks can encode one write,
xenhactl's `latency` two, and its procedures those that they are made of; and each of them exists.

    allowed_methods.py SOURCE_ROOT
"""

import sys

import datamodel


def problems(names, size, model, may=(), needed=None):
    """`may`: those that are allowed although they change something; `needed`: exemptions that must be in use."""
    out = []
    if size not in (None, len(names)):
        out.append(f"allowed_methods.h: {len(names)} names in an array of {size}; the others are empty")
    for name in names:
        if name.removeprefix("Async.") not in model or (name.startswith("Async.") and name not in may):
            out.append(f"{name} is no method of any release")
        elif name not in may and not model[name].is_read():
            method = model[name]
            out.append(f"{name} may change a pool (role {method.role}, answers {method.result})")
    out += [f"{name} is listed twice" for name in sorted(set(names)) if names.count(name) > 1]
    out += [f"{name} need not be exempt: it is not listed" for name in (may or datamodel.HARMLESS if needed is None else needed) if name not in names]
    return out


def main():
    model = datamodel.methods(sys.argv[1])
    found = problems(*datamodel.allowed(sys.argv[1]), model)
    found += problems(*datamodel.allowed(sys.argv[1], datamodel.HOOKS_LIST), model, datamodel.HOOKS_MAY)
    found += problems(*datamodel.allowed(sys.argv[1], datamodel.CTL_LIST), model, needed=())
    found += problems(*datamodel.allowed(sys.argv[1], datamodel.CTL_LIST, "kLatencyMethods"), model, datamodel.LATENCY_MAY)
    found += problems(*datamodel.allowed(sys.argv[1], datamodel.PROCEDURES_LIST, "kProcedureMethods"), model, datamodel.PROCEDURES_MAY)
    print("\n".join(found) or "every allowed method reads only, but for the hooks' one act, and xenhactl's latency and procedures")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
