#!/usr/bin/python3 -B
"""check_rules.py objects to what it is there for. A check that cannot fail checks nothing."""

import copy
import pathlib
import tempfile
import unittest

import check_rules
import rule_files

METRICS = (rule_files.ROOT / "exporter" / "METRICS.md").read_text(encoding="utf-8")
OF_HOOKS = (rule_files.ROOT / "hooks" / "METRICS.md").read_text(encoding="utf-8")  # both daemons have some


class CheckRules(unittest.TestCase):
    def setUp(self):
        self.pack = check_rules.Pack()

    def rule(self, alert):
        return next(rule for rule in self.pack.alerts if rule.alert == alert)

    def found(self, *checks):
        return "\n".join(problem for check in checks for problem in check(self.pack))

    def with_catalogue(self, text):
        with tempfile.TemporaryDirectory() as directory:
            page = pathlib.Path(directory) / "METRICS.md"
            page.write_text(text, encoding="utf-8")
            return check_rules.Pack(page)

    def test_nothing_is_wrong_with_what_is_committed(self):
        self.assertEqual(self.found(check_rules.check_names, check_rules.check_alerts, check_rules.check_runbook,
                                    check_rules.check_tests), "")

    def test_a_renamed_metric(self):
        self.pack = self.with_catalogue(METRICS.replace("`xenha_pool_ha_enabled`", "`xenha_pool_ha_on`"))
        self.assertIn("there is no metric xenha_pool_ha_enabled", self.found(check_rules.check_names))

    def test_a_renamed_metric_that_only_a_text_asks_for(self):
        self.pack = self.with_catalogue(METRICS.replace("`xenha_pool_ha_disabled_since_timestamp_seconds`", "`xenha_x`"))
        self.assertIn("there is no metric xenha_pool_ha_disabled_since_timestamp_seconds", self.found(check_rules.check_names))

    def test_a_renamed_label(self):
        self.pack = self.with_catalogue(METRICS.replace("| pool, host, state |", "| pool, host, word |"))
        self.assertIn("host:xenha_host_state:last has no label state", self.found(check_rules.check_names))

    def test_every_metric_that_the_rules_use_is_missed_when_it_is_gone(self):
        used = {name for rule in self.pack.rules for name in check_rules.catalogue.uses_of(rule.expr).metrics
                if name.startswith("xenha_") and f"`{name}`" in METRICS and f"`{name}`" not in OF_HOOKS}
        self.assertGreater(len(used), 35)
        for name in used:
            with self.subTest(name):
                self.pack = self.with_catalogue(METRICS.replace(f"`{name}`", "`xenha_gone`"))
                self.assertIn(f"there is no metric {name}", self.found(check_rules.check_names))

    def test_a_missing_recording_rule(self):
        self.pack.rules = [rule for rule in self.pack.rules if rule.record != "pool:xenha_pool_ha_enabled:last"]
        self.assertIn("there is no recording rule pool:xenha_pool_ha_enabled:last", self.found(check_rules.check_names))

    def test_a_recording_rule_that_nobody_uses(self):
        rule = copy.deepcopy(self.pack.rules[0])
        rule.body = {"record": "pool:xenha_pool_up:last", "expr": "max without (job) (last_over_time(xenha_pool_up[3m]))"}
        self.pack.rules.append(rule)
        self.assertIn("pool:xenha_pool_up:last is used nowhere", self.found(check_rules.check_names))

    def test_an_alert_that_is_gone(self):
        self.pack.alerts = [rule for rule in self.pack.alerts if rule.alert != "XenHAHostDown"]
        found = self.found(check_rules.check_alerts, check_rules.check_runbook, check_rules.check_tests)
        for said in ("XenHAHostDown is promised and missing", "a section XenHAHostDown, and there is no such alert",
                     "XenHAHostDown.test.yml tests no alert"):
            self.assertIn(said, found)

    def test_broken_annotations(self):
        notes = self.rule("XenHAHostDown").body["annotations"]
        for name, value, said in (("runbook_url", "http://x", "runbook_url is"), ("dashboard_url", "http://grafana.invalid/d/no",
                                                                                  "leads to no dashboard"),
                                  ("summary", "It is {{ $value }}.", "one sentence without values")):
            kept, notes[name] = notes[name], value
            self.assertIn(said, self.found(check_rules.check_alerts))
            notes[name] = kept
        del notes["summary"]
        self.assertIn("annotations are", self.found(check_rules.check_alerts))

    def test_a_severity_that_nobody_routes(self):
        self.rule("XenHAHostDown").body["labels"] = {"severity": "page"}
        self.assertIn("severity is one of", self.found(check_rules.check_alerts))

    def test_a_value_in_a_label(self):
        self.rule("XenHAHostDown").body["labels"]["seconds"] = "{{ $value }}"
        self.assertIn("severity is the only label", self.found(check_rules.check_alerts))

    def test_an_alert_on_the_bare_series(self):
        self.rule("XenHAHostDown").body["expr"] = "xenha_host_reachable == 0"
        self.assertIn("without last_over_time", self.found(check_rules.check_alerts))

    def test_the_runbook(self):
        text = self.pack.runbook_text
        for change, said in ((text.replace("## XenHAHostDown\n", "## Hosts\n"), "XenHAHostDown has no section"),
                             (text.replace("**Escalate.**", "**Then.**", 1), "paragraphs are"),
                             (text + "\n`xenhactl repair cluster1`\n", "xenhactl has no command repair"),
                             (text + "\n`xenha_pool_ha_engaged`\n", "there is no metric xenha_pool_ha_engaged"),
                             (text + "\nSee XenHAHostGone.\n", "there is no alert XenHAHostGone")):
            self.pack.runbook_text = change
            self.assertIn(said, self.found(check_rules.check_runbook))


if __name__ == "__main__":
    unittest.main()
