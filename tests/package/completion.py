#!/usr/bin/python3 -B
"""Completion in a real bash: after each word it offers what the program takes there.

    completion.py PACKAGES [name of a test]
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import deb

ALL = deb.packages(sys.argv.pop(1))
# As readline calls it: the words as bash splits them, "=" being a word of its own.
ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_xenha_daemon "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Completion(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory(prefix="xenha-completion-")
        self.addCleanup(made.cleanup)
        self.root = pathlib.Path(made.name)
        for package in ALL.values():
            subprocess.run(["dpkg-deb", "-x", package.path, made.name], check=True, timeout=60)

    def offered(self, *words):
        script = self.root / "usr/share/bash-completion/completions" / words[0]
        environment = {"PATH": f"{self.root}/usr/bin:{os.environ['PATH']}"}
        return deb.run("bash", "-c", ASK, "ask", script, *words, env=environment, cwd=self.root / "etc/xenha").split()

    def flags(self, name):
        said = deb.run(self.root / "usr/bin" / name, "--help")
        words = [line.split()[0] for line in said.splitlines() if line.startswith("  --")]
        return [word.partition("=")[0] + ("=" if "=" in word else "") for word in words]

    def test_every_flag_is_offered(self):
        for name, count in (("xenha-exporter", 9), ("xenha-hooks", 8)):
            self.assertEqual(len(self.flags(name)), count)
            self.assertEqual(self.offered(name, ""), self.flags(name))
            self.assertEqual(self.offered(name, "--log"), ["--log.level=", "--log.format="])

    def test_values_follow_their_flag(self):
        for name, address in (("xenha-exporter", ":10045"), ("xenha-hooks", "127.0.0.1:10046")):
            self.assertEqual(self.offered(name, "--log.level", "=", "d"), ["debug"])
            self.assertEqual(self.offered(name, "--log.level", "="), ["debug", "info", "warn", "error"])
            self.assertEqual(self.offered(name, "--log.format", "j"), ["json"])
            self.assertIn(address, self.offered(name, "--web.listen-address", "="))
            self.assertEqual(self.offered(name, "--config.file", "=", "xen"), ["xenha.yml"])
        self.assertEqual(self.offered("xenha-exporter", "--web.telemetry-path", "="), ["/metrics"])

    def test_it_is_bound_to_the_programs(self):
        for name in deb.DAEMONS:
            script = self.root / "usr/share/bash-completion/completions" / name
            self.assertIn("_xenha_daemon", deb.run("bash", "-c", 'source "$1"; complete -p "$2"', "ask", script, name))


if __name__ == "__main__":
    unittest.main(verbosity=2)
