#!/usr/bin/python3 -B
"""The dashboards are what their sources say, and ask only for metrics and labels that exist.

    check_boards.py SOURCE_ROOT [METRICS.md]

With a METRICS.md only the names, against that catalogue of the exporter's.

Looks at the JSON as Grafana will: uids, variables, links, titles, descriptions, units, panel types, queries. Every query is
parsed by promtool, and every metric and label must stand in exporter/METRICS.md or in the page of the hooks.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "rules"))
import catalogue  # noqa: E402

UIDS = {"fleet": "xenha-fleet", "pool": "xenha-pool", "recovery": "xenha-recovery"}
VARIABLES = {"fleet": ["datasource"], "pool": ["datasource", "pool", "host"], "recovery": ["datasource", "pool", "host"]}
# What Grafana's own libraries draw in the test; a gauge says nothing that a bar gauge does not.
TYPES = {"timeseries", "stat", "bargauge", "table", "text", "state-timeline", "heatmap"}
UNITS = {"none", "short", "s", "dthms", "bytes", "percentunit", "dateTimeAsIso", "suffix: s"}
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
SPANS = {"__rate_interval": "5m", "__range": "1h", "__interval": "1m", "__range_s": "3600"}
COLUMN, PADDING, LETTER = 66, 71, 7.5  # pixels on a display of 1600: a column of the grid; around a title; a letter of it


def catalogue_paths(root):
    return [root / "exporter" / "METRICS.md", root / "hooks" / "METRICS.md"]


def recorded(root):
    """Names of the recording rules."""
    names = set()
    for path in sorted((root / "rules").glob("*.rules.yml")):
        names |= set(re.findall(r"^\s*-? ?record: (\S+)", path.read_text(encoding="utf-8"), re.M))
    return names


def panels_of(board):
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def plain(expression):
    """As Prometheus gets it, with some value for each variable."""
    expression = re.sub(r"\$\{?(\w+)\}?", lambda found: SPANS.get(found[1], found[0]), expression)
    return re.sub(r"\$\{?\w+(?::\w+)?\}?", "x", expression)


def problems(boards, metrics, records):
    """Everything that is wrong with `boards`, {name: JSON}."""
    found = []
    for name, board in boards.items():
        for problem in [*_shell(name, board), *_panels(board, metrics, records)]:
            found.append(f"{name}: {problem}")
    uids = [board["uid"] for board in boards.values()]
    titles = [board["title"] for board in boards.values()]
    if len(set(uids)) != len(uids) or len(set(titles)) != len(titles):
        found.append(f"uids or titles of the boards are not unique: {uids} {titles}")
    return found


def _shell(name, board):
    wanted = {"id": None, "uid": UIDS.get(name), "schemaVersion": 39, "editable": False, "tags": ["xenha"]}
    for key, value in wanted.items():
        if board.get(key) != value:
            yield f"{key} is {board.get(key)!r}, not {value!r}"
    if not board.get("description"):
        yield "no description"
    variables = [variable["name"] for variable in board["templating"]["list"]]
    if variables != VARIABLES.get(name):
        yield f"variables are {variables}"
    for variable in board["templating"]["list"]:
        if variable["type"] == "query" and (variable["datasource"] != DATASOURCE or variable["refresh"] != 2):
            yield f"variable {variable['name']}: another data source, or not read anew when the time range changes"
    links = board.get("links", [])
    if not any(link["tags"] == ["xenha"] and link["keepTime"] and link["includeVars"] for link in links):
        yield "no links to the other boards that keep time and variables"
    ids = [panel["id"] for panel in board["panels"]]
    titles = [panel["title"] for panel in board["panels"]]
    if len(set(ids)) != len(ids):
        yield "ids of panels are not unique"
    for title in {title for title in titles if titles.count(title) > 1}:
        yield f"two panels are called {title}"
    taken = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        if at["x"] + at["w"] > 24 or cells & taken:
            yield f"{panel['title']}: beyond the screen, or over another panel"
        taken |= cells


def _panels(board, metrics, records):
    variables = {variable["name"] for variable in board["templating"]["list"]}
    queries = [(f"annotation {note['name']}", note["expr"]) for note in board["annotations"]["list"]]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            asked = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["definition"])
            if not asked:
                yield f"variable {variable['name']}: {variable['definition']}"
                continue
            queries.append((f"variable {variable['name']}", f"max by ({asked[2]}) ({asked[1]})"))
    for panel in panels_of(board):
        title = panel["title"]
        for problem in [*_panel(panel), *_fields(panel)]:
            yield f"{title}: {problem}"
        for target in panel.get("targets", []):
            queries.append((f"{title}, {target['refId']}", target["expr"]))
            if target["datasource"] != DATASOURCE:
                yield f"{title}: query {target['refId']} goes to {target['datasource']}"
    for where, expression in queries:
        for used in re.findall(r"\$\{?(\w+)", expression):
            if used not in variables | set(SPANS) | {"1", "2"}:  # $1: of label_replace
                yield f"{where}: there is no variable {used}"
        uses = catalogue.uses_of(plain(expression))
        for problem in catalogue.unknown(uses, metrics):
            yield f"{where}: {problem}"
        for metric in uses.metrics:
            if ":" in metric and metric not in records:
                yield f"{where}: no rule records {metric}"
            if metric.endswith(("_total", "_bucket", "_sum", "_count")) and metric not in uses.rated:
                yield f"{where}: {metric} only grows, and is not under rate or increase"
        for span in catalogue.uses_of(expression).ranges:
            if span not in ("$__rate_interval", "$__range"):
                yield f"{where}: a rate over {span}; $__rate_interval fits every step"


def _panel(panel):
    if panel["type"] not in TYPES:
        yield f"a panel of type {panel['type']}"
    if panel.get("datasource") != DATASOURCE:
        yield f"its data source is {panel.get('datasource')}"
    if not panel.get("description", "").endswith((".", "?")):
        yield "no description, or not a sentence"
    if len(panel["title"]) * LETTER > panel["gridPos"]["w"] * COLUMN - PADDING:
        yield "the title is too long for its place"
    if panel["type"] == "text":
        return
    widths = [next((p["value"] for p in override["properties"] if p["id"] in ("custom.width", "custom.minWidth")), 150)
              for override in panel["fieldConfig"]["overrides"]] if panel["type"] == "table" else []
    if sum(widths) > panel["gridPos"]["w"] * COLUMN - 34:
        yield f"its columns need {sum(widths)} pixels"
    if not panel.get("targets"):
        yield "no query"
    defaults = panel["fieldConfig"]["defaults"]
    units = [defaults.get("unit")] + [p["value"] for o in panel["fieldConfig"]["overrides"] for p in o["properties"]
                                      if p["id"] == "unit"]
    for unit in units:
        if unit not in UNITS:
            yield f"unit {unit}"
    if not defaults.get("noValue"):
        yield "no text for when there is nothing"
    if defaults.get("thresholds", {}).get("steps", [{}])[0].get("value", 0) is not None:
        yield "thresholds do not begin with a base"


def _fields(panel):
    """Labels in legends, names in overrides, columns of tables: they must come out of the queries."""
    names, labels = set(), set()
    for target in panel.get("targets", []):
        uses = catalogue.uses_of(plain(target["expr"]))
        kept = {label for group in uses.groups if group.keyword == "by" for label in group.labels} | uses.made
        if "ALERTS" in target["expr"]:
            kept |= {"alertname", "severity", "host"}
        labels |= kept
        for label in re.findall(r"\{\{\s*(\w+)\s*\}\}", target.get("legendFormat", "")):
            if label not in kept:
                yield f"legend {{{{{label}}}}}: the query keeps no such label"
        names.add(target.get("legendFormat"))
    if panel["type"] == "table":
        renamed = next(step["options"]["renameByName"] for step in panel["transformations"] if step["id"] == "organize")
        values = {"Value"} if len(panel["targets"]) == 1 else {f"Value #{target['refId']}" for target in panel["targets"]}
        for source in renamed:
            if source not in labels | values:
                yield f"column {renamed[source]}: no query gives {source}"
        names = set(renamed.values())
        for step in panel["transformations"]:
            for by in step["options"].get("sort", []):
                if by["field"] not in labels | values:
                    yield f"sorted by {by['field']}, which no query gives"
    for override in panel["fieldConfig"]["overrides"]:
        if override["matcher"]["id"] != "byName" or override["matcher"]["options"] not in names:
            yield f"an override for {override['matcher']['options']}, which is not there"
    linked = re.findall(r"\$\{__data\.fields\.(\w+)\}", json.dumps(panel))
    for column in linked:
        if column not in names:
            yield f"a link with {column}, which is no column"


def unparsable(boards):
    """What promtool says of each query, written as a recording rule."""
    rules = [(f"{name}: {panel['title']}, {target['refId']}", target["expr"]) for name, board in boards.items()
             for panel in panels_of(board) for target in panel.get("targets", [])]
    rules += [(f"{name}: annotation {note['name']}", note["expr"]) for name, board in boards.items()
              for note in board["annotations"]["list"]]
    lines = ["groups:", "- name: boards", "  rules:"]
    for index, (where, expression) in enumerate(rules):
        lines += [f"  - record: board:query_{index}", f"    labels: {{where: {json.dumps(where)}}}",
                  f"    expr: {json.dumps(plain(expression))}"]
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "boards.rules.yml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        said = subprocess.run(["promtool", "check", "rules", "--lint=none", path], capture_output=True, text=True, check=False)
    if said.returncode == 0:
        return []
    wrong = []
    for line in (said.stdout + said.stderr).splitlines():
        number = re.search(r"board:query_(\d+)", line)
        wrong.append(f"{rules[int(number[1])][0]}: {line.split('parse expression: ')[-1]}" if number else line)
    return [line for line in wrong if line.strip() and "FAILED" not in line]


def load(root):
    return {name: json.loads((root / "dashboards" / f"{name}.json").read_text(encoding="utf-8")) for name in UIDS}


def main(root, exporter_catalogue=None):
    if exporter_catalogue:
        wrong = problems(load(root), catalogue.read_catalogue([exporter_catalogue, catalogue_paths(root)[1]]), recorded(root))
        print("\n".join(wrong))
        return 1 if wrong else 0
    made = subprocess.run(["/usr/bin/python3", "-B", root / "dashboards" / "source" / "make.py", "--check"],
                          capture_output=True, text=True, check=False)
    print(made.stdout + made.stderr, end="")
    boards = load(root)
    wrong = problems(boards, catalogue.read_catalogue(catalogue_paths(root)), recorded(root)) + unparsable(boards)
    print("\n".join(wrong))
    count = sum(len(panel.get("targets", [])) for board in boards.values() for panel in panels_of(board))
    print(f"{len(boards)} boards, {sum(len(panels_of(board)) for board in boards.values())} panels, {count} queries: "
          f"{len(wrong) + bool(made.returncode)} wrong")
    return 1 if wrong or made.returncode else 0


if __name__ == "__main__":
    sys.exit(main(*map(pathlib.Path, sys.argv[1:])))
