#!/usr/bin/python3 -B
"""Breaks each alert in every way that matters; the alert's own test must notice each.

    mutations.py [ALERTNAME...]

A test that stays green over a broken alert proves nothing. Broken are: the condition (never true), each clause that joins
or excludes (and, unless), the thresholds, `for` and `keep_firing_for`, and what lets an alert survive a failed scrape.
"""

import concurrent.futures
import copy
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

import rule_files

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(duration):
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", duration))


class Mutant:
    """`change(content)` edits a copy of all rules. `group`: of these one must be noticed, others may stay."""

    def __init__(self, rule, what, change, group=None):
        self.rule, self.what, self.change = rule, what, change
        self.group = (str(rule), group or what)


def body_of(content, rule):
    return content[rule.file]["groups"][rule.group]["rules"][rule.number]


def set_field(rule, **fields):
    def change(content):
        for name, value in fields.items():
            if value is None:
                del body_of(content, rule)[name.rstrip("_")]
            else:
                body_of(content, rule)[name.rstrip("_")] = value
    return change


def without_clauses(expr):
    """The expression without one of its lines that begin with `and` or `unless`, for each of them. A clause that goes on
    is a line that is indented more, or stands within its brackets."""
    lines = expr.rstrip().split("\n")
    for number, line in enumerate(lines):
        if not re.match(r"\s*(and|unless)\b", line):
            continue
        end, depth = number + 1, line.count("(") - line.count(")")
        while end < len(lines) and depth > 0:
            depth += lines[end].count("(") - lines[end].count(")")
            end += 1
        if depth == 0:
            yield line.strip(), "\n".join(lines[:number] + lines[end:])
        else:  # the bracket around it closes here, too
            yield line.strip(), "\n".join(lines[:number] + [")" * -depth] + lines[end:])


THRESHOLD = re.compile(r"(?<![=!])([<>]=?)(\s*(?:on \([a-z, ]*\)\s*)?)(\d+(?:\.\d+)?)(?![\w.\[])")


def moved_thresholds(expr):
    """(which, expression) with one literal threshold three times as large, and a third."""
    for found in THRESHOLD.finditer(expr):
        for word, factor in (("three times", 3), ("a third of", 1 / 3)):
            value = float(found[3])
            moved = value * factor if value else (1 if factor > 1 else -1)
            yield found[0], f"{word} {found[0]}", (
                expr[:found.start()] + f"{found[1]}{found[2]}{moved:g}" + expr[found.end():])


def bare(rules, rule):
    """Every last_over_time that the alert stands on taken away; None when there is none."""
    involved = [one for one in rule_files.closure(rule, rules) if re.search(r"last_over_time\([^\[]*\[[1-5]m\]", one.expr)]
    if not involved:
        return None

    def change(content):
        for one in involved:
            body_of(content, one)["expr"] = re.sub(
                r"last_over_time\(((?:[^()\[\]{}]|\{[^{}]*\})+)\[[1-5]m\]\)", r"\1", one.expr)
    return change


def mutants(rules):
    for rule in rules:
        if not rule.alert:
            continue
        yield Mutant(rule, "never fires", set_field(rule, expr="vector(0) > 1"))
        if "for" in rule.body:
            yield Mutant(rule, "fires at once", set_field(rule, for_=None))
            yield Mutant(rule, "waits twice as long", set_field(rule, for_=f"{2 * seconds(rule.body['for'])}s"))
        if "keep_firing_for" in rule.body:
            yield Mutant(rule, "does not keep firing", set_field(rule, keep_firing_for=None))
        for clause, expr in without_clauses(rule.expr):
            yield Mutant(rule, f"without \"{clause}\"", set_field(rule, expr=expr))
        for which, what, expr in moved_thresholds(rule.expr):
            yield Mutant(rule, what, set_field(rule, expr=expr), group=f"threshold {which}")
        if change := bare(rules, rule):
            yield Mutant(rule, "forgets at a failed scrape", change)


def verdict(directory, content, tests, mutant):
    """killed | survived | invalid"""
    broken = copy.deepcopy(content)
    mutant.change(broken)
    for path, document in broken.items():
        text = path.read_text(encoding="utf-8") if document == content[path] else yaml.dump(document, Dumper=DUMPER)
        (directory / path.name).write_text(text, encoding="utf-8")
    (directory / "mutant.test.yml").write_text(tests[mutant.rule.alert].replace("../../rules/", f"{directory}/"),
                                               encoding="utf-8")
    check = subprocess.run(["promtool", "check", "rules", directory / mutant.rule.file.name], capture_output=True, timeout=60)
    if check.returncode:
        return "invalid"
    done = subprocess.run(["promtool", "test", "rules", directory / "mutant.test.yml"], capture_output=True, timeout=120)
    return "killed" if done.returncode else "survived"


def main():
    content = rule_files.documents()
    wanted = set(sys.argv[1:])
    chosen = [mutant for mutant in mutants(rule_files.rules_of(content)) if not wanted or mutant.rule.alert in wanted]

    tests = {name: rule_files.test_file(name).read_text(encoding="utf-8")
             for name in {mutant.rule.alert for mutant in chosen} if rule_files.test_file(name).exists()}

    def run(mutant):
        if mutant.rule.alert not in tests:
            return "untested"
        with tempfile.TemporaryDirectory(prefix="xenha-mutant-") as directory:
            return verdict(pathlib.Path(directory), content, tests, mutant)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(run, chosen))
    noticed = {mutant.group for mutant, said in zip(chosen, verdicts) if said == "killed"}
    # What promtool does not even parse is no alert: a clause was taken away that the rest hangs on.
    survivors = [f"{mutant.rule}: {mutant.what}: {'no test notices' if said == 'survived' else said}"
                 for mutant, said in zip(chosen, verdicts) if mutant.group not in noticed and said != "invalid"]
    print("\n".join(survivors))
    print(f"{len(chosen)} broken alerts, {sum(said == 'killed' for said in verdicts)} noticed, {len(survivors)} not")
    return 1 if survivors or len(chosen) < (1 if wanted else 100) else 0


if __name__ == "__main__":
    sys.exit(main())
