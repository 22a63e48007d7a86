"""What all dashboards are made of: colours and states once, the few panel kinds, the page around them.

A screen is lines of panels: board.line(height, (width, panel), ...); 24 columns make a line. Targets, field options and the
grid of Grafana's JSON are nobody else's business. Python's standard library only.
"""

from dataclasses import dataclass

SECONDS = "suffix: s"  # as they are configured: 90 s, and not 1.5 mins
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

# One meaning for each colour, on every screen. CALM is for cells that have nothing to say.
GOOD, LEADS, PLANNED, NOTE, WARN, BAD, CALM = "green", "blue", "purple", "yellow", "orange", "red", "transparent"
UNKNOWN = "#8a8d93"  # readable on light and on dark


@dataclass
class State:
    """One value of an enumeration as people see it."""
    code: float  # or a label's value
    text: str
    colour: str


def mappings(states, null=None):
    """Texts and colours of `states`; `null` is the text of a fact that nobody knows."""
    values = {str(state.code): {"text": state.text, **({"color": state.colour} if state.colour else {}), "index": index}
              for index, state in enumerate(states or [])}
    result = [{"type": "value", "options": values}] if values else []
    for index, match in enumerate(["null", "nan"] if null else []):
        result.append({"type": "special", "options": {"match": match, "result": {
            "text": null, "color": UNKNOWN, "index": len(values) + index}}})
    return result


def limits(*steps):
    """limits(GOOD, (1, BAD)): green below 1, red from there."""
    base, *rest = steps
    return {"mode": "absolute", "steps": [{"color": base, "value": None}, *({"color": c, "value": v} for v, c in rest)]}


# Queries. A pool may be scraped in two ways at once (jobs xenha and xenha-pools), so every fact is aggregated first.

def most(metric, *by, **matchers):
    """The fact by these labels, whoever scraped it. most("xenha_host_live", "pool", "host", pool="$pool")"""
    return f"max by ({', '.join(by)}) ({select(metric, **matchers)})"


def select(metric, **matchers):
    """Values of the form "~regex" match as regular expressions."""
    inner = ",".join(f'{label}=~"{value[1:]}"' if value.startswith("~") else f'{label}="{value}"'
                     for label, value in matchers.items())
    return f"{metric}{{{inner}}}" if inner else metric


def coded(metric, label, codes, *by, **matchers):
    """An enumeration (a 0/1 series for each value of `label`) as the number that `codes` has for the value.

    A value that is not in `codes` is 0. With two values at once (two scrapes around a change) the greater number wins.
    """
    known = [f'{code:g} * ({select(metric, **matchers, **{label: value})} == 1)' for value, code in codes.items()]
    return f"max by ({', '.join(by)}) ({' or '.join([*known, f'0 * ({select(metric, **matchers)} == 1)'])})"


def first(*cases):
    """The number of the first case that holds: first((3, condition), (2, other), ...). Conditions keep the same labels."""
    return "\nor ".join(f"{code:g} + 0 * ({condition})" for code, condition in cases)


# Panels.

def _panel(kind, title, description, targets, defaults, options, overrides=(), transformations=(), **rest):
    result = {"type": kind, "title": title, "description": description, "datasource": DATASOURCE, "targets": targets,
              "fieldConfig": {"defaults": defaults, "overrides": list(overrides)}, "options": options}
    if transformations:
        result["transformations"] = list(transformations)
    return {**result, **rest}


def _target(index, expr, legend=None, instant=False, table=False):
    target = {"refId": chr(ord("A") + index), "datasource": DATASOURCE, "editorMode": "code", "expr": expr,
              "instant": instant, "range": not instant, "format": "table" if table else "time_series"}
    if legend is not None:
        target["legendFormat"] = legend
    return target


def _targets(queries, **how):
    """`queries`: an expression, or pairs of expression and legend."""
    pairs = [(queries, "")] if isinstance(queries, str) else queries
    return [_target(index, expr, legend, **how) for index, (expr, legend) in enumerate(pairs)]


def _standard(unit, thresholds, states, no_value, decimals, minimum=None, maximum=None, link=None):
    defaults = {"unit": unit, "noValue": no_value, "mappings": mappings(states, no_value),
                "thresholds": thresholds or limits("text"), "color": {"mode": "thresholds"}}
    for name, value in (("decimals", decimals), ("min", minimum), ("max", maximum)):
        if value is not None:
            defaults[name] = value
    if link:
        defaults["links"] = [link]
    return defaults


REDUCE = {"calcs": ["lastNotNull"], "fields": "", "values": False}


def stat(title, description, queries, unit="none", thresholds=None, states=None, no_value="unknown", decimals=None,
         name=False, link=None):
    """One number as a coloured tile; with `name` the series' name is the text, as for who is master."""
    return _panel("stat", title, description, _targets(queries, instant=True),
                  _standard(unit, thresholds, states, no_value, decimals, link=link),
                  {"colorMode": "background", "graphMode": "none", "justifyMode": "center", "orientation": "auto",
                   "reduceOptions": REDUCE, "textMode": "name" if name else "value", "wideLayout": True})


def bargauge(title, description, queries, unit="none", thresholds=None, no_value="none", decimals=None, maximum=None,
             overrides=(), states=None):
    return _panel("bargauge", title, description, _targets(queries, instant=True),
                  _standard(unit, thresholds, states, no_value, decimals, minimum=0, maximum=maximum),
                  {"displayMode": "basic", "orientation": "horizontal", "reduceOptions": REDUCE, "showUnfilled": True,
                   "valueMode": "color", "namePlacement": "left", "sizing": "auto", "minVizWidth": 8, "minVizHeight": 16,
                   "maxVizHeight": 300, "legend": {"calcs": [], "displayMode": "list", "placement": "bottom",
                                                   "showLegend": False}},
                  overrides)


def timeline(title, description, queries, states, no_value="No data in this time range.", points=None):
    """Which state each row was in, over time; what was not known leaves a gap. `points`: at most so many, for long queries."""
    defaults = {"unit": "none", "noValue": no_value, "mappings": mappings(states), "thresholds": limits(UNKNOWN),
                "color": {"mode": "fixed", "fixedColor": UNKNOWN},
                "custom": {"fillOpacity": 80, "lineWidth": 0, "spanNulls": False, "insertNulls": False,
                           "hideFrom": {"legend": False, "tooltip": False, "viz": False}}}
    return _panel("state-timeline", title, description, _targets(queries), defaults,
                  {"alignValue": "left", "mergeValues": True, "perPage": 40, "rowHeight": 0.8, "showValue": "auto",
                   "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True},
                   "tooltip": {"mode": "single", "sort": "none"}},
                  **({"maxDataPoints": points} if points else {}))


def timeseries(title, description, queries, unit, thresholds=None, no_value="No data in this time range.", minimum=None,
               maximum=None, at_least=None, area=False, overrides=(), decimals=None):
    """Lines over time. Thresholds are drawn as lines, or with `area` as coloured bands. `at_least`: where the axis may end."""
    defaults = _standard(unit, thresholds, None, no_value, decimals, minimum, maximum)
    defaults["color"] = {"mode": "palette-classic"}
    defaults["custom"] = {
        "drawStyle": "line", "lineWidth": 2, "fillOpacity": 0,
        "lineInterpolation": "linear", "showPoints": "never", "pointSize": 5, "spanNulls": False, "insertNulls": False,
        "gradientMode": "none", "axisPlacement": "auto", "axisLabel": "", "axisColorMode": "text", "axisBorderShow": False,
        "axisCenteredZero": False, "axisGridShow": True, "barAlignment": 0, "scaleDistribution": {"type": "linear"},
        "stacking": {"group": "A", "mode": "none"},
        "hideFrom": {"legend": False, "tooltip": False, "viz": False},
        "thresholdsStyle": {"mode": "area" if area else "dashed" if thresholds else "off"},
        **({"axisSoftMax": at_least} if at_least else {})}
    return _panel("timeseries", title, description, _targets(queries), defaults,
                  {"legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True},
                   "tooltip": {"mode": "multi", "sort": "desc"}}, overrides)


@dataclass
class Column:
    """A column of a table: its query gives a value a row, or, with `label`, a label of it is the text."""
    name: str
    expr: str = ""  # empty: the label comes with another column's query
    unit: str = "none"
    states: list = None
    thresholds: dict = None
    label: str = None
    width: int = None  # pixels; without, the column takes what is left over, but `least`
    least: int = 110
    decimals: int = None
    link: dict = None
    null: str = "unknown"
    texts: dict = None  # label's value -> text, or (text, colour)

    def override(self):
        properties = [{"id": "unit", "value": self.unit}, {"id": "custom.align", "value": "left"}]
        properties.append({"id": "custom.width", "value": self.width} if self.width else
                          {"id": "custom.minWidth", "value": self.least})
        if self.decimals is not None:
            properties.append({"id": "decimals", "value": self.decimals})
        if self.label:
            texts = {value: (text, None) if isinstance(text, str) else text for value, text in (self.texts or {}).items()}
            properties.append({"id": "mappings", "value": mappings(
                [State(value, text, colour) for value, (text, colour) in texts.items()], "-")})
        else:
            properties.append({"id": "mappings", "value": mappings(self.states, self.null)})
        if self.thresholds:
            properties.append({"id": "thresholds", "value": self.thresholds})
        if self.thresholds or self.states or (self.texts and any(not isinstance(t, str) for t in self.texts.values())):
            properties.append({"id": "custom.cellOptions", "value": {"type": "color-background", "mode": "basic"}})
        if self.link:
            properties.append({"id": "links", "value": [self.link]})
        return {"matcher": {"id": "byName", "options": self.name}, "properties": properties}


def table(title, description, columns, sort=(), no_value="Nothing to show.", hidden=()):
    """A row for each thing that the columns' queries tell of. `sort`: (column, descending), the most important one first.

    `hidden` columns only sort.
    """
    everything = [*columns, *hidden]
    queries = [column for column in everything if column.expr]
    refs = {column.name: chr(ord("A") + index) for index, column in enumerate(queries)}

    def source(column):
        return column.label or f"Value #{refs[column.name]}" if len(queries) > 1 else column.label or "Value"

    names = {column.name: source(column) for column in everything}
    values = [f"Value #{ref}" for ref in refs.values()] + ["Value"]
    steps = [{"id": "merge", "options": {}}] if len(queries) > 1 else []
    steps += [{"id": "sortBy", "options": {"sort": [{"field": names[name], "desc": desc}]}} for name, desc in reversed(sort)]
    shown = [names[column.name] for column in columns]
    steps.append({"id": "organize", "options": {
        "excludeByName": {name: True for name in ["Time", *values] if name not in shown},
        "indexByName": {name: index for index, name in enumerate(shown)},
        "renameByName": {names[column.name]: column.name for column in columns}}})
    defaults = {"unit": "none", "noValue": no_value, "mappings": [], "thresholds": limits(CALM),
                "color": {"mode": "thresholds"},
                "custom": {"align": "left", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": False}}
    return _panel("table", title, description, [_target(index, column.expr, instant=True, table=True)
                                                for index, column in enumerate(queries)],
                  defaults, {"cellHeight": "sm", "showHeader": True, "frameIndex": 0,
                             "footer": {"show": False, "reducer": ["sum"], "countRows": False, "fields": []}},
                  [column.override() for column in columns], steps)


# The page.

NOTHING_YET = {"selected": False, "text": "", "value": ""}  # Grafana takes the first there is


def variable(name, label, query, several, description):
    """A query variable. With `several` all values are chosen until somebody chooses some."""
    every = {"selected": True, "text": ["All"], "value": ["$__all"]} if several else NOTHING_YET
    return {"name": name, "label": label, "description": description, "type": "query", "datasource": DATASOURCE,
            "query": {"query": query, "refId": "StandardVariableQuery"}, "definition": query, "refresh": 2, "sort": 7,
            "regex": "", "hide": 0, "multi": several, "includeAll": several, **({"allValue": ".+"} if several else {}),
            "current": every, "options": [], "skipUrlSync": False}


SOURCE = {"name": "datasource", "label": "Data source", "description": "The Prometheus that scrapes xenha-exporter.",
          "type": "datasource", "query": "prometheus", "refresh": 1, "regex": "", "hide": 0, "multi": False,
          "includeAll": False, "current": NOTHING_YET, "options": [], "skipUrlSync": False}
ONE_POOL = variable("pool", "Pool", "label_values(xenha_pool_up, pool)", False, "The pool to look at.")
POOLS = variable("pool", "Pool", "label_values(xenha_pool_up, pool)", True, "Pools to look at.")


def hosts(matcher):
    return variable("host", "Host", f"label_values(xenha_host_info{{{matcher}}}, host)", True, "Hosts to look at.")


class Board:
    def __init__(self, uid, title, description, variables, span, refresh="30s", annotations=()):
        self._board = {
            "id": None, "uid": uid, "title": title, "description": description, "tags": ["xenha"], "schemaVersion": 39,
            "version": 1, "editable": False, "graphTooltip": 1, "liveNow": False, "fiscalYearStartMonth": 0, "weekStart": "",
            "timezone": "browser", "time": {"from": f"now-{span}", "to": "now"}, "refresh": refresh,
            "timepicker": {}, "annotations": {"list": list(annotations)},
            "links": [{"title": "xenha", "type": "dashboards", "tags": ["xenha"], "asDropdown": False,
                       "icon": "external link", "includeVars": True, "keepTime": True, "targetBlank": False,
                       "tooltip": "The other xenha screens", "url": ""}],
            "templating": {"list": variables}, "panels": []}
        self._y = 0

    def line(self, height, *cells):
        x = 0
        for width, panel in cells:
            self._place(panel, x, width, height)
            x += width
        if x != 24:
            raise ValueError(f"{self._board['title']}: a line of {x} columns: {[panel['title'] for _, panel in cells]}")
        self._y += height

    def row(self, title):
        self._place({"type": "row", "title": title, "collapsed": False, "panels": []}, 0, 24, 1)
        self._y += 1

    def _place(self, panel, x, width, height):
        panels = self._board["panels"]
        panels.append({"id": len(panels) + 1, **panel, "gridPos": {"x": x, "y": self._y, "w": width, "h": height}})

    def json(self):
        return self._board
