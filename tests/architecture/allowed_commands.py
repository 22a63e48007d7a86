#!/usr/bin/python3 -B
"""Every CloudStack command that the daemons can encode lists something, and is one that CloudStack has; those that
xenhactl can encode besides are the three of maintenance.

    allowed_commands.py SOURCE_ROOT
"""

import sys

import cloud_commands


def problems(names, size, simulated):
    out = []
    if size != len(names):
        out.append(f"allowed_commands.h: {len(names)} names in an array of {size}; the others are empty")
    for name in names:
        # No command of CloudStack that begins so changes anything.
        if not (name.startswith("list") and name[4:5].isupper() and name.isalnum()):
            out.append(f"{name!r} does not begin with list: it may change a cloud")
        elif not simulated.get(name, False):
            out.append(f"{name} is no list that the simulated CloudStack answers")
    out += [f"{name} is listed twice" for name in sorted(set(names)) if names.count(name) > 1]
    return out


MAINTENANCE = {"prepareHostForMaintenance", "cancelHostMaintenance", "queryAsyncJobResult"}


def operator_problems(names, size, simulated):
    out = [f"{name!r} is no command of maintenance" for name in names if name not in MAINTENANCE]
    out += [f"{name} is none that the simulated CloudStack answers" for name in names if name not in simulated]
    if size != len(names) or len(set(names)) != len(names):
        out.append("operator_commands.h: a name is listed twice, or the array ends in empty ones")
    return out


def main():
    found = problems(*cloud_commands.listed(sys.argv[1]), cloud_commands.simulated(sys.argv[1]))
    found += operator_problems(*cloud_commands.operators(sys.argv[1]), cloud_commands.simulated(sys.argv[1]))
    print("\n".join(found) or "every allowed command lists only, but for maintenance by xenhactl")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
