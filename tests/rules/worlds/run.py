#!/usr/bin/python3
"""Plays recorded worlds through the shipped alert rules: what the story says fires, and nothing else. README.md tells more.

  run.py RECORD_WORLD [NAME...]       all worlds, or those whose name begins with one of these
  run.py RECORD_WORLD --coverage      is every alert of the rules provoked by some world?
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

import engine
import recording

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
FAILED_SCRAPE = 5  # each fifth
LONG = 12 * 3600  # seconds


class Expectation:
    """alert NAME SEVERITY [LABEL=VALUE ...] fires FROM..TO [resolves FROM..TO]"""

    def __init__(self, text, line):
        self.text, self.line = " ".join(text.split("#")[0].split()), line
        words = self.text.split()
        try:
            at = words.index("fires")
            self.name, self.severity = words[1:3]
            self.labels = frozenset(tuple(word.split("=", 1)) for word in words[3:at])
            self.begin = self.span(words[at + 1])
            self.end = None
            if len(words) > at + 2:
                if words[at + 2] != "resolves" or len(words) != at + 4:
                    raise ValueError("after fires FROM..TO only: resolves FROM..TO")
                self.end = self.span(words[at + 3])
            if any(len(label) != 2 for label in self.labels):
                raise ValueError("labels are NAME=VALUE")
        except ValueError as wrong:
            raise ValueError(f"line {line}: {text}: {wrong}") from None

    @staticmethod
    def span(word):
        first, dots, last = word.partition("..")
        if not dots:
            raise ValueError(f"write FROM..TO, not {word}")
        return engine.seconds(first), engine.seconds(last)

    def is_about(self, alert):
        return (alert.name, alert.severity) == (self.name, self.severity) and self.labels <= alert.labels

    def holds(self, episode):
        if not self.is_about(episode.alert) or not self.begin[0] <= episode.begin <= self.begin[1]:
            return False
        if self.end is None or episode.end is None:
            return self.end is None and episode.end is None
        return self.end[0] <= episode.end <= self.end[1]


def expectations_of(lines):
    """Of one story: [] when it says quiet."""
    quiet = [one for one in lines if one["text"].split()[0] == "quiet"]
    alerts = [Expectation(one["text"], one["line"]) for one in lines if one["text"].split()[0] == "alert"]
    if bool(quiet) == bool(alerts):
        raise ValueError("a world says either which alerts fire, or quiet")
    return alerts


def describe(episode):
    labels = " ".join(f"{name}={value}" for name, value in sorted(episode.alert.labels))
    end = f"resolves {engine.clock(episode.end)}" if episode.end is not None else "still fires at the end"
    return f"{episode.alert.name} {episode.alert.severity} {labels} fires {engine.clock(episode.begin)} {end}"


def judge(expected, found):
    """Complaints. Every expectation takes one episode; what nobody took must be of severity info."""
    left, complaints = list(found), []
    for one in expected:
        taken = next((episode for episode in left if one.holds(episode)), None)
        if taken:
            left.remove(taken)
        else:
            complaints.append(f"line {one.line}: it did not happen: {one.text}")
    complaints += [f"not expected: {describe(episode)}" for episode in left if episode.alert.severity != "info"]
    if any("it did not happen" in text for text in complaints):
        complaints += [f"(there was also: {describe(episode)})" for episode in left if episode.alert.severity == "info"]
    return complaints


def stories_of(binary, file):
    listed = subprocess.run([binary, "--list", str(file)], capture_output=True, text=True, check=False)
    if listed.returncode:
        raise ValueError(listed.stderr.strip())
    return listed.stdout.split()


def record_story(binary, file, story, directory):
    out = pathlib.Path(directory, story + ".json")
    done = subprocess.run([binary, str(file), str(out), "--story", story], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.strip())
    return recording.Recording(out)


def play(arguments, file, story, rules, directory):
    """Complaints about one story."""
    record = record_story(arguments.binary, file, story, directory)
    expected = expectations_of(record.expectations)
    # Of a long world only the harder half is played: the engine takes a minute for a day.
    long_one = record.scrapes * record.interval > LONG
    complaints = []
    for drop in (FAILED_SCRAPE,) if long_one else (0, FAILED_SCRAPE):
        found, faults, output = engine.evaluate(record, rules, drop, annotations_every=7200 if long_one else 300)
        if arguments.keep:
            pathlib.Path(arguments.keep, f"{story}{'-drop' if drop else ''}.txt").write_text(output, encoding="utf-8")
        if arguments.show and (long_one or not drop):
            print("".join(f"    {describe(episode)}\n" for episode in found), end="")
        where = f"each {drop}th scrape failed: " if drop else ""
        complaints += [where + text for text in judge(expected, found)]
        complaints += [f"{where}annotation: {fault}" for fault in faults]
    return complaints


def not_provoked():
    """unprovoked.txt: NAME SEVERITY REASON"""
    out = {}
    for line in HERE.joinpath("unprovoked.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, severity, reason = line.split(None, 2)
            out[name, severity] = reason
    return out


def coverage(rules):
    provoked = set()
    for file in HERE.glob("*.scn"):
        for line in file.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words and words[0] == "alert":
                provoked.add((words[1], words[2]))
    excused = not_provoked()
    complaints = [f"no world provokes {name} {severity}, and unprovoked.txt gives no reason"
                  for name, severity in sorted(rules.alerts - provoked - excused.keys())]
    complaints += [f"unprovoked.txt: {name} {severity} is provoked by a world, take the line out"
                   for name, severity in sorted(excused.keys() & provoked)]
    complaints += [f"unprovoked.txt: the rules have no {name} {severity}"
                   for name, severity in sorted(excused.keys() - rules.alerts)]
    complaints += [f"a world expects {name} {severity}, which the rules do not have"
                   for name, severity in sorted(provoked - rules.alerts)]
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", metavar="RECORD_WORLD")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--rules", default=HERE.parents[2] / "rules", help="directory with *.rules.yml")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--keep", help="directory for recordings and promtool's answers")
    parser.add_argument("--show", action="store_true", help="print every alert that fires")
    arguments = parser.parse_args()
    if not shutil.which("promtool"):
        print("promtool is not installed (Debian package prometheus): skipped")
        return SKIPPED
    rules = engine.Rules(arguments.rules)
    if arguments.coverage:
        complaints = coverage(rules)
        print("\n".join(complaints) or "every alert is provoked by a world, or excused with a reason")
        return 1 if complaints else 0
    stories = [(file, story) for file in sorted(HERE.glob("*.scn")) for story in stories_of(arguments.binary, file)
               if not arguments.names or any(story.startswith(name) for name in arguments.names)]
    if not stories:
        print("no world has such a name")
        return 2
    bad = 0
    with tempfile.TemporaryDirectory(prefix="xenha-worlds-") as directory:
        for file, story in stories:
            try:
                complaints = play(arguments, file, story, rules, arguments.keep or directory)
            except (ValueError, engine.EngineFailed) as wrong:
                complaints = [str(wrong)]
            print(f"{'FAIL' if complaints else 'ok  '}  {story}", flush=True)
            for complaint in complaints:
                print(f"      {complaint}")
            bad += bool(complaints)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
