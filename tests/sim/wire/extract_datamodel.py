#!/usr/bin/env python3
"""Writes datamodel.json from xapi's published description of the XenAPI (xenapi.json).

    extract_datamodel.py xenapi.json > datamodel.json

Facts only: names, types, first and removed release, access, minimum role. One line an item, so that a newer
description gives a readable difference. What the description leaves out stands in datamodel_supplement.json.
"""

import json
import sys

RANK = ["read-only", "vm-operator", "vm-admin", "vm-power-admin", "pool-operator", "pool-admin"]
ACCESS = {"RO/runtime": "r", "RO/constructor": "c", "RW": "w"}


def releases(item):
    """First release, and the one it was removed in or ""."""
    steps = item["lifecycle"]["transitions"]
    first = next(s["release"] for s in steps if s["transition"] in ("published", "prototyped"))
    removed = next((s["release"] for s in steps if s["transition"] == "removed"), "")
    return first, removed


def field(item):
    first, removed = releases(item)
    return [item["name"], item["type"], first, removed, ACCESS[item["qualifier"]], item.get("default", "")]


def message(item):
    first, removed = releases(item)
    params = [[p["name"], p["type"]] for p in item["params"]]
    session = bool(params) and params[0][1] == "session ref" and params[0][0] == "session_id"
    role = next((r for r in RANK if r in item["roles"]), "internal")
    if not session:  # the login calls: everybody may
        role = "read-only"
    return [item["name"], item["result"][0], first, removed, role, int(session), int(item["implicit"]),
            params[1:] if session else params]


def main():
    with open(sys.argv[1], encoding="utf-8") as source:
        classes = json.load(source)
    compact = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    enums = {}
    out = []
    for item in classes:
        first, removed = releases(item)
        lines = ['{"name":%s,"since":"%s","removed":"%s","fields":[' % (compact(item["name"]), first, removed)]
        lines.append(",\n".join(compact(field(f)) for f in item["fields"]))
        lines.append('],"messages":[')
        lines.append(",\n".join(compact(message(m)) for m in item["messages"]))
        lines.append("]}")
        out.append("\n".join(line for line in lines if line))
        for enum in item["enums"]:
            enums[enum["name"]] = [value["name"] for value in enum["values"]]
    enum_lines = ",\n".join("%s:%s" % (compact(k), compact(v)) for k, v in sorted(enums.items()))
    print('{"classes":[\n%s\n],\n"enums":{\n%s\n}}' % (",\n".join(out), enum_lines))


main()
