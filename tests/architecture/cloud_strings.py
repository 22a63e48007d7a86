#!/usr/bin/python3 -B
"""The name of no CloudStack command beyond the allowed lists stands in a daemon's binary: none that changes
anything, and nothing that looks like a command.

    cloud_strings.py SOURCE_ROOT BINARY
"""

import sys

import cloud_commands


def is_operand(name, allowed):
    """The first eight letters of an allowed name, as an instruction compares them, and the next instruction's byte."""
    return len(name) == 9 and any(each.startswith(name[:8]) for each in allowed)


def problems(data, allowed):
    found = cloud_commands.words_in(data)
    out = [f"{name} stands in the binary" for name in sorted(found - set(allowed)) if not is_operand(name, allowed)]
    # The search itself is sound only if it finds what must be there.
    out += [f"{name} is not found in the binary, although it is sent" for name in allowed if name not in found]
    return out


def main():
    with open(sys.argv[2], "rb") as binary:
        data = binary.read()
    found = problems(data, cloud_commands.listed(sys.argv[1])[0])
    print("\n".join(found) or "the binary names no CloudStack command beyond the allowed lists")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
