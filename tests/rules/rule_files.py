"""The shipped rules as values, for the checks beside this file."""

import pathlib
import re
from dataclasses import dataclass

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"
TESTS = ROOT / "tests" / "rules"


@dataclass
class Rule:
    file: pathlib.Path
    group: int  # which of the file
    number: int  # which of the group
    body: dict

    @property
    def alert(self):
        return self.body.get("alert")

    @property
    def record(self):
        return self.body.get("record")

    @property
    def expr(self):
        return str(self.body["expr"])

    @property
    def severity(self):
        return self.body.get("labels", {}).get("severity")

    def __str__(self):
        return f"{self.file.name}: {self.alert or self.record}" + (f" ({self.severity})" if self.alert else "")


def documents(directory=RULES):
    """File name -> parsed content, in the order of the names."""
    return {path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(directory.glob("*.rules.yml"))}


def rules_of(content):
    return [Rule(path, group, number, body) for path, document in content.items()
            for group, members in enumerate(document["groups"]) for number, body in enumerate(members["rules"])]


def test_file(alertname):
    return TESTS / f"{alertname}.test.yml"


def recorded_in(expr):
    """Names of recording rules that the expression uses."""
    return set(re.findall(r"[a-zA-Z_][a-zA-Z0-9_]*:[a-zA-Z0-9_:]+", re.sub(r"\[[^\]]*\]", "", expr)))


def closure(rule, rules):
    """The rule and every recording rule that it stands on."""
    by_name = {other.record: other for other in rules if other.record}
    found, todo = [], [rule]
    while todo:
        rule = todo.pop()
        if rule not in found:
            found.append(rule)
            todo += [by_name[name] for name in recorded_in(rule.expr) if name in by_name]
    return found
