#!/usr/bin/python3 -B
"""The Alertmanager example: accepted by amtool, every alert reaches its people, policy alerts reach the hooks, and the
inhibitions do what their comments say in a real Alertmanager on loopback.

    alertmanager.py [--rules DIR]      DIR holds *.rules.yml and alertmanager.example.yml; default rules/ of this tree

Exit 0 all held, 1 not, 77 without amtool or Alertmanager."""
import argparse
import glob
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import yaml

POLICY_ALERT = "XenHAPoolHADisabled"
HOOKS = "xenha-hooks"
TOKEN = "token-of-the-test"

# Each inhibition with a source, a target that it hides and one that it must not: (source, target, not hidden). Labels that
# an alert really has; `pool` is p1 and `host` a unless said otherwise.
EXPORTER = {"pool": None, "host": None}
POOL = {"host": None}
OTHER_POOL = {"host": None, "pool": "p2"}
CASES = [
    (("XenHAExporterIsolated", "critical", EXPORTER), ("XenHAHostDown", "critical", {}),
     ("XenHAPoolSplitBrain", "critical", POOL)),
    (("XenHAExporterIsolated", "critical", EXPORTER), ("XenHAPoolNoMaster", "critical", POOL),
     ("XenHAVMRestartStuck", "critical", POOL)),
    (("XenHAExporterIsolated", "critical", EXPORTER), ("XenHASnapshotStale", "warning", POOL),
     ("XenHAHooksGaveUp", "critical", POOL)),
    (("XenHAExporterIsolated", "critical", EXPORTER),
     ("XenHACloudStackUnreachable", "warning", {**EXPORTER, "cloudstack": "cloud1"}),
     ("XenHAExporterDown", "critical", EXPORTER)),
    (("XenHAExporterIsolated", "critical", EXPORTER), ("XenHACloudStackDeadHostInAlert", "critical", {"cloudstack": "cloud1"}),
     ("XenHACloudStackHostAlertStuck", "critical", {"cloudstack": "cloud1"})),
    (("XenHAExporterIsolated", "warning", {**EXPORTER, "instance": "mon1:10045"}), None, ("XenHAHostDown", "critical", {})),
    (("XenHAPoolNoMaster", "critical", POOL), ("XenHASnapshotStale", "warning", POOL),
     ("XenHASnapshotStale", "warning", OTHER_POOL)),
    (("XenHAPoolNoMaster", "critical", POOL), ("XenHAHostDown", "critical", {}),
     ("XenHAHostDown", "critical", {"pool": "p2"})),
    (("XenHAPoolNoMaster", "critical", POOL), ("XenHAHostEmergencyMode", "critical", {}), None),
    (("XenHAPoolNoMaster", "critical", POOL), ("XenHAHostNotRejoined", "warning", {}), None),
    (("XenHAPoolNoMaster", "critical", POOL), ("XenHAHostDisarmed", "critical", {}),
     ("XenHAVMRestartStuck", "critical", POOL)),
    (("XenHAPoolNoMaster", "critical", POOL), ("XenHAPoolMastersDisagree", "warning", POOL), None),
    (("XenHAPoolNoMaster", "critical", POOL), ("XenHACloudStackHostAlertStuck", "critical", {"cloudstack": "cloud1"}),
     ("XenHACloudStackDeadHostInAlert", "critical", {"cloudstack": "cloud1"})),
    (("XenHACertificateExpiring", "critical", {}), ("XenHACertificateExpiring", "warning", {}),
     ("XenHACertificateExpiring", "warning", {"host": "b"})),
    (("XenHAHeartbeatSRDetached", "critical", {"sr": "MGMT-HA"}), ("XenHAHeartbeatSRDetached", "warning", {"sr": "MGMT-HA"}),
     ("XenHAHeartbeatSRDetached", "warning", {"sr": "other"})),
    (("XenHAExporterDown", "critical", EXPORTER), ("XenHAExporterDown", "warning", EXPORTER),
     ("XenHASnapshotStale", "warning", POOL)),
    (("XenHAHostDown", "critical", {}), ("XenHACloudStackHostDown", "critical", {"cloudstack": "cloud1"}),
     ("XenHACloudStackHostDown", "critical", {"host": "b", "cloudstack": "cloud1"})),
    (("XenHAHostDown", "critical", {}), ("XenHAHostDisarmed", "critical", {}), ("XenHAHostDisarmed", "critical", {"host": "b"})),
    (("XenHAHostDown", "critical", {}), ("XenHAHeartbeatSRDetached", "critical", {"sr": "MGMT-HA"}),
     ("XenHACloudStackDeadHostInAlert", "critical", {"cloudstack": "cloud1"})),
    (("XenHAHostDown", "info", {}), None, ("XenHACloudStackHostDown", "critical", {"cloudstack": "cloud1"})),
    (("XenHAHostEmergencyMode", "critical", {}), ("XenHAHostNotRejoined", "warning", {}),
     ("XenHAHostNotRejoined", "warning", {"host": "b"})),
    (("XenHAHostEmergencyMode", "critical", {}), ("XenHACloudStackHostAlertStuck", "critical", {"cloudstack": "cloud1"}),
     ("XenHAHostDown", "critical", {})),
    (("XenHAHostEmergencyMode", "critical", {}), ("XenHAHostDisarmed", "critical", {}), None),
    (("XenHAPoolStatefileLost", "critical", POOL), ("XenHAHostDisarmed", "critical", {}),
     ("XenHAHostDisarmed", "critical", {"pool": "p2"})),
    (("XenHAPoolStatefileLost", "critical", POOL), ("XenHAHeartbeatSRSinglePath", "warning", {"sr": "MGMT-HA"}),
     ("XenHAHeartbeatSRDetached", "critical", {"sr": "MGMT-HA"})),
    (("XenHAPoolSplitBrain", "critical", POOL), ("XenHAPoolMastersDisagree", "warning", POOL),
     ("XenHAPoolMastersDisagree", "warning", OTHER_POOL)),
    (("XenHAPoolHADisabled", "critical", POOL), ("XenHAMaintenanceForgotten", "warning", POOL),
     ("XenHAMaintenanceForgotten", "warning", OTHER_POOL)),
    (("XenHAPoolHADisabled", "info", POOL), None, ("XenHAMaintenanceForgotten", "warning", POOL)),
    (("XenHACredentialsRejected", "warning", POOL), ("XenHASnapshotStale", "warning", POOL),
     ("XenHASnapshotStale", "warning", OTHER_POOL)),
    (("XenHAVMRestartStuck", "critical", POOL), ("XenHAVMRestartSlow", "warning", POOL),
     ("XenHAVMRestartSlow", "warning", OTHER_POOL)),
    (("XenHAVMRestartStuck", "critical", POOL), ("XenHAFailoverOpenTooLong", "warning", {"role": "slave"}),
     ("XenHACloudStackDeadHostInAlert", "critical", {"cloudstack": "cloud1"})),
    (("XenHACloudStackDeadHostInAlert", "critical", {"cloudstack": "cloud1"}), ("XenHAVMRestartSlow", "warning", POOL),
     ("XenHAVMRestartStuck", "critical", POOL)),
    (("XenHAHooksGaveUp", "critical", POOL), ("XenHAHooksRefusing", "warning", POOL),
     ("XenHAHooksRefusing", "warning", OTHER_POOL)),
    (("XenHAHooksDown", "warning", {**EXPORTER, "job": "hooks", "instance": "mon:10046"}),
     ("XenHAWebhookFailing", "warning", {**EXPORTER, "job": "am", "instance": "mon:9093", "integration": "webhook"}),
     ("XenHAHooksGaveUp", "critical", POOL)),
]


class Report:
    def __init__(self):
        self.checks = 0
        self.failures = []

    def check(self, held, text):
        self.checks += 1
        if not held:
            self.failures.append(text)
            print(f"FAILED: {text}", flush=True)


def labels_of(alert):
    name, severity, more = alert
    labels = {"alertname": name, "severity": severity, "pool": "p1", "host": "a", **more}
    return {key: value for key, value in labels.items() if value is not None}


def parse_matcher(text):
    name, operator, value = re.fullmatch(r'\s*(\w+)\s*(=~|!~|!=|=)\s*(.*?)\s*', text).groups()
    if value.startswith('"') and value.endswith('"'):
        value = value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return name, operator, value


def matches(matchers, labels):
    """As Alertmanager does it: a label that is missing is empty, a regex must match the whole value."""
    for text in matchers:
        name, operator, value = parse_matcher(text)
        actual = labels.get(name, "")
        held = re.fullmatch(value, actual) is not None if operator in ("=~", "!~") else actual == value
        if held == operator.startswith("!"):
            return False
    return True


def shipped_alerts(rules_dir):
    """{(name, severity)} of all rule files."""
    found = set()
    for path in sorted(glob.glob(f"{rules_dir}/*.rules.yml")):
        for group in yaml.safe_load(pathlib.Path(path).read_text())["groups"]:
            for rule in group["rules"]:
                if "alert" in rule:
                    found.add((rule["alert"], rule["labels"]["severity"]))
    return found


def check_config(report, example):
    answer = subprocess.run(["amtool", "check-config", str(example)], capture_output=True, text=True, check=False)
    report.check(answer.returncode == 0, f"amtool check-config: {answer.stdout}{answer.stderr}")
    return answer.returncode == 0


def check_routes(report, example, alerts):
    for name, severity in sorted(alerts):
        want = ([HOOKS] if name == POLICY_ALERT else []) + [f"people-{severity}"]
        for place in ([], ["pool=p1"], ["pool=p1", "host=a"]):
            answer = subprocess.run(["amtool", "config", "routes", "test", f"--config.file={example}", f"alertname={name}",
                                     f"severity={severity}", *place], capture_output=True, text=True, check=False)
            got = answer.stdout.strip().split(",")
            report.check(got == want, f"{name} ({severity}) goes to {got}, not to {want} {answer.stderr}")


def check_text(report, config, alerts):
    """What can be seen in the file: its names exist, the hooks' alert is in no target, people are left out nowhere."""
    names = {name for name, _ in alerts}
    severities = sorted({severity for _, severity in alerts})
    written = set()
    for rule in config["inhibit_rules"]:
        for text in rule["source_matchers"] + rule["target_matchers"]:
            label, operator, value = parse_matcher(text)
            if label != "alertname":
                continue
            words = alternatives(value) if operator in ("=~", "!~") else [value]
            written.update(word for word in words if word != "XenHA.+")
        for severity in severities + [""]:
            for pool in ("", "p1"):
                labels = {"alertname": POLICY_ALERT, "severity": severity, "pool": pool}
                report.check(not matches(rule["target_matchers"], labels),
                             f"an inhibition can hide {POLICY_ALERT} from the hooks: {rule['target_matchers']}")
        for name, severity in alerts:  # Alertmanager then lets an alert hide itself, or warns
            labels = {"alertname": name, "severity": severity, "pool": "p1", "host": "a"}
            report.check(not (matches(rule["source_matchers"], labels) and matches(rule["target_matchers"], labels)),
                         f"{name} is source and target of one inhibition")
    written.update(value for route in config["route"]["routes"] for text in route["matchers"]
                   for label, _, value in [parse_matcher(text)] if label == "alertname")
    for name in sorted(written):
        report.check(name in names, f"the example names {name}, which no rule has")
    hooks = [route for route in config["route"]["routes"] if route["receiver"] == HOOKS]
    report.check(len(hooks) == 1 and hooks[0].get("continue") is True, "the hooks' route must continue to people")
    webhook = next(receiver for receiver in config["receivers"] if receiver["name"] == HOOKS)["webhook_configs"][0]
    report.check(webhook["max_alerts"] == 0 and webhook["send_resolved"] is True,
                 "the hooks must get every alert, and what is resolved")
    for index, rule in enumerate(config["inhibit_rules"]):
        shown = [case for case in CASES if case[1] and matches(rule["source_matchers"], labels_of(case[0]))
                 and matches(rule["target_matchers"], labels_of(case[1]))]
        report.check(shown, f"inhibition {index + 1} has no case in this test: {rule['source_matchers']}")
    for case in CASES:
        for alert in case:
            report.check(alert is None or alert[0] in names, f"this test names {alert and alert[0]}, which no rule has")


def alternatives(pattern):
    """The words of a pattern that is made of groups and bars alone."""
    opening = pattern.find("(")
    if opening < 0:
        return pattern.split("|")
    depth, end = 0, opening
    for end in range(opening, len(pattern)):
        depth += {"(": 1, ")": -1}.get(pattern[end], 0)
        if depth == 0:
            break
    inner, parts, depth, start = pattern[opening + 1:end], [], 0, 0
    for position, letter in enumerate(inner + "|"):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            parts.append(inner[start:position])
            start = position + 1
    return [pattern[:opening] + word + pattern[end + 1:] for part in parts for word in alternatives(part)]


class Hooks:
    """Listens where the example's webhook is sent to."""

    def __init__(self):
        self.messages = []
        messages = self.messages

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                messages.append((self.path, self.headers["Authorization"], json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def address(self):
        return f"127.0.0.1:{self.server.server_port}"

    def heard(self):
        return [(alert["status"], alert["labels"]) for _, _, body in self.messages for alert in body["alerts"]]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Alertmanager:
    def __init__(self, directory, config_text):
        self.url = f"http://127.0.0.1:{free_port()}"
        config = pathlib.Path(directory, "alertmanager.yml")
        config.write_text(config_text)
        self.log = open(f"{directory}/log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            ["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={directory}/data",
             f"--web.listen-address={self.url.removeprefix('http://')}", "--cluster.listen-address="],
            stdout=self.log, stderr=subprocess.STDOUT)

    def wait_ready(self):
        until = time.monotonic() + 20
        while time.monotonic() < until and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/-/ready", timeout=2).read()
                return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        return False

    def post(self, alerts, seconds=300):
        """seconds: how long they fire; negative resolves them."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
        body = [{"labels": labels, "annotations": {"summary": "test"}, "endsAt": stamp} for labels in alerts]
        for alert in body if seconds < 0 else []:
            alert["startsAt"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 600))
        request = urllib.request.Request(f"{self.url}/api/v2/alerts", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).read()

    def states(self):
        """{labels as a sorted tuple: "active" or "suppressed"} of what fires."""
        with urllib.request.urlopen(f"{self.url}/api/v2/alerts", timeout=10) as answer:
            return {tuple(sorted(alert["labels"].items())): alert["status"]["state"] for alert in json.load(answer)}

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


# Alertmanager hands alerts to its inhibitor one after the other, in its own time: when the second of these is hidden, all
# that were posted before are taken into account.
LAST = [{"alertname": "XenHAVMRestartStuck", "severity": "critical", "pool": "last"},
        {"alertname": "XenHAVMRestartSlow", "severity": "warning", "pool": "last"}]


def settled_states(alertmanager, labels):
    alertmanager.post(LAST)
    until = time.monotonic() + 10
    while True:
        states = alertmanager.states()
        if states.get(tuple(sorted(LAST[1].items()))) == "suppressed" or time.monotonic() > until:
            return [states.get(tuple(sorted(each.items())), "missing") for each in labels]
        time.sleep(0.02)


def check_inhibitions(report, alertmanager):
    policy = {"alertname": POLICY_ALERT, "severity": "critical", "pool": "p1"}
    for source, hidden, shown in CASES:
        present = [labels_of(alert) for alert in (source, hidden, shown) if alert]
        watched = present + ([] if source[0] == POLICY_ALERT else [policy])
        alertmanager.post(watched)
        states = settled_states(alertmanager, watched)
        story = f"while {source[0]} ({source[1]}) fires"
        position = 1
        if hidden:
            report.check(states[1] == "suppressed", f"{story}, {hidden[0]} ({hidden[1]}) is {states[1]}, not suppressed")
            position = 2
        if shown:
            report.check(states[position] == "active", f"{story}, {labels_of(shown)} is {states[position]}, not active")
        if source[0] != POLICY_ALERT:
            report.check(states[-1] == "active", f"{story}, {POLICY_ALERT} is {states[-1]}: the hooks would not hear of it")
        alertmanager.post(watched + LAST, seconds=-1)
        until = time.monotonic() + 10
        while alertmanager.states() and time.monotonic() < until:
            time.sleep(0.05)
        report.check(not alertmanager.states(), f"the alerts of a case are gone before the next: {story}")


def check_delivery(report, alertmanager, hooks):
    """With everything firing that hides something, the hooks hear of pool HA in its two severities, and of nothing else."""
    hooks.messages.clear()
    sources = [labels_of(source) for source, _, _ in CASES if source[0] != POLICY_ALERT]
    policy = [{"alertname": POLICY_ALERT, "severity": "critical", "pool": "p7"},
              {"alertname": POLICY_ALERT, "severity": "info", "pool": "p8"}]
    alertmanager.post(sources + policy)
    until = time.monotonic() + 20
    while time.monotonic() < until and any(("firing", each) not in hooks.heard() for each in policy):
        time.sleep(0.1)
    for each in policy:
        report.check(("firing", each) in hooks.heard(), f"the hooks hear of {each}")
    report.check(all(labels["alertname"] == POLICY_ALERT for _, labels in hooks.heard()), "the hooks hear of nothing else")
    report.check(all(len({labels["pool"] for labels in (alert["labels"] for alert in body["alerts"])}) == 1
                     for _, _, body in hooks.messages), "a message to the hooks is about one pool")
    report.check(all(path == "/api/v1/alerts" and token == f"Bearer {TOKEN}" for path, token, _ in hooks.messages),
                 "the hooks get their token, at the path of their API")


def for_the_test(text, hooks, directory):
    """The example with its addresses turned to loopback, and the hooks' wait shortened."""
    token = pathlib.Path(directory, "token")
    token.write_text(TOKEN)
    for old, new in (("http://127.0.0.1:10046/", f"http://{hooks.address()}/"), ("mail.invalid:25", "127.0.0.1:1"),
                     ("/etc/prometheus/xenha-hooks.token", str(token)), ("    group_wait: 10s", "    group_wait: 1s")):
        if old not in text:
            raise SystemExit(f"the example has no {old!r}")
        text = text.replace(old, new)
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rules", default=pathlib.Path(__file__).resolve().parents[2] / "rules", type=pathlib.Path)
    arguments = parser.parse_args()
    if not shutil.which("amtool") or not shutil.which("prometheus-alertmanager"):
        print("amtool or prometheus-alertmanager is not installed: not tested")
        return 77
    example = arguments.rules / "alertmanager.example.yml"
    report = Report()
    if check_config(report, example):
        config = yaml.safe_load(example.read_text())
        alerts = shipped_alerts(arguments.rules)
        check_text(report, config, alerts)
        check_routes(report, example, alerts)
        with tempfile.TemporaryDirectory(prefix="xenha-alertmanager-") as directory:
            hooks = Hooks()
            alertmanager = Alertmanager(directory, for_the_test(example.read_text(), hooks, directory))
            try:
                ready = alertmanager.wait_ready()
                report.check(ready, "Alertmanager starts with the example")
                if ready:
                    check_inhibitions(report, alertmanager)
                    check_delivery(report, alertmanager, hooks)
            finally:
                alertmanager.stop()
                hooks.server.shutdown()
    print(f"{report.checks} checks, {len(report.failures)} failed")
    return 1 if report.failures else 0


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    sys.exit(main())
