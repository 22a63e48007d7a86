#!/usr/bin/python3 -B
"""rules/install: what it writes, what it refuses, what it leaves alone."""

import pathlib
import subprocess
import tempfile
import unittest

import rule_files

INSTALL = rule_files.RULES / "install"


class Install(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="xenha-rules-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def install(self, *words):
        return subprocess.run([INSTALL, *words], capture_output=True, text=True, timeout=60)

    def installed(self):
        return {path.name: path.read_text(encoding="utf-8") for path in self.directory.iterdir()}

    def test_both_addresses_are_filled_in(self):
        done = self.install("--runbooks=https://wiki.example/a|b&c/", "--grafana", "https://grafana.example/x", self.directory)
        self.assertEqual(done.returncode, 0, done.stderr)
        files = self.installed()
        self.assertEqual(set(files), {f"xenha-{path.name}" for path in rule_files.RULES.glob("*.rules.yml")})
        text = "".join(files.values())
        self.assertNotIn(".invalid", text)
        self.assertIn("runbook_url: https://wiki.example/a|b&c/RUNBOOK.md#xenhapoolhadisabled\n", text)
        self.assertIn("dashboard_url: https://grafana.example/x/d/xenha-", text)

    def test_the_rules_stay_the_same(self):
        self.install("--runbooks=http://runbooks.invalid/xenha", "--grafana=http://grafana.invalid", self.directory)
        for path in rule_files.RULES.glob("*.rules.yml"):
            self.assertEqual(self.installed()[f"xenha-{path.name}"], path.read_text(encoding="utf-8"))

    def test_without_addresses_links_name_the_file_here_and_no_dashboard(self):
        self.assertEqual(self.install(self.directory).returncode, 0)
        text = "".join(self.installed().values())
        self.assertIn(f"runbook_url: file://{rule_files.RULES}/RUNBOOK.md#xenhapoolhadisabled\n", text)
        self.assertNotIn("dashboard_url", text)
        self.assertNotIn(".invalid", text)
        rules = rule_files.rules_of(rule_files.documents(self.directory))
        self.assertGreater(sum(rule.alert is not None for rule in rules), 40)

    def test_the_operators_own_rules_are_left_alone(self):
        own = self.directory / "own.rules.yml"
        own.write_text("groups: []\n", encoding="utf-8")
        self.install(self.directory)
        self.assertEqual(own.read_text(encoding="utf-8"), "groups: []\n")

    def test_a_second_time_is_an_upgrade(self):
        self.install("--runbooks=https://old.example", self.directory)
        self.install("--runbooks=https://new.example", self.directory)
        text = "".join(self.installed().values())
        self.assertNotIn("old.example", text)
        self.assertIn("https://new.example/RUNBOOK.md", text)

    def test_bad_input_is_named_and_nothing_is_written(self):
        for words, said in ((["--runbooks", "wiki.example", self.directory], "https://"),
                            (["--grafana=https://a b", self.directory], "cannot be an address"),
                            (["--runbooks=https://a{{.}}", self.directory], "cannot be an address"),
                            ([], "into which directory?"),
                            ([self.directory / "missing"], "is no directory"),
                            (["--unknown", self.directory], "what is --unknown?"),
                            ([self.directory, self.directory], "one directory")):
            done = self.install(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(said, done.stderr)
            self.assertEqual(self.installed(), {})


if __name__ == "__main__":
    unittest.main(verbosity=2)
