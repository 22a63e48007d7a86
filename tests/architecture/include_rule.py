#!/usr/bin/python3 -B
"""Who may include whom: the arrows between our directories point one way, and each foreign library has one home.

    include_rule.py SOURCE_ROOT
"""

import pathlib
import re
import sys

# Directory or file -> what of ours its files may include, itself besides. The longest match counts.
ARROWS = {
    "lib/base": [],
    "lib/model": ["lib/base"],
    "lib/http": ["lib/base"],
    "lib/xapi": ["lib/base", "lib/http", "lib/model"],
    "lib/cloudstack": ["lib/base", "lib/http", "lib/model"],
    "lib/config": ["lib/base", "lib/http/transport.h"],  # the TLS policy, a plain value
    "lib/xapi_enable": ["lib/base", "lib/xapi"],
    "lib/xapi_operator": ["lib/base", "lib/xapi"],
    "lib/cloudstack_operator": ["lib/base", "lib/http", "lib/cloudstack"],
    "lib/metrics": ["lib/base"],
    "lib/web": ["lib/base", "lib/config"],
    "exporter/snapshot": ["lib/base", "lib/model", "lib/metrics", "exporter/metrics", "exporter/failover/record.h"],
    "exporter/metrics": ["lib/base", "lib/model", "lib/metrics", "exporter/snapshot", "exporter/failover/record.h"],
    "exporter/poll": ["lib/base", "lib/model", "lib/http", "lib/xapi", "lib/config", "lib/cloudstack/reader.h",
                      "exporter/snapshot", "exporter/failover", "exporter/cloud/focus.h", "exporter/exporter_config.h",
                      "exporter/kept_json.h"],
    "exporter/cloud": ["lib/base", "lib/model", "lib/http", "lib/cloudstack", "lib/config", "exporter/snapshot",
                       "exporter/exporter_config.h", "exporter/kept_json.h"],
    # The stop-watch is told everything: it can reach nothing, neither directly nor through a header of these.
    "exporter/failover": ["lib/base", "lib/model", "exporter/snapshot/cloud_snapshot.h", "exporter/cloud/focus.h",
                          "exporter/kept_json.h"],
    "exporter/failover/record.h": ["lib/base", "lib/model"],
    "exporter/snapshot/cloud_snapshot.h": ["lib/base", "lib/model"],
    "exporter/cloud/focus.h": ["lib/base"],
    "exporter/kept_json.h": ["lib/base"],
    "exporter": ["lib", "exporter"],
    # The decision is told everything: it can reach nothing. The situation's value types are as bare.
    "hooks/decision": ["lib/base", "hooks/situation/situation.h"],
    "hooks/situation/situation.h": ["lib/base"],
    "hooks/situation": ["lib/base", "lib/model", "lib/http", "lib/xapi", "lib/cloudstack", "lib/config"],
    "hooks/allowed_methods.h": [],
    # The next step is told everything, as the decision is.
    "hooks/ctl/procedures": ["lib/base", "lib/model/pool_reading.h", "hooks/decision", "hooks/situation/situation.h"],
    "hooks/journal": ["lib/base", "hooks/decision", "hooks/situation/situation.h"],
    "hooks/alert": ["lib/base"],
    # xenhactl shows what the daemons know and would decide; the daemon's act and its insides are not its own.
    "hooks/ctl": ["lib", "hooks/decision", "hooks/situation", "hooks/journal", "hooks/guards_config.h"],
    "hooks/ctl/render": ["lib/base", "hooks/decision/reason.h"],
    # What is wrong and how it looks: told everything, it can reach nothing.
    "hooks/ctl/status/pool_status.h": ["lib/base", "lib/model", "hooks/decision", "hooks/situation/situation.h"],
    "hooks/ctl/status/judge.cpp": ["lib/base", "hooks/ctl/status/pool_status.h", "hooks/ctl/status/words.h",
                                   "hooks/ctl/render"],
    "hooks/ctl/doctor/checks.h": ["hooks/ctl/doctor/facts.h"],
    "hooks": ["lib", "hooks"],
}

# What only xenhactl may include, and tests: the daemons are walled off from what writes to pools and clouds.
OF_CTL = ["lib/xapi_operator", "lib/cloudstack_operator", "hooks/ctl"]

# Header of a foreign library -> the only places that may include it (prefixes of paths).
HOMES = {
    r"curl/": ["lib/http/curl_transport"],
    r"civetweb\.h": ["lib/web/civet_server", "tests/bench/"],  # the bench's bare server
    r"yaml-cpp/": ["lib/config/"],
    r"CLI/": ["lib/config/common_flags.cpp", "tests/sim/"],
    r"xmlrpc-c/": ["lib/xapi/call.cpp", "lib/xapi/xmlrpc_env.h", "tests/"],
    r"expat\.h": ["lib/xapi/xml_stream", "tests/"],
    r"spdlog/": ["lib/base/log.cpp"],
    r"prometheus/": ["lib/metrics/", "exporter/metrics/", "hooks/metrics/", "hooks/pages.cpp", "tests/"],
    r"sqlite3\.h": ["hooks/journal/sqlite_", "tests/"],
    r"gtest/|gmock/|benchmark/": ["tests/"],
}
# Tests may use the library itself: as second opinion, or to make what the code under test is given.
TESTS_MAY = [r"curl/"]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)


def sources(root):
    for top in ("lib", "exporter", "hooks", "tests"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".cpp", ".c") and "node_modules" not in path.parts:
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8", errors="replace")


def room_of(path):
    """The entry of ARROWS that a file belongs to; None for tests."""
    fitting = [room for room in ARROWS if path == room or path.startswith(room + "/")]
    return max(fitting, key=len) if fitting else None


def ours(path, included):
    room = room_of(path)
    if included.startswith("tests/"):
        return [] if path.startswith("tests/") else [f"{path} includes {included}: no program needs its tests"]
    if room is None or not included.startswith(("lib/", "exporter/", "hooks/")):
        return []
    for walled in OF_CTL:
        if included.startswith(walled + "/") and not path.startswith((walled + "/", "hooks/ctl/")):
            return [f"{path} includes {included}: only xenhactl may"]
    may = ARROWS[room] + [room]
    if any(included == entry or included.startswith(entry + "/") for entry in may):
        return []
    return [f"{path} includes {included}; files in {room} may include {', '.join(may)}"]


def foreign(path, included):
    for header, homes in HOMES.items():
        if not re.match(header, included):
            continue
        if path.startswith("tests/") and header in TESTS_MAY:
            continue
        if not any(path.startswith(home) for home in homes):
            return [f"{path} includes <{included}>, whose home is {', '.join(homes) or 'nowhere yet'}"]
    return []


def problems(files):
    """`files`: pairs of path and text."""
    out = []
    for path, text in files:
        for _, included in INCLUDE.findall(text):
            out += ours(path, included) + foreign(path, included)
    return out


def main():
    root = pathlib.Path(sys.argv[1])
    files = list(sources(root))
    found = problems(files)
    if len(files) < 100:
        found.append(f"only {len(files)} source files found: the search itself is broken")
    print("\n".join(found) or f"{len(files)} files keep the include rule")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
