"""What metrics exist, and what an expression in PromQL uses of them. Standard library only.

read_catalogue reads the tables of METRICS.md; uses_of takes an expression apart, far enough to find metrics and labels. That
it is valid PromQL is promtool's to say.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| ([^|]+) \|")
# What Prometheus makes itself, and what its Alertmanager says of itself. An alert carries the labels of its expression, so
# ALERTS may have any.
PROMETHEUS = {"alertmanager_notifications_failed_total": {"integration", "reason"},
              "up": {"job", "instance"}, "ALERTS": {"alertname", "alertstate", "severity"},
              "ALERTS_FOR_STATE": {"alertname", "severity"}}
SCRAPE = {"job", "instance"}  # labels that every scraped series has


def read_catalogue(paths):
    """{metric: labels} of all tables; a histogram is its _bucket (with le), _sum and _count."""
    metrics = {}
    for path in paths:
        with open(path, encoding="utf-8") as page:
            for line in page:
                if row := _ROW.match(line):
                    name, kind, labels = row[1], row[2], {label.strip() for label in row[3].split(",")} - {"-"}
                    if kind == "histogram":
                        metrics[name + "_bucket"] = labels | {"le"}
                        metrics[name + "_sum"] = metrics[name + "_count"] = labels
                    else:
                        metrics[name] = labels
    return metrics


class Group(NamedTuple):
    keyword: str        # by, without, on, ignoring, group_left, group_right
    labels: tuple
    metrics: frozenset  # what is aggregated, or what is joined
    made: frozenset     # labels that label_replace and label_join make there


@dataclass
class Uses:
    """What an expression uses."""
    metrics: dict = field(default_factory=dict)  # name -> labels matched on it
    groups: list = field(default_factory=list)   # Group
    made: set = field(default_factory=set)       # labels that label_replace and label_join make
    rated: set = field(default_factory=set)      # metrics inside rate, irate, increase
    ranges: set = field(default_factory=set)     # what stands in [...] after them

    def labels(self):
        """All labels named in by, without, on, ignoring, group_left, group_right."""
        return {label for group in self.groups for label in group.labels}


_TOKEN = re.compile(r"""\s*(?:(?P<comment>\#[^\n]*)|(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
    |(?P<range>\[[^\]]*\])|(?P<number>\d[\w.]*)|(?P<name>[a-zA-Z_:][\w:]*)|(?P<other>[=!]~|[=!<>]=|.))""", re.X | re.S)
_GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_AGGREGATIONS = {"sum", "min", "max", "avg", "group", "stddev", "stdvar", "count", "count_values", "bottomk", "topk",
                 "quantile"}
_WORDS = {"and", "or", "unless", "atan2", "bool", "offset", "inf", "nan", "start", "end"}
_RATES = {"rate", "irate", "increase"}


def uses_of(expression):
    """The metrics of `expression` with the labels matched on each, and the labels it groups and joins by."""
    reader = _Reader([(found.lastgroup, found[found.lastgroup]) for found in _TOKEN.finditer(expression.rstrip())
                      if found.lastgroup != "comment"])
    reader.read(None, frozenset())
    return reader.uses


class _Reader:
    def __init__(self, tokens):
        self.tokens, self.at, self.uses = tokens, 0, Uses()

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else (None, None)

    def next(self):
        token = self.peek()
        self.at += 1
        return token

    def read(self, closing, inside):
        """Up to `closing`; gives the metrics seen, and "=label" for labels made. `inside`: the functions around."""
        seen, joins = set(), []
        while self.at < len(self.tokens):
            kind, text = self.next()
            if text == closing and kind == "other":
                break
            if text == "(" and kind == "other":
                seen |= self.read(")", inside)
            elif text == "{" and kind == "other":
                seen |= self.selector("", inside)
            elif kind == "range" and inside & _RATES:
                self.uses.ranges.add(text[1:-1])
            elif kind == "name":
                seen |= self.name(text, inside, joins)
        for keyword, labels in joins:  # both sides have been seen only now
            self.group(keyword, labels, seen)
        return seen

    def group(self, keyword, labels, seen):
        self.uses.groups.append(Group(keyword, labels, frozenset(name for name in seen if name[0] != "="),
                                      frozenset(name[1:] for name in seen if name[0] == "=")))

    def name(self, text, inside, joins):
        follows = self.peek()[1]
        lower = text.lower()
        if lower in _GROUPING and follows == "(":
            joins.append((lower, self.list()))
            return set()
        if lower in _AGGREGATIONS and (follows == "(" or follows in ("by", "without")):
            return self.aggregation(inside)
        if follows == "(":
            self.next()
            begin = self.at
            seen = self.read(")", inside | {lower})
            if lower in ("label_replace", "label_join"):
                strings = [string[1:-1] for kind, string in self.arguments(begin) if kind == "string"]
                if lower == "label_replace" and len(strings) > 2 and strings[2]:
                    self.group("on", (strings[2],), seen)
                if strings:
                    self.uses.made.add(strings[0])
                    seen.add("=" + strings[0])  # among the names of metrics, for whoever aggregates this
            return seen
        if lower in _WORDS or lower in _GROUPING:
            return set()
        if follows == "{":
            self.next()
            return self.selector(text, inside)
        return self.metric(text, set(), inside)

    def arguments(self, begin):
        """The tokens of the call that began there and has just been read, without those of calls in it."""
        depth, found = 0, []
        for kind, text in self.tokens[begin:self.at - 1]:
            depth += (kind == "other" and text in "({") - (kind == "other" and text in ")}")
            if depth == 0:
                found.append((kind, text))
        return found

    def aggregation(self, inside):
        groups = []
        if self.peek()[1] in ("by", "without"):
            keyword = self.next()[1]
            groups.append((keyword, self.list()))
        self.next()
        seen = self.read(")", inside)
        if self.peek()[1] in ("by", "without"):
            keyword = self.next()[1]
            groups.append((keyword, self.list()))
        for keyword, labels in groups:
            self.group(keyword, labels, seen)
        return seen

    def list(self):
        labels = []
        self.next()
        while self.peek()[0] and self.peek()[1] != ")":
            kind, text = self.next()
            if kind == "name":
                labels.append(text)
        self.next()
        return tuple(labels)

    def selector(self, metric, inside):
        matched = set()
        while self.peek()[0] and self.peek()[1] != "}":
            kind, text = self.next()
            if kind == "name" and self.peek()[1] in ("=", "!=", "=~", "!~"):
                operator, value = self.next()[1], self.next()[1]
                if text != "__name__":
                    matched.add(text)
                elif operator == "=":
                    metric = value[1:-1]
        self.next()
        return self.metric(metric, matched, inside)

    def metric(self, name, matched, inside):
        self.uses.metrics.setdefault(name, set()).update(matched)
        if inside & _RATES:
            self.uses.rated.add(name)
        return {name}


def unknown(uses, catalogue, extra=frozenset()):
    """What `uses` names and `catalogue` does not know, as sentences. `extra`: labels that any series may have, such as those
    of recording rules' series, which stand in no table."""
    known = {**PROMETHEUS, **catalogue}
    problems = []
    for metric, labels in sorted(uses.metrics.items()):
        if ":" in metric and metric not in known:  # a recording rule's; who calls this checks that it is recorded
            continue
        if metric not in known:
            problems.append(f"there is no metric {metric}")
        elif not metric.startswith("ALERTS"):
            problems += [f"{metric} has no label {label}" for label in sorted(labels - known[metric] - SCRAPE - extra)]
    for keyword, labels, metrics, made in uses.groups:
        of = [known.get(metric) for metric in metrics]
        if any(metric.startswith("ALERTS") or (":" in metric and metric not in known) for metric in metrics):
            continue
        there = set().union(*(labels_ for labels_ in of if labels_)) | SCRAPE | made | extra
        if of:
            problems += [f"{keyword} ({label}): none of {', '.join(sorted(metrics))} has that label"
                         for label in labels if label not in there]
    return problems
