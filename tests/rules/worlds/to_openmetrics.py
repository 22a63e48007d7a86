#!/usr/bin/python3
"""A recorded world as OpenMetrics text with times, for `promtool tsdb create-blocks-from openmetrics`.

Moments that the metrics tell (*_timestamp_seconds) move with the samples. OpenMetrics cannot say that a series has ended, so a
reader sees the last value for five minutes more.
"""

import argparse
import re
import sys
import time

import recording

HISTOGRAM_PART = re.compile(r"_(bucket|sum|count)$")


def family_of(name, families):
    if name in families:
        return name
    family = HISTOGRAM_PART.sub("", name)
    return family if family in families else None


def write(record, end, out):
    last = record.start + (record.scrapes - 1) * record.interval
    shift = end - last
    by_family = {}
    for series in record.series:
        name = recording.name_of(series)
        by_family.setdefault(family_of(name, record.families) or name, []).append(series)
    for family, all_series in sorted(by_family.items()):
        facts = record.families.get(family, {"type": "gauge", "help": ""})
        # A counter's family is called as its samples without _total.
        title = family.removesuffix("_total") if facts["type"] == "counter" else family
        if facts["help"]:
            text = facts["help"].replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
            out.write(f"# HELP {title} {text}\n")
        out.write(f"# TYPE {title} {facts['type']}\n")
        for series in all_series:
            for at, value in enumerate(record.values(series, shift)):
                if value is not None:
                    moment = record.start + shift + at * record.interval
                    out.write(f"{series} {recording.number(value)} {moment}\n")
    out.write("# EOF\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recording", help="what record_world wrote")
    parser.add_argument("--end", default="as recorded",
                        help="time of the last sample: now, or Unix seconds; as recorded unless given")
    parser.add_argument("--out", help="file; standard output unless given")
    arguments = parser.parse_args()
    record = recording.Recording(arguments.recording)
    last = record.start + (record.scrapes - 1) * record.interval
    end = {"as recorded": last, "now": int(time.time())}.get(arguments.end)
    end = int(arguments.end) if end is None else end
    if arguments.out:
        with open(arguments.out, "w", encoding="utf-8") as out:
            write(record, end, out)
    else:
        write(record, end, sys.stdout)


if __name__ == "__main__":
    main()
