"""Asks Debian's rule engine which alerts fire over a recorded world, and when."""

import collections
import pathlib
import re
import subprocess
import tempfile

import yaml

import recording

Alert = collections.namedtuple("Alert", "name severity labels")  # labels: frozenset of pairs, those two left out
Episode = collections.namedtuple("Episode", "alert begin end")  # seconds; end None: fires to the end of the recording

FIRING = 'ALERTS{alertstate="firing"}'
ALIVE = "vector(4242)"
ANSWER = re.compile(r'    expr: "(?P<expr>.*)", time: (?P<time>\S+),\n\s+exp: nil\n\s+got: (?P<got>.*)\n')
LABELS = re.compile(r'\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\.)*"(?:, )?)*)\} 1E\+00')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
ANNOTATION_FAULT = re.compile(r"error expanding template.*|<no value>.*|%!.*")
UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


class EngineFailed(Exception):
    """promtool did not evaluate anything."""


def seconds(text):
    """1h2m30s"""
    parts = re.findall(r"(\d+)([dhms])", text)
    if "".join(count + unit for count, unit in parts) != text or not parts:
        raise ValueError(f"no time: {text}; write it as 1h2m30s")
    return sum(int(count) * UNITS[unit] for count, unit in parts)


def clock(moment):
    minutes, rest = divmod(moment, 60)
    return f"{minutes}m{rest}s" if rest else f"{minutes}m"


class Rules:
    def __init__(self, directory):
        self.files = sorted(pathlib.Path(directory).resolve().glob("*.rules.yml"))
        # Recorded facts first, as the alerts read them.
        self.files.sort(key=lambda file: file.name != "recording.rules.yml")
        if not self.files:
            raise EngineFailed(f"no *.rules.yml in {directory}")
        self.groups, self.alerts, words = [], set(), set()
        for file in self.files:
            text = file.read_text(encoding="utf-8")
            words |= set(re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", text))
            for group in yaml.safe_load(text)["groups"]:
                self.groups.append(group["name"])
                self.alerts |= {(rule["alert"], rule.get("labels", {}).get("severity", ""))
                                for rule in group["rules"] if "alert" in rule}
        self.words = words


def drop_scrapes(values, every):
    """As if each Nth scrape had failed; up tells it."""
    return [None if (at + 1) % every == 0 else value for at, value in enumerate(values)]


def input_series(record, rules, drop):
    out = []
    for series in record.series:
        name = recording.name_of(series)
        if name not in rules.words:
            continue
        values = record.values(series, -record.start)
        if drop:
            values = [0 if value is None else value for value in drop_scrapes(values, drop)] if name == "up" \
                else drop_scrapes(values, drop)
        out.append({"series": series, "values": recording.encode(values)})
    return out


def test_file(record, rules, drop, annotations_every):
    """A test that expects nothing, so that promtool tells everything."""
    end = (record.scrapes - 1) * record.interval
    names = sorted({name for name, _ in rules.alerts})
    test = {
        "interval": f"{record.interval}s",
        "input_series": input_series(record, rules, drop),
        "promql_expr_test": [{"expr": FIRING, "eval_time": f"{at}s"} for at in range(0, end + 1, record.interval)]
                            + [{"expr": ALIVE, "eval_time": f"{end}s"}],
        "alert_rule_test": [{"alertname": name, "eval_time": f"{at}s"}
                            for at in range(annotations_every, end + 1, annotations_every) for name in names],
    }
    return {"rule_files": [str(file) for file in rules.files], "evaluation_interval": f"{record.interval}s",
            "group_eval_order": rules.groups, "tests": [test]}


def run_promtool(content):
    with tempfile.TemporaryDirectory(prefix="xenha-world-") as directory:
        file = pathlib.Path(directory, "world.yml")
        loader = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        file.write_text(yaml.dump(content, Dumper=loader, width=1 << 30, allow_unicode=True), encoding="utf-8")
        done = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def firing_at(output):
    """Moment -> alerts. Raises EngineFailed unless the answer to a question that always has one is there."""
    alive, out = False, {}
    for answer in ANSWER.finditer(output):
        expr = answer["expr"].replace('\\"', '"')
        if expr == ALIVE:
            alive = True
        elif expr == FIRING:
            found = set()
            for labels in LABELS.finditer(answer["got"]):
                pairs = {name: re.sub(r"\\(.)", r"\1", value) for name, value in LABEL.findall(labels[1])}
                name, severity = pairs.pop("alertname"), pairs.pop("severity", "")
                del pairs["__name__"], pairs["alertstate"]
                found.add(Alert(name, severity, frozenset(pairs.items())))
            if answer["got"].count("__name__=") != len(found):
                raise EngineFailed("cannot read: " + answer["got"])
            out[seconds(answer["time"])] = found
    if not alive:
        raise EngineFailed("promtool evaluated nothing:\n" + output[:4000])
    return out


def annotation_faults(output):
    return sorted({fault.group()[:300] for fault in ANNOTATION_FAULT.finditer(output)})


def episodes(firing, record):
    """When each alert began and ceased to fire."""
    out, open_since = [], {}
    end = (record.scrapes - 1) * record.interval
    for at in range(0, end + 1, record.interval):
        now = firing.get(at, set())
        for alert in now - open_since.keys():
            open_since[alert] = at
        for alert in open_since.keys() - now:
            out.append(Episode(alert, open_since.pop(alert), at))
    out += [Episode(alert, since, None) for alert, since in open_since.items()]
    return sorted(out, key=lambda one: (one.begin, one.alert.name, one.alert.severity, sorted(one.alert.labels)))


def evaluate(record, rules, drop=0, annotations_every=300):
    """Episodes, and what is wrong with annotations."""
    output = run_promtool(test_file(record, rules, drop, annotations_every))
    return episodes(firing_at(output), record), annotation_faults(output), output
