#!/usr/bin/python3 -B
"""check_boards.py and catalogue.py object to what they are there for. A check that cannot fail checks nothing.

    the_check_can_fail.py SOURCE_ROOT
"""

import copy
import pathlib
import subprocess
import shutil
import sys
import tempfile
import unittest

import check_boards
from check_boards import catalogue

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
BOARDS = check_boards.load(ROOT)
METRICS = catalogue.read_catalogue(check_boards.catalogue_paths(ROOT))
RECORDS = check_boards.recorded(ROOT)


class Boards(unittest.TestCase):
    def setUp(self):
        self.boards = copy.deepcopy(BOARDS)

    def panel(self, board, kind):
        return next(panel for panel in self.boards[board]["panels"] if panel["type"] == kind)

    def assert_found(self, what, metrics=None, records=None):
        found = check_boards.problems(self.boards, METRICS if metrics is None else metrics,
                                      RECORDS if records is None else records)
        self.assertTrue(any(what in problem for problem in found), f"{what} is not among {found}")

    def test_nothing_is_wrong_with_what_is_committed(self):
        self.assertEqual(check_boards.problems(self.boards, METRICS, RECORDS), [])

    def test_every_metric_used_must_exist(self):
        used = {metric for board in self.boards.values() for panel in check_boards.panels_of(board)
                for target in panel["targets"] for metric in catalogue.uses_of(check_boards.plain(target["expr"])).metrics}
        mine = {metric for metric in used if metric in METRICS}
        self.assertGreater(len(mine), 50)
        for metric in mine:
            self.assert_found(f"there is no metric {metric}", {name: METRICS[name] for name in METRICS if name != metric})

    def test_a_renamed_label_is_found(self):
        for metric, label in (("xenha_host_live", "host"), ("xenha_pool_masters", "pool"), ("xenha_host_state", "state"),
                              ("xenha_host_emergency_reason", "reason"), ("xenha_heartbeat_sr_info", "sr_type"),
                              ("xenha_failover_last_phase_seconds", "phase"), ("xenha_hooks_decisions_total", "verdict"),
                              ("xenha_vm_restart_latency_seconds_bucket", "seen_by")):
            labels = METRICS[metric] - {label} | {"renamed"}
            self.assert_found(metric, {**METRICS, metric: labels})

    def test_a_recording_rule_that_is_gone_is_found(self):
        self.assert_found("no rule records", records=set())

    def test_a_bare_counter_is_found(self):
        self.panel("pool", "stat")["targets"][0]["expr"] = 'max(xenha_pool_master_changes_total{pool="$pool"})'
        self.assert_found("only grows")

    def test_a_fixed_span_is_found(self):
        self.panel("pool", "stat")["targets"][0]["expr"] = 'max(rate(xenha_pool_master_changes_total{pool="$pool"}[5m]))'
        self.assert_found("a rate over 5m")

    def test_an_unknown_variable_is_found(self):
        self.panel("fleet", "stat")["targets"][0]["expr"] = 'max(xenha_pool_up{pool="$pool"})'
        self.assert_found("no variable pool")

    def test_a_fixed_data_source_is_found(self):
        self.panel("fleet", "stat")["targets"][0]["datasource"] = {"type": "prometheus", "uid": "abc"}
        self.assert_found("goes to")
        self.panel("pool", "table")["datasource"] = None
        self.assert_found("its data source is")

    def test_what_a_panel_lacks_is_found(self):
        panel = self.panel("recovery", "stat")
        panel["description"] = ""
        self.assert_found("no description")
        panel["fieldConfig"]["defaults"]["unit"] = "furlongs"
        self.assert_found("unit furlongs")
        del panel["fieldConfig"]["defaults"]["noValue"]
        self.assert_found("no text for when there is nothing")
        panel["type"] = "gauge"
        self.assert_found("a panel of type gauge")
        panel["title"] = "A title that is much too long for a tile as small as this one is"
        self.assert_found("too long")

    def test_a_legend_or_column_without_a_label_is_found(self):
        self.panel("pool", "state-timeline")["targets"][0]["legendFormat"] = "{{hostname}}"
        self.assert_found("keeps no such label")
        for step in self.panel("pool", "table")["transformations"]:
            if step["id"] == "organize":
                step["options"]["renameByName"]["hostname"] = "Host"
        self.assert_found("no query gives hostname")

    def test_an_override_of_nothing_is_found(self):
        self.panel("fleet", "table")["fieldConfig"]["overrides"][0]["matcher"]["options"] = "Sate"
        self.assert_found("an override for Sate")

    def test_columns_that_do_not_fit_are_found(self):
        self.panel("fleet", "table")["fieldConfig"]["overrides"][0]["properties"].insert(
            0, {"id": "custom.width", "value": 900})
        self.assert_found("its columns need")

    def test_a_shell_that_is_wrong_is_found(self):
        for key, value in (("uid", "x"), ("editable", True), ("tags", []), ("schemaVersion", 1), ("links", [])):
            self.boards = copy.deepcopy(BOARDS)
            self.boards["fleet"][key] = value
            self.assert_found("fleet: ")
        self.boards["pool"]["templating"]["list"].pop()
        self.assert_found("variables are")

    def test_broken_promql_is_found(self):
        self.assertEqual(check_boards.unparsable(self.boards), [])
        self.panel("fleet", "stat")["targets"][0]["expr"] = "sum(xenha_pool_up"
        self.assertTrue(check_boards.unparsable(self.boards))
        self.panel("fleet", "stat")["targets"][0]["expr"] = "rate(xenha_pool_up)"
        self.assertTrue(check_boards.unparsable(self.boards))

    def test_a_stale_file_is_found(self):
        with tempfile.TemporaryDirectory() as directory:
            shutil.copytree(ROOT / "dashboards", pathlib.Path(directory) / "dashboards")
            make = [sys.executable, "-B", f"{directory}/dashboards/source/make.py", "--check"]
            self.assertEqual(subprocess.run(make, check=False).returncode, 0)
            path = pathlib.Path(directory) / "dashboards" / "fleet.json"
            path.write_text(path.read_text(encoding="utf-8").replace("Hosts down", "Hosts dwon"), encoding="utf-8")
            said = subprocess.run(make, check=False, capture_output=True, text=True)
            self.assertEqual(said.returncode, 1)
            self.assertIn('"title": "Hosts dwon"', said.stdout)


class Catalogue(unittest.TestCase):
    def test_reads_tables(self):
        self.assertEqual(METRICS["xenha_host_state"], {"pool", "host", "state"})
        self.assertEqual(METRICS["xenha_exporter_isolated"], set())
        self.assertEqual(METRICS["xenha_failover_phase_seconds_bucket"], {"pool", "role", "phase", "le"})
        self.assertNotIn("xenha_failover_phase_seconds", METRICS)
        self.assertIn("xenha_hooks_mode", METRICS)

    def test_takes_expressions_apart(self):
        uses = catalogue.uses_of('sum by (pool) (max by (pool, host) (a{x="1", y=~"by (z)|{q}"}) * on (pool) group_left (v) b)'
                                 ' unless c offset 5m > bool 3 # or d')
        self.assertEqual(uses.metrics, {"a": {"x", "y"}, "b": set(), "c": set()})
        self.assertEqual(uses.labels(), {"pool", "host", "v"})
        self.assertIn(catalogue.Group("by", ("pool", "host"), frozenset({"a"}), frozenset()), uses.groups)
        uses = catalogue.uses_of('histogram_quantile(0.9, sum(increase(h_bucket[$__range])) by (le)) or label_replace(g, "to",'
                                 ' "$1", "from", "(.*)") or {__name__="n",l="1"} or time() - max(last_over_time(k[1d]))')
        self.assertEqual(set(uses.metrics), {"h_bucket", "g", "n", "k"})
        self.assertEqual(uses.metrics["n"], {"l"})
        self.assertEqual((uses.made, uses.rated, uses.ranges), ({"to"}, {"h_bucket"}, {"$__range"}))
        self.assertIn(catalogue.Group("by", ("le",), frozenset({"h_bucket"}), frozenset()), uses.groups)
        self.assertEqual(uses.labels(), {"le", "from"})

    def test_says_what_does_not_exist(self):
        def said(expression):
            return catalogue.unknown(catalogue.uses_of(expression), METRICS)

        self.assertEqual(said('max without (job, instance) (xenha_host_live{pool="a"}) == 0'), [])
        self.assertEqual(said("xenha_host_alive"), ["there is no metric xenha_host_alive"])
        self.assertEqual(said('xenha_host_live{cluster="a"}'), ["xenha_host_live has no label cluster"])
        self.assertTrue(said("max by (state) (xenha_host_live)"))
        self.assertTrue(said("xenha_pool_up * on (host) xenha_pool_masters"))


if __name__ == "__main__":
    unittest.main()
