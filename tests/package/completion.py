#!/usr/bin/python3 -B
"""Completion in a real bash: after each word it offers what the program takes there.

    completion.py PACKAGES [name of a test]
"""

import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import time
import unittest

import deb

ALL = deb.packages(sys.argv.pop(1))
# As readline calls it: the words as bash splits them, "=" being a word of its own.
ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
read -r _ _ function _ < <(complete -p "$1")
"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
# A bash at a terminal, and what a program would get of the line that was typed.
AT_A_TERMINAL = """
source "{script}"
show() {{ printf '<%s>' "$@" > "{shown}"; exit; }}
PS1=ready; bind 'set enable-bracketed-paste off'; bind 'set bell-style none'
"""
PATIENCE = 30


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

    def flags(self, name, *command):
        said = deb.run(self.root / "usr/bin" / name, *command, "--help")
        words = [line.split()[0] for line in said.splitlines() if line.startswith("  --")]
        return [word.partition("=")[0] + ("=" if "=" in word else "") for word in words]

    def typed(self, keys):
        """What readline makes of the keys, a tab among them: the words of the line."""
        shown = self.root / "shown"
        script = self.root / "usr/share/bash-completion/completions" / keys.split()[0]
        (self.root / "rc").write_text(AT_A_TERMINAL.format(script=script, shown=shown), encoding="utf-8")
        ours, theirs = pty.openpty()
        bash = subprocess.Popen(["bash", "--noprofile", "--rcfile", self.root / "rc", "-i"], stdin=theirs, stdout=theirs, stderr=theirs,
                                start_new_session=True, cwd=self.root / "etc/xenha",
                                env={"PATH": f"{self.root}/usr/bin:{os.environ['PATH']}", "TERM": "dumb", "INPUTRC": "/dev/null"})
        os.close(theirs)
        self.addCleanup(os.close, ours)
        self.addCleanup(bash.wait)
        self.addCleanup(bash.kill)
        seen, deadline = b"", time.monotonic() + PATIENCE
        while b"ready" not in seen:
            self.assertLess(time.monotonic(), deadline, seen)
            if select.select([ours], [], [], 0.1)[0]:
                seen += os.read(ours, 4096)
        os.write(ours, keys.encode() + b"\x01show \r")  # to the line's beginning, and there another command
        while bash.poll() is None:
            self.assertLess(time.monotonic(), deadline, seen)
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    seen += os.read(ours, 4096)
                except OSError:  # it has ended
                    break
        bash.wait(PATIENCE)
        return shown.read_text(encoding="utf-8")

    def test_at_a_terminal(self):
        pool = "--config.file=xenha.y\t"
        for keys, line in (
                ("xenhactl sta\t --out\tj\t", "xenhactl status --output=json"),
                (f"xenhactl {pool} host resu\texa\txs2 --no\t", "xenhactl --config.file=xenha.yml host resume example xs2 --no-cloudstack"),
                (f"xenhactl pause --on-\t--rea\t'a b' {pool} exam\t", "xenhactl pause --on-pool --reason=a b --config.file=xenha.yml example"),
                ("xenha-hooks --log.l\tde\t --conf\tc\t", "xenha-hooks --log.level=debug --config.check"),
                ("xenha-exporter --web.t\t", "xenha-exporter --web.telemetry-path=")):
            with self.subTest(keys):
                self.assertEqual(self.typed(keys).replace("><", "|").strip("<>").replace("|", " "), line)

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

    def test_xenhactl_offers_every_command(self):
        commands = deb.commands(deb.run(self.root / "usr/bin/xenhactl", "--help"))
        self.assertEqual(len(commands), 19)
        first = {}
        for command in commands:
            word, _, second = command.partition(" ")
            first.setdefault(word, []).extend([second] if second else [])
        self.assertEqual(sorted(self.offered("xenhactl", "")), sorted(first))
        for word, seconds in first.items():
            if seconds:
                self.assertEqual(sorted(self.offered("xenhactl", word, "")), sorted(seconds))
        self.assertEqual(self.offered("xenhactl", "fai"), ["failovers"])
        self.assertEqual(self.offered("xenhactl", "--output", "=", "json", "host", "res"), ["restart", "resume"])

    def test_xenhactl_offers_the_flags_of_a_command_and_no_others(self):
        common = self.flags("xenhactl")
        self.assertEqual(sorted(self.offered("xenhactl", "--")), sorted(common))
        for command in deb.commands(deb.run(self.root / "usr/bin/xenhactl", "--help")):
            with self.subTest(command):
                words = command.split()
                self.assertEqual(sorted(self.offered("xenhactl", *words, "--")), sorted(self.flags("xenhactl", *words) + common))

    def test_xenhactl_offers_the_pools_of_the_config_file(self):
        installed = self.root / "etc/xenha/xenha.yml"
        self.assertEqual(self.offered("xenhactl", "--config.file", "=", str(installed), "status", ""), ["example"])
        config = self.root / "etc/xenha/mine.yml"
        config.write_text("pools:\n  - name: cluster1\n    hosts: [192.0.2.1]\n    actor:\n      username: u\n"
                          "  - {name: 'cluster-2', hosts: [192.0.2.2]}\n  - hosts: [192.0.2.3]\n    name: \"b.3\"\n"
                          "cloudstack:\n  - name: cloud1\n", encoding="utf-8")
        flag = ["--config.file", "=", str(config)]
        for command in (["doctor"], ["ha", "enable"], ["host", "restart"], ["latency", "enable"]):
            self.assertEqual(self.offered("xenhactl", *flag, *command, ""), ["cluster1", "cluster-2", "b.3"])
        self.assertEqual(self.offered("xenhactl", *flag, "pin", "cluster-"), ["cluster-2"])
        self.assertEqual(self.offered("xenhactl", *flag, "host", "restart", "cluster1", ""), [])
        # In one line, as the README begins; with what is no pool's name beside it.
        for text in ("{pools: [{name: c1, hosts: [192.0.2.1], username: root}, {name: \"c2\"}], cloudstack: [{name: cloud1}]}\n",
                     "pools:\n- {hosts: [{address: 192.0.2.1, tls_name: xs1}], name: c1, cloudstack: cloud1}  # name: old\n"
                     "- name: c2\n  # - name: c3\ncloudstack: [{name: cloud1}]\n"):
            config.write_text(text, encoding="utf-8")
            self.assertEqual(self.offered("xenhactl", *flag, "status", ""), ["c1", "c2"])

    def test_values_follow_the_flags_of_xenhactl(self):
        self.assertEqual(self.offered("xenhactl", "status", "--output", "="), ["table", "json"])
        self.assertEqual(self.offered("xenhactl", "--output", "j"), ["json"])
        self.assertEqual(self.offered("xenhactl", "--log.format", "=", "l"), ["logfmt"])
        self.assertEqual(self.offered("xenhactl", "--config.file", "=", "xen"), ["xenha.yml"])
        self.assertEqual(self.offered("xenhactl", "pause", "cluster1", "--for", "=", "4"), ["4h"])

    def test_it_is_bound_to_the_programs(self):
        for name in deb.DAEMONS:
            script = self.root / "usr/share/bash-completion/completions" / name
            self.assertIn("_xenha_daemon", deb.run("bash", "-c", 'source "$1"; complete -p "$2"', "ask", script, name))


if __name__ == "__main__":
    unittest.main(verbosity=2)
