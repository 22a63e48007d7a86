"""A Prometheus that has seen a recorded world, and in which our rules have run.

The world is a story that record_world plays (tests/rules/worlds). Its samples become blocks of a fresh database. What the
rules make of them is computed here as Prometheus does it, interval by interval, and put beside them: recorded series and
ALERTS. Times are those of the recording, so that every picture of it is the same.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse

import yaml

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path[:0] = [str(TESTS / "setup"), str(TESTS / "rules" / "worlds")]

import recording  # noqa: E402
import stage  # noqa: E402

TO_OPENMETRICS = TESTS / "rules" / "worlds" / "to_openmetrics.py"
RULES = TESTS.parent / "rules"
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def seconds(duration):
    return sum(float(count) * UNITS[unit] for count, unit in re.findall(r"(\d+)(ms|[smhdw])", str(duration)))


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{' '.join(str(word) for word in words)} ended with {done.returncode}:\n"
                             f"{(done.stdout + done.stderr)[-2000:]}")


class Database(stage.Program):
    """Debian's Prometheus over the blocks in `tsdb`. It scrapes nothing."""

    def __init__(self, on_stage, directory, interval):
        config = directory / "prometheus.yml"
        config.write_text(f"global: {{scrape_interval: {interval}s}}\n", encoding="utf-8")
        for _ in range(5):  # between our choice of a port and its start another may take it
            self.url = f"http://127.0.0.1:{stage.free_port()}"
            super().__init__(on_stage, directory, "prometheus", [
                "prometheus", f"--config.file={config}", f"--storage.tsdb.path={directory / 'tsdb'}",
                "--storage.tsdb.retention.time=20y", f"--web.listen-address={self.url[7:]}", "--log.level=warn",
                # Blocks made of text cannot say that a series has ended. Five minutes, as usual, would show a dead host's
                # last words too long; this is just more than an interval.
                f"--query.lookback-delta={interval + 5}s"])
            stage.wait_until("Prometheus is ready or has ended", lambda: not self.alive() or self.is_ready())
            if self.alive():
                return
        self.must_be_alive()

    def is_ready(self):
        return stage.http(self.url + "/-/ready").status == 200

    def names(self):
        return set(stage.http(self.url + "/api/v1/label/__name__/values").json()["data"])

    def range(self, expression, start, end, step):
        """[(labels, {time: value})]"""
        form = urllib.parse.urlencode({"query": expression, "start": start, "end": end, "step": step})
        reply = stage.http(self.url + "/api/v1/query_range", data=form.encode()).json()
        if reply["status"] != "success":
            raise AssertionError(f"{expression}: {reply['error']}")
        return [(item["metric"], {at: value for at, value in item["values"]}) for item in reply["data"]["result"]]


class Rule:
    def __init__(self, rule):
        self.name = rule.get("record") or rule["alert"]
        self.is_alert = "alert" in rule
        self.expr = rule["expr"]
        self.labels = rule.get("labels", {})
        self.wait = seconds(rule.get("for", "0s"))
        self.words = set(re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", self.expr))

    def series(self, database, start, end, step):
        """[(labels with __name__, {time: value})]"""
        found = database.range(self.expr, start, end, step)
        if not self.is_alert:
            return [({**labels, **self.labels, "__name__": self.name}, values) for labels, values in found]
        return [one for labels, values in found for one in self.alerts(labels, sorted(values), step)]

    def alerts(self, labels, times, step):
        """The alert waits, then it fires; a gap of one evaluation ends it."""
        own = {name: re.sub(r"{{ *\$labels\.(\w+) *}}", lambda found: labels.get(found[1], ""), text)
               for name, text in self.labels.items()}
        labels = {name: value for name, value in labels.items() if name != "__name__"}
        states, began, since, before = collections.defaultdict(dict), {}, None, None
        for at in times:
            if before is None or at - before > step:
                since = at
            before = at
            began[at] = str(since)
            states["firing" if at - since >= self.wait else "pending"][at] = "1"
        own = {**labels, **own, "alertname": self.name}
        return [({**own, "__name__": "ALERTS_FOR_STATE"}, began),
                *(({**own, "__name__": "ALERTS", "alertstate": state}, values) for state, values in states.items())]


def layers(rules):
    """Lists of rules: each list needs only what is recorded by the lists before."""
    left = list(rules)
    while left:
        names = {"ALERTS" if rule.is_alert else rule.name for rule in left}
        # A rule may ask for what it recorded before; here it finds nothing, as at its very first evaluation.
        ready = [rule for rule in left if not rule.words & names - {rule.name}]
        if not ready:
            raise AssertionError(f"these rules need one another: {', '.join(sorted(rule.name for rule in left))}")
        yield ready
        left = [rule for rule in left if rule not in ready]


def read_rules():
    return [Rule(rule) for path in sorted(RULES.glob("*.rules.yml"))
            for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


def openmetrics(series):
    by_name = collections.defaultdict(list)
    for labels, values in series:
        by_name[labels["__name__"]].append((labels, values))
    lines = []
    for name, of_name in sorted(by_name.items()):
        lines.append(f"# TYPE {name} gauge")
        for labels, values in of_name:
            pairs = ",".join(f"{label}={json.dumps(value, ensure_ascii=False)}"
                             for label, value in sorted(labels.items()) if label != "__name__")
            lines += [f"{name}{{{pairs}}} {value} {at}" for at, value in values.items()]
    return "\n".join([*lines, "# EOF", ""])


class History:
    """`url`: of a Prometheus that runs until the stage ends. `start`, `end`: Unix seconds of what it knows; `names`: of all
    its series."""

    def __init__(self, on_stage, record_world, story):
        self.directory = on_stage.directory / story.stem
        self.directory.mkdir()
        world, text = self.directory / "world.json", self.directory / "world.om"
        run(record_world, story, world)
        run("/usr/bin/python3", "-B", TO_OPENMETRICS, world, "--out", text)
        record = recording.Recording(world)
        self.start, self.step = record.start, record.interval
        self.end = self.start + (record.scrapes - 1) * self.step
        self.add_blocks(text)
        if (by_hand := story.with_suffix(".more.yml")).exists():
            text.write_text(openmetrics(self.read(by_hand)), encoding="utf-8")
            self.add_blocks(text)
        database = Database(on_stage, self.directory, self.step)
        for ready in layers(read_rules()):
            found = [one for rule in ready for one in rule.series(database, self.start, self.end, self.step)]
            text.write_text(openmetrics(found), encoding="utf-8")
            # It looks for new blocks once a minute only, but at once when it starts.
            database.stop()
            if found:
                self.add_blocks(text)
            database = Database(on_stage, self.directory, self.step)
        text.unlink()
        self.url, self.names = database.url, database.names()

    def read(self, path):
        for series, values in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            name, pairs = re.fullmatch(r"(\w+){(.*)}", series).groups()
            labels = dict(re.findall(r'(\w+)="(.*?)"', pairs))
            yield {**labels, "__name__": name}, {self.start + at * self.step: value
                                                 for at, value in enumerate(recording.expand(values)) if value is not None}

    def add_blocks(self, text):
        run("promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", text, self.directory / "tsdb")
