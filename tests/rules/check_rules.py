#!/usr/bin/python3 -B
"""Whether the rule pack is whole: every alert with its texts, its section in the runbook and its tests, and no name in it
that does not exist.

    check_rules.py                    everything
    check_rules.py --names METRICS.md only the names of metrics and labels, against that catalogue of the exporter's
"""

import pathlib
import re
import sys

import yaml

import catalogue
import rule_files

BASE_RUNBOOKS, BASE_GRAFANA = "http://runbooks.invalid/xenha", "http://grafana.invalid"
SEVERITIES = ("critical", "warning", "info")
ANNOTATIONS = {"summary", "description", "runbook_url", "dashboard_url"}
PARAGRAPHS = ("Meaning.", "Impact.", "Check.", "Fix.", "Escalate.")
TESTED = ("fires", "does not fire", "survives a failed scrape", "resolves")
# What operators and other people's files rely on: these alerts exist.
PROMISED = """
    PoolHADisabled PoolNoMaster PoolSplitBrain PoolMasterChanged PoolStatefileLost
    HostDown HostEmergencyMode HostDisarmed HostNotRejoined HostClockSkew HotfixMissing
    HeartbeatSRDetached HeartbeatSRMissing HeartbeatSRUnexpected HeartbeatSRShared HeartbeatSRSinglePath HeartbeatSRTooSmall
    HeartbeatStatefileDangling HeartbeatMarginLow
    HATimeoutTooLow HANotLicensed VMProtectedByPool HAEnableStuck MaintenanceForgotten
    CloudStackHostAlertStuck CloudStackHostDown CloudStackAlertWaitDefault CloudStackVMHADisabled CloudStackUnreachable
    VMRestartSlow VMRestartStuck VMRunningNowhere FailoverOpenTooLong
    CertificateExpiring CredentialsRejected SnapshotStale ExporterIsolated ExporterDown
    HooksDown HooksGaveUp HooksRefusing HooksDryRunWouldAct
""".split()
# Metrics of other programs that the rules may use, with the labels they may be asked for.
FOREIGN = {
    "up": {"job", "instance"},
    "alertmanager_notifications_failed_total": {"job", "instance", "integration", "reason"},
}
# Other people's rules may build on these, whether ours do or not.
PROMISED_RECORDS = {"pool:xenha_host_live:sum"}
# It is about the scrape that fails.
MAY_READ_BARE = {"XenHAExporterDown"}
XENHACTL = set("status doctor ha host failovers explain pause resume clear decisions journal latency pin".split())


class Pack:
    def __init__(self, exporter_catalogue=None):
        self.content = rule_files.documents()
        self.rules = rule_files.rules_of(self.content)
        self.alerts = [rule for rule in self.rules if rule.alert]
        self.runbook_text = (rule_files.RULES / "RUNBOOK.md").read_text(encoding="utf-8")
        self.known = catalogue.read_catalogue([exporter_catalogue or rule_files.ROOT / "exporter/METRICS.md",
                                               rule_files.ROOT / "hooks/METRICS.md"]) | FOREIGN
        for rule in self.rules:  # what is recorded has the labels of what it is made of, or fewer
            if rule.record:
                uses = catalogue.uses_of(rule.expr)
                self.known[rule.record] = set().union(*(self.known.get(name, set()) for name in uses.metrics)) | uses.made

    def names(self):
        return sorted({rule.alert for rule in self.alerts})

    def sections(self):
        """Heading -> text under it, of the runbook's second level."""
        parts = re.split(r"^## (.+)$", self.runbook_text, flags=re.M)
        return dict(zip((heading.strip() for heading in parts[1::2]), parts[2::2]))


def check_names(pack):
    """Every metric and label in an expression or a query of an annotation exists."""
    recorded = {rule.record for rule in pack.rules if rule.record}
    used_records = set()
    for rule in pack.rules:
        texts = [rule.expr] + [found for text in rule.body.get("annotations", {}).values()
                               for found in re.findall(r'(?:printf )?"([^"]*\{[^"]*|xenha_[^"]*|[a-z]+:[^"]*)"[^}]*\| query', text)]
        for text in texts:
            used_records |= rule_files.recorded_in(text)
            for name in rule_files.recorded_in(text) - recorded:
                yield f"{rule}: there is no recording rule {name}"
            text = text.replace("%q", '"x"')
            yield from (f"{rule}: {problem}" for problem in catalogue.unknown(catalogue.uses_of(text), pack.known))
    for name in recorded - used_records - PROMISED_RECORDS:
        if not any(name in path.read_text(encoding="utf-8") for path in (rule_files.ROOT / "dashboards").glob("*.json")):
            yield f"recording rule {name} is used nowhere"
    for rule in pack.rules:
        if rule.record and not re.fullmatch(r"(pool|host|cloudstack|cluster|target):xenha_[a-z_]+:[a-z0-9_]+", rule.record):
            yield f"{rule}: a recording rule is called level:metric:operation"


def check_alerts(pack):
    promised = {f"XenHA{word}" for word in PROMISED}
    for name in promised - set(pack.names()):
        yield f"{name} is promised and missing"
    dashboards = {path.stem for path in (rule_files.ROOT / "dashboards").glob("*.json")}
    for rule in pack.alerts:
        if not re.fullmatch(r"XenHA[A-Z][A-Za-z]+", rule.alert):
            yield f"{rule}: an alert is called XenHA<Thing><Condition>"
        if rule.severity not in SEVERITIES:
            yield f"{rule}: severity is one of {', '.join(SEVERITIES)}"
        if set(rule.body.get("labels", {})) != {"severity"}:
            yield f"{rule}: severity is the only label; a value in a label makes each change a new alert"
        notes = rule.body.get("annotations", {})
        if set(notes) != ANNOTATIONS:
            yield f"{rule}: annotations are {', '.join(sorted(ANNOTATIONS))}"
            continue
        if notes["runbook_url"] != f"{BASE_RUNBOOKS}/RUNBOOK.md#{rule.alert.lower()}":
            yield f"{rule}: runbook_url is {BASE_RUNBOOKS}/RUNBOOK.md#{rule.alert.lower()}"
        found = re.match(re.escape(BASE_GRAFANA) + r"/d/xenha-([a-z]+)(\?|$)", notes["dashboard_url"])
        if not found or found[1] not in dashboards:
            yield f"{rule}: dashboard_url leads to no dashboard: {notes['dashboard_url']}"
        if "$value" in notes["summary"] or notes["summary"].count(". "):
            yield f"{rule}: summary is one sentence without values"
        raw = [name for name in re.findall(r"\bxenha_\w+", re.sub(r"\w+:xenha_\w+:\w+", "", rule.expr))]
        bridged = re.findall(r"(?:_over_time|increase|rate)\((xenha_\w+)", rule.expr)
        if sorted(raw) != sorted(bridged) and rule.alert not in MAY_READ_BARE and not re.search(r"\[\w+:\w*\]", rule.expr):
            yield f"{rule}: reads {sorted(set(raw) - set(bridged))} without last_over_time: a failed scrape would resolve it"
    pairs = {}
    for rule in pack.alerts:
        pairs.setdefault((rule.alert, rule.severity), []).append(rule)
    for (name, severity), rules in pairs.items():
        if len(rules) > 1:
            yield f"{name} ({severity}) is there {len(rules)} times"


def check_runbook(pack):
    sections = pack.sections()
    for name in pack.names():
        if name not in sections:
            yield f"{name} has no section in RUNBOOK.md"
            continue
        leads = [word for word in re.findall(r"^\*\*([A-Z][a-z]+\.)\*\*", sections[name], re.M)]
        if leads != list(PARAGRAPHS):
            yield f"RUNBOOK.md, {name}: paragraphs are {' '.join(leads)}, not {' '.join(PARAGRAPHS)}"
        check = sections[name].split("**Check.**")[-1].split("**Fix.**")[0]
        if "```" not in check and "`" not in check:
            yield f"RUNBOOK.md, {name}: Check has no command to paste"
    for heading in sections:
        if heading.startswith("XenHA") and heading not in pack.names():
            yield f"RUNBOOK.md has a section {heading}, and there is no such alert"
    texts = {"RUNBOOK.md": pack.runbook_text} | {str(rule): yaml.safe_dump(rule.body.get("annotations", {}), width=10000)
                                                 for rule in pack.alerts}
    for where, text in texts.items():
        for metric in set(re.findall(r"\b(xenha_[a-z_]+[a-z])(?![\w:*])", text)):
            if metric not in pack.known and not any(name.startswith(metric) for name in pack.known if text.find(metric + "_") >= 0):
                yield f"{where}: there is no metric {metric}"
        for record in rule_files.recorded_in(" ".join(re.findall(r"\b(?:pool|host):xenha_[\w:]+", text))):
            if record not in {rule.record for rule in pack.rules}:
                yield f"{where}: there is no recording rule {record}"
        for alert in set(re.findall(r"\bXenHA[A-Z]\w+", text)) - set(pack.names()):
            yield f"{where}: there is no alert {alert}"
        for command in set(re.findall(r"`xenhactl ([a-z]+)|^ *xenhactl ([a-z]+)", text, re.M)):
            if "".join(command) not in XENHACTL:
                yield f"{where}: xenhactl has no command {''.join(command)}"


def check_tests(pack):
    """That the tests notice a broken alert is what mutations.py shows; here that each kind of test is there."""
    for name in pack.names():
        path = rule_files.test_file(name)
        if not path.exists():
            yield f"{name} has no test: {path.relative_to(rule_files.ROOT)}"
            continue
        groups = yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
        names = " | ".join(str(group.get("name", "")) for group in groups)
        for kind in TESTED:
            if kind not in names:
                yield f"{path.name}: no test is named \"{kind}\""
        expected = [alert for group in groups for test in group.get("alert_rule_test", []) if test["alertname"] == name
                    for alert in test.get("exp_alerts") or []]
        for rule in pack.alerts:
            if rule.alert == name and not any(alert["exp_labels"]["severity"] == rule.severity and
                                              set(alert.get("exp_annotations", {})) == ANNOTATIONS for alert in expected):
                yield f"{path.name}: {rule.severity} is never expected with its texts"
        for alert in expected:
            text = alert.get("exp_annotations", {}).get("description", "")
            if not 60 < len(text) < 900:
                yield f"{path.name}: the description has {len(text)} characters; what, since when, what to do: \"{text[:60]}\""
        if not any("_" in re.sub(r"[a-z]+", "", str(series["values"])) or "stale" in str(series["values"])
                   for group in groups if "survives" in str(group.get("name")) for series in group["input_series"]):
            yield f"{path.name}: no scrape fails in the test that is named so"
        if not any(len({tuple(sorted(re.findall(r'(?:job|instance)="[^"]*"', series["series"]))) for series in group["input_series"]}) > 1
                   for group in groups) and any("pool" in alert["exp_labels"] for alert in expected):
            yield f"{path.name}: no test scrapes a pool twice, by two ways or two exporters"
    for path in rule_files.TESTS.glob("*.test.yml"):
        if path.name.removesuffix(".test.yml") not in pack.names():
            yield f"{path.name} tests no alert"


def main():
    names_only = len(sys.argv) == 3 and sys.argv[1] == "--names"
    if len(sys.argv) != 1 and not names_only:
        print(__doc__)
        return 2
    pack = Pack(pathlib.Path(sys.argv[2]) if names_only else None)
    checks = [check_names] if names_only else [check_names, check_alerts, check_runbook, check_tests]
    found = [problem for check in checks for problem in check(pack)]
    print("\n".join(found) or f"{len(pack.names())} alerts in {len(pack.alerts)} rules, "
          f"{sum(rule.record is not None for rule in pack.rules)} recording rules: all is there and known")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
